"""eSpeak NG's C library by ctypes. Used inside `audio.espeak_process` only: it is not safe to live with.

Its state is global, it calls back for every piece of sound, and now and then it crashes.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import espeakng_loader
import numpy as np

if TYPE_CHECKING:
    from audio.samples import Samples

LANGUAGE: Final = "ko"

_SYNCHRONOUS: Final = 2
_DO_NOT_EXIT: Final = 0x8000
_RATE, _PITCH = 1, 3
_POSITION_CHARACTER: Final = 1
_UTF8: Final = 1
_END_OF_EVENTS, _WORD, _CLAUSE_END = 0, 1, 5


class EspeakError(RuntimeError):
    """Raised when the library cannot be loaded, refuses to speak, or dies."""


@dataclass(frozen=True)
class Anchor:
    """Says that the sound of the text from character `position` (from 0) on begins at sample `sample`."""

    position: int
    sample: int


@dataclass(frozen=True)
class Synthesis:
    """Holds spoken text.

    Attributes:
        samples: The speech.
        rate_hz: Its samples a second (22050).
        anchors: What the library tells about where words and clauses lie, in order. It leaves out some words, such as
            those that begin with a nasal after a pause.
    """

    samples: Samples
    rate_hz: int
    anchors: tuple[Anchor, ...]


class _Event(ctypes.Structure):
    """`espeak_EVENT` of speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(_Event))


class Library:
    """The loaded library: one a process, for one thread at a time."""

    def __init__(self) -> None:
        try:
            self._speak = ctypes.CDLL(espeakng_loader.get_library_path())
        except OSError as error:
            raise EspeakError("the eSpeak NG library cannot be loaded") from error
        data = str(espeakng_loader.get_data_path()).encode()
        self._rate_hz = int(self._speak.espeak_Initialize(_SYNCHRONOUS, 0, data, _DO_NOT_EXIT))
        if self._rate_hz <= 0 or self._speak.espeak_SetVoiceByName(LANGUAGE.encode()) != 0:
            raise EspeakError("the eSpeak NG library finds no Korean voice in its data")
        self._sound = bytearray()
        self._anchors: list[Anchor] = []
        self._callback = _Callback(self._collect)  # the library keeps a bare pointer: hold on to it
        self._speak.espeak_SetSynthCallback(self._callback)

    def synthesize(self, text: str, pitch: int, words_per_minute: int) -> Synthesis:
        """Speaks a text; see `audio.espeak.synthesize`."""
        encoded = text.replace("\0", " ").encode("utf-8", "replace") + b"\0"
        self._sound.clear()
        self._anchors.clear()
        self._speak.espeak_SetParameter(_PITCH, pitch, 0)
        self._speak.espeak_SetParameter(_RATE, words_per_minute, 0)
        failed = self._speak.espeak_Synth(
            encoded, ctypes.c_size_t(len(encoded)), 0, _POSITION_CHARACTER, 0, _UTF8, None, None
        )
        if failed:
            raise EspeakError("the eSpeak NG library failed to speak")
        samples = np.frombuffer(bytes(self._sound), dtype=np.int16)
        return Synthesis(samples, self._rate_hz, tuple(self._anchors))

    def _collect(self, sound: int | None, count: int, events: ctypes._Pointer[_Event]) -> int:
        if sound and count > 0:
            self._sound += ctypes.string_at(sound, 2 * count)
        index = 0
        while (event := events[index]).type != _END_OF_EVENTS:
            if event.type in {
                _WORD,
                _CLAUSE_END,
            }:  # positions count from 1; a clause's end is that of its last character
                self._anchors.append(Anchor(event.text_position - (event.type == _WORD), event.sample))
            index += 1
        return 0
