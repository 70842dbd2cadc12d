"""Replies that were given before: what a call is told that asks again, and how far the latest one was played."""

from __future__ import annotations

from dataclasses import dataclass, replace

from orchestrator.dialogue.call.exchange_record import heard_parts
from orchestrator.dialogue.ports.store import Change, ConsultationStore
from orchestrator.dialogue.transaction import transact
from orchestrator.domain.brief import Brief
from orchestrator.domain.consultation import Consultation
from orchestrator.domain.playout import Playout
from orchestrator.domain.turn import HangUp, Prompt, Reply, Wait


@dataclass(frozen=True, slots=True)
class Replies:
    """Finds replies, and takes note of what was heard of them."""

    store: ConsultationStore

    async def latest(self, consultation: Consultation) -> Reply:
        """Returns what was replied last, as a whole."""
        stored = await self.store.reply(consultation.consultation_id, consultation.replied_turn)
        return stored or Reply((), HangUp())

    async def played(self, consultation_id: str, turn_number: int, *, talker: int) -> Reply:
        """Takes note that the goodbye was played to its end, and ends the call.

        Raises:
            ConsultationNotFound, CallTakenOver, StoreUnavailable
        """
        reply = Reply((), HangUp())

        def decide(_brief: Brief, current: Consultation) -> Change | None:
            if current.open_turn != turn_number:
                return None
            heard = replace(
                current,
                version=current.version + 1,
                heard_through=current.turn_count,
                heard_parts=heard_parts(current, None),
                open_turn=0,
                replied_turn=turn_number,
            )
            return Change(heard, replies={turn_number: reply}, talker=talker)

        await transact(self.store, consultation_id, decide)
        return reply

    async def heard(self, consultation_id: str, open_turn: int, playout: Playout, *, talker: int) -> None:
        """Takes note of how far the latest reply was played, so that nobody says again what was heard.

        Args:
            consultation_id: which consultation.
            open_turn: the callee's turn that follows that reply; if it is past, this changes nothing.
            playout: how far.
            talker: the fencing token of who says it.

        Raises:
            ConsultationNotFound, CallTakenOver, StoreUnavailable
        """

        def decide(_brief: Brief, current: Consultation) -> Change | None:
            if current.open_turn != open_turn:
                return None
            begun = replace(playout, parts=tuple(part for part in playout.parts if part.characters))
            moved = replace(
                current,
                heard_through=max(current.heard_through, playout.through),
                heard_parts=heard_parts(current, begun),
            )
            if moved == current:
                return None
            return Change(replace(moved, version=current.version + 1), talker=talker)

        await transact(self.store, consultation_id, decide)

    async def turn_by_turn(self, consultation_id: str, *, talker: int) -> None:
        """Has a call go on turn by turn from now on, whatever was ordered.

        Raises:
            ConsultationNotFound, CallTakenOver, StoreUnavailable
        """

        def decide(_brief: Brief, current: Consultation) -> Change | None:
            if current.turn_by_turn:
                return None
            return Change(replace(current, turn_by_turn=True, version=current.version + 1), talker=talker)

        await transact(self.store, consultation_id, decide)


def first_turn(reply: Reply) -> int:
    """Returns the number of the turn that a reply's first prompt is."""
    if isinstance(reply.next, Wait):
        return reply.next.turn_number + 1  # fillers come before the reply, right after the callee's turn
    return reply.next.turn_number - len(reply.prompts)


def playout_of(consultation: Consultation) -> Playout:
    """Returns how far the latest reply was played, as far as it was noted."""
    later = tuple(part for part in consultation.heard_parts if part.turn_number > consultation.replied_turn)
    return Playout(consultation.heard_through, later)


def unheard(reply: Reply, playout: Playout) -> Reply:
    """Returns what of a reply was not heard yet; a prompt that was cut begins there and is to be spoken."""
    parts = {part.turn_number: part.characters for part in playout.parts}
    first, left = first_turn(reply), []
    for number, prompt in enumerate(reply.prompts, start=first):
        if number in parts:
            left.append(_rest(prompt, parts[number]))
        elif number > playout.through:
            left.append(prompt)
    return replace(reply, prompts=tuple(left))


def _rest(prompt: Prompt, characters: int) -> Prompt:
    return prompt if not characters else replace(prompt, text=prompt.text[characters:].lstrip(), audio_token="")
