"""Cuts a live stream of the sandbox voice into utterances."""

from typing import Final

from audio import TELEPHONE_HZ, Samples
from audio.subcarrier_reader import HeardWord, SubcarrierReader, text_of
from speech import engine
from speech.engine import Interim, Recognition, RecognitionEvent, SpeechEnded, SpeechStarted

_END_MS: Final = 500
_LOST_END_MS: Final = 2500
_STEP: Final = TELEPHONE_HZ // 10


class Utterances:
    """Turns 8 kHz audio into events.

    An utterance ends half a second after the word that says that it is the last; if that one was lost or cut off, two
    and a half seconds after the last sign of a word.
    """

    def __init__(self) -> None:
        self._reader = SubcarrierReader()
        self._samples = 0
        self._speaking = False
        self._words: list[HeardWord] = []
        self._sign_ms = 0
        self._seen_before = self._read_before = 0

    def feed(self, samples: Samples) -> list[RecognitionEvent]:
        """Takes the next audio and returns what happened in it."""
        events: list[RecognitionEvent] = []
        for start in range(0, samples.size, _STEP):  # by steps, so that a long piece may hold several utterances
            step = samples[start : start + _STEP]
            self._samples += step.size
            events += self._heard(self._reader.feed(step))
            if self._speaking and self._now_ms - self._sign_ms >= self._patience_ms():
                events += self._end()
        return events

    def finish(self) -> list[RecognitionEvent]:
        """Ends the utterance that is under way, if any."""
        events = self._heard(self._reader.finish())
        return events + self._end() if self._speaking else events

    @property
    def _now_ms(self) -> int:
        return self._samples * 1000 // TELEPHONE_HZ

    def _heard(self, words: list[HeardWord]) -> list[RecognitionEvent]:
        events: list[RecognitionEvent] = []
        begun_ms = self._reader.begun_ms
        if not self._speaking and (words or begun_ms is not None):
            self._speaking = True
            events.append(SpeechStarted(self._now_ms if begun_ms is None else begun_ms))
        for word in words:
            self._words.append(word)
            self._sign_ms = word.end_ms
            events.append(Interim(word.end_ms, self._recognition()))
        if begun_ms is not None:
            self._sign_ms = self._now_ms
        return events

    def _patience_ms(self) -> int:
        return _END_MS if self._words and self._words[-1].last else _LOST_END_MS

    def _end(self) -> list[RecognitionEvent]:
        offset_ms = min(self._sign_ms, self._now_ms)
        events: list[RecognitionEvent] = [SpeechEnded(offset_ms), engine.Final(offset_ms, self._recognition())]
        self._speaking = False
        self._words = []
        self._seen_before, self._read_before = self._reader.frames_seen, self._reader.frames_read
        return events

    def _recognition(self) -> Recognition:
        seen = self._reader.frames_seen - self._seen_before
        read = self._reader.frames_read - self._read_before
        return Recognition(text_of(self._words), read / seen if seen else None)
