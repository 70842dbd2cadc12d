"""What a live stream speaks with: each sentence is synthesised once, and passed on while that lasts.

Speech comes from memory, from the cache that all replicas share, or from the synthesiser. A synthesis belongs to nobody
who listens: it ends by itself, so that a sentence that was cut is there when it is said again.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass

from orchestrator.dialogue.background import Background
from orchestrator.dialogue.budget import Stopwatch
from orchestrator.dialogue.call.speech_memory import SpeechMemory
from orchestrator.dialogue.call.synthesis import Source, Synthesis, pieces_of
from orchestrator.dialogue.ports.speech import SpeechCache, StreamingTextToSpeech
from orchestrator.domain.errors import TextToSpeechUnavailable

FORMAT = "mulaw/8000"
# A synthesis that takes longer, in seconds, or says more, in bytes (two minutes), has gone wrong.
_LONGEST_SYNTHESIS = 60.0
_LARGEST_SYNTHESIS = 960_000
# Seconds after which what must be at hand, and could not be spoken, is tried again.
_TRY_AGAIN = 5.0
# Sentences that wait to be prepared; of more, the oldest are dropped.
MOST_WAITING = 64


@dataclass(frozen=True, slots=True)
class FirstPiece:
    """A sentence began to sound.

    Attributes:
        milliseconds: since it was asked for.
    """

    source: Source
    milliseconds: float


def speech_key(voice: str, text: str, *, version: str, encoding: str = FORMAT) -> str:
    """Returns the key of a spoken text: a SHA-256 digest, in hexadecimal.

    Args:
        voice: who speaks; other voices have other keys.
        text: what is said.
        version: changes when the same voice sounds different.
        encoding: of the speech.
    """
    digest = hashlib.sha256()
    for part in (voice, text, encoding, version):
        content = part.encode(errors="surrogatepass")
        digest.update(b"%d:" % len(content))
        digest.update(content)
    return digest.hexdigest()


class Voice:
    """Speaks sentences, for all live streams of this process."""

    def __init__(
        self,
        synthesiser: StreamingTextToSpeech,
        cache: SpeechCache,
        background: Background,
        *,
        on_first_piece: Callable[[FirstPiece], None],
        version: str = "1",
        patience: float = 2.5,
        memory: int = 64 * 1024 * 1024,
        most_prepared: int = 4,
    ) -> None:
        """Makes it.

        Args:
            synthesiser: makes speech.
            cache: keeps it for all replicas.
            background: owns the syntheses; its owner closes it.
            on_first_piece: told when a sentence began to sound.
            version: of the synthesiser's sound: another one leaves unused what is in the cache.
            patience: seconds to the first piece of a synthesis, and from each to the next.
            memory: bytes of speech that are kept here; the latest used.
            most_prepared: sentences that are prepared at the same time.
        """
        self._synthesiser = synthesiser
        self._cache = cache
        self._background = background
        self._on_first_piece = on_first_piece
        self._version = version
        self._patience = patience
        self._memory = SpeechMemory(memory)
        self._under_way: dict[str, Synthesis] = {}  # one a stream and a few that are prepared; each ends in time
        self._at_hand: dict[str, bytes] = {}  # a few sentences of the institution's
        self._personal: dict[str, str] = {}  # sentences that are not for other calls, by key
        self._most_prepared = most_prepared
        self._preparing = 0
        self._waiting: OrderedDict[str, tuple[str, bool]] = OrderedDict()

    async def speak(self, sentence: str, *, keep: bool) -> AsyncGenerator[bytes, None]:
        """Yields mu-law at 8000 Hz that says a sentence, piece by piece, the first as soon as it is there.

        Args:
            sentence: what is said.
            keep: it may be kept for all replicas: it says nothing of a person. Otherwise it stays in memory.

        Raises:
            TextToSpeechUnavailable: it cannot be spoken, or not to its end.
        """
        watch: Stopwatch | None = Stopwatch()
        synthesis = self._synthesis(sentence, keep=keep)
        async with aclosing(synthesis.pieces()) as pieces:
            async for piece in pieces:
                if watch is not None:
                    self._on_first_piece(FirstPiece(synthesis.source, watch.milliseconds()))
                    watch = None
                yield piece

    def at_hand(self, sentence: str) -> bytes:
        """Returns a sentence that was kept at hand, as mu-law at 8000 Hz; empty: it is not."""
        return self._at_hand.get(sentence, b"")

    async def keep_at_hand(self, sentences: Iterable[str]) -> None:
        """Has sentences spoken, for all calls, and keeps them for good; tries until it has them all."""
        for sentence in sentences:
            while not self.at_hand(sentence):
                try:
                    self._at_hand[sentence] = b"".join([piece async for piece in self.speak(sentence, keep=True)])
                except TextToSpeechUnavailable:
                    await asyncio.sleep(_TRY_AGAIN)

    def prepare(self, sentences: Iterable[str], *, keep: bool = False) -> None:
        """Has sentences spoken in the background, so that they are there when they are needed. Never fails.

        Args:
            sentences: what may be said; what is known already costs nothing.
            keep: as in `speak`, for all of them.
        """
        for sentence in sentences:
            key = self._key(sentence)
            if not self._known(key):
                self._personal.update({} if keep else {key: sentence})
                self._waiting.setdefault(key, (sentence, keep))
        while len(self._waiting) > MOST_WAITING:
            self._waiting.popitem(last=False)
        self._prepare_next()

    def forget(self, name: str) -> None:
        """Forgets what was spoken, or is to be, and holds a person's name."""
        of_person = [key for key, sentence in self._personal.items() if name and name in sentence]
        for key in of_person:
            del self._personal[key]
            self._memory.drop(key)
            self._waiting.pop(key, None)
            self._under_way.pop(key, None)  # who listens hears it to its end

    def _prepare_next(self) -> None:
        while self._waiting and self._preparing < self._most_prepared:
            key, (sentence, keep) = self._waiting.popitem(last=False)
            if not self._known(key):
                self._preparing += 1
                self._synthesis(sentence, keep=keep).on_end = self._prepared

    def _prepared(self, failed: bool) -> None:
        self._preparing -= 1
        if failed:
            self._waiting.clear()  # a synthesiser in trouble works for those who speak
        self._prepare_next()

    def _known(self, key: str) -> bool:
        return key in self._memory or key in self._under_way

    def _key(self, sentence: str) -> str:
        return speech_key(self._synthesiser.voice, sentence, version=self._version)

    def _synthesis(self, sentence: str, *, keep: bool) -> Synthesis:
        """Returns the sentence as it is there, or on its way."""
        key = self._key(sentence)
        if not keep:
            self._personal[key] = sentence
        if speech := self.at_hand(sentence) or self._memory.get(key):
            return Synthesis(keep=False, source=Source.MEMORY, speech=speech)
        if (synthesis := self._under_way.get(key)) is not None:
            synthesis.keep &= keep
            return synthesis
        synthesis = self._under_way[key] = Synthesis(keep=keep)
        task = self._background.start(self._make(synthesis, sentence, key), name="synthesis")
        task.add_done_callback(lambda _: self._end(synthesis, key, failed=True))  # if it has not ended well before
        return synthesis

    async def _make(self, synthesis: Synthesis, sentence: str, key: str) -> None:
        try:
            async with asyncio.timeout(_LONGEST_SYNTHESIS):
                if not (synthesis.keep and await self._found(synthesis, key)):
                    await self._synthesise(synthesis, sentence)
        except (TextToSpeechUnavailable, TimeoutError):
            return
        speech = synthesis.speech()
        if self._under_way.get(key) is synthesis:  # else it was forgotten meanwhile
            self._memory.put(key, speech)
        self._end(synthesis, key)
        if synthesis.keep and synthesis.source is Source.SYNTHESISED:
            await self._cache.put(key, speech)

    async def _found(self, synthesis: Synthesis, key: str) -> bool:
        speech = await self._cache.get(key)
        if not speech:
            return False
        synthesis.source = Source.SHARED
        for piece in pieces_of(speech):
            synthesis.add(piece)
        return True

    async def _synthesise(self, synthesis: Synthesis, sentence: str) -> None:
        said = 0
        async with aclosing(self._synthesiser.synthesize(sentence, timeout=self._patience)) as pieces:
            async for piece in pieces:
                said += len(piece)
                if said > _LARGEST_SYNTHESIS:
                    raise TextToSpeechUnavailable
                synthesis.add(piece)
        if not said:
            raise TextToSpeechUnavailable

    def _end(self, synthesis: Synthesis, key: str, *, failed: bool = False) -> None:
        if self._under_way.get(key) is synthesis:
            del self._under_way[key]
        synthesis.end(failed=failed)
