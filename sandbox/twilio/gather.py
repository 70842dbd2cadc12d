"""Executes `<Gather>` for keys (Twilio docs, "<Gather>"). Speech is not gathered here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.line import KeyPress
from sandbox.twilio.context import CallContext
from sandbox.twilio.prompts import prompt
from sandbox.twilio.steps import Fetch, Step
from sandbox.twilio.twiml import Document
from sandbox.twilio.verbs import Gather


@dataclass(frozen=True, slots=True)
class Gathered:
    """Says what was gathered: the keys, the finishing key (or empty), and when it was over (seconds since answer)."""

    digits: str
    finished_on: str
    end: float


def gathered(verb: Gather, start: float, prompted: float, keys: Sequence[KeyPress]) -> Gathered:
    """Finds out which keys are gathered.

    Args:
        verb: the rules.
        start: when the first prompt began, in seconds since the answer; all times here are.
        prompted: when the last was over or stopped.
        keys: what the callee presses, planned or past, in order.
    """
    deadline = prompted + verb.timeout
    digits = ""
    for press in keys:
        if press.at < start:
            continue
        if press.at >= deadline:
            break
        if press.key in verb.finish_on_key:
            return Gathered(digits, press.key, press.at)
        digits += press.key
        if len(digits) == verb.num_digits:
            return Gathered(digits, "", press.at)
        deadline = press.at + verb.timeout
    return Gathered(digits, "", deadline)


async def gather(context: CallContext, verb: Gather, document: Document, outcome: dict[str, Any]) -> Step | None:
    """Executes the verb.

    Returns:
        The request of its action; None if the call goes on with the next verb, because no key was pressed.

    Raises:
        HttpFailure: a prompt cannot be had.
        TwimlError: the action's URL is relative where it must not be.
        CalleeHungUp: as it says.
        TimeLimitReached: as it says.
    """
    action = document.resolve(verb.action)
    line = context.line
    if "speech" in verb.input:
        context.warn(None, "the sandbox gathers keys only, no speech", document.url)
    start = line.now
    prompts = []
    for nested in verb.prompts:
        if any(press.at >= start and press.at <= line.now for press in line.keys):
            break
        heard: dict[str, Any] = {}
        await prompt(context, nested, document, heard, until_key=True)
        prompts += heard.get("heard", [])
    prompted = line.now
    await line.listen(prompted + verb.timeout)
    result = gathered(verb, start, prompted, line.keys)
    await line.wait(result.end)
    outcome |= {"heard": prompts, "digits": result.digits}
    if not result.digits and not verb.action_on_empty_result:
        return None
    parameters = {"Digits": result.digits}
    if result.finished_on:
        parameters["FinishedOnKey"] = result.finished_on
    return Fetch(purpose="action", url=action, method=verb.method, parameters=parameters)
