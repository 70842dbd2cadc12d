import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio import wav
from audio.wav import NotAudioError, Recording
from speech.engines.live_wav import LiveWav

SAMPLES = np.arange(-500, 500, dtype=np.int16)
SAMPLE = st.integers(-32768, 32767)


def read(file: bytes, *places: int) -> Recording:
    bounds = [0, *sorted(min(place, len(file)) for place in places), len(file)]
    live = LiveWav()
    pieces = [live.feed(file[bounds[number] : bounds[number + 1]]) for number in range(len(bounds) - 1)]
    found = [piece for piece in [*pieces, live.finish()] if piece is not None]
    assert len({piece.rate_hz for piece in found}) <= 1
    rate_hz = found[0].rate_hz if found else 0
    return Recording(np.concatenate([np.zeros(0, np.int16), *(piece.samples for piece in found)]), rate_hz)


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def file_of(*chunks: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 4 + sum(map(len, chunks))) + b"WAVE" + b"".join(chunks)


LAYOUT = struct.pack("<HHIIHH", 1, 1, 24000, 48000, 2, 16)
EXTENSIBLE = struct.pack("<HHIIHHHHIH", 0xFFFE, 1, 24000, 48000, 2, 16, 22, 16, 4, 1) + bytes(14)


@given(st.lists(SAMPLE, min_size=1, max_size=400), st.sampled_from([8000, 22050, 24000]), st.lists(st.integers(0, 900)))
def test_the_pieces_in_which_a_file_comes_change_nothing(values: list[int], rate_hz: int, places: list[int]) -> None:
    samples = np.array(values, np.int16)
    found = read(wav.write(samples, rate_hz, "linear16"), *places)

    assert found.rate_hz == rate_hz
    assert np.array_equal(found.samples, samples)


@pytest.mark.parametrize("layout", [LAYOUT, EXTENSIBLE])
def test_other_chunks_are_passed_over(layout: bytes) -> None:
    data = SAMPLES.astype("<i2").tobytes()
    file = file_of(chunk(b"JUNK", b"abc"), chunk(b"fmt ", layout), chunk(b"LIST", b"x"), chunk(b"data", data))

    assert np.array_equal(read(file + chunk(b"LIST", b"of no sound"), 5, 50).samples, SAMPLES)


def test_samples_come_as_soon_as_the_header_is_there() -> None:
    file = wav.write(SAMPLES, 24000, "linear16")
    live = LiveWav()

    assert live.feed(file[:40]) is None
    piece = live.feed(file[40:49])
    assert piece is not None
    assert np.array_equal(piece.samples, SAMPLES[:2])


@pytest.mark.parametrize("encoding", ["mulaw"])
def test_another_kind_of_file_is_read_at_its_end(encoding: wav.Encoding) -> None:
    file = wav.write(SAMPLES, 8000, encoding)

    assert np.array_equal(read(file, 100, 500).samples, wav.read(file).samples)


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", b"<html><body>", file_of(chunk(b"data", b"\0\0")), file_of(chunk(b"fmt ", LAYOUT))]
)
def test_what_is_no_wav_file_is_refused(data: bytes) -> None:
    with pytest.raises(NotAudioError):
        read(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_audio_or_refused(data: bytes) -> None:
    for start in (b"", b"RIFF\0\0\0\0WAVE", file_of(chunk(b"fmt ", LAYOUT))):
        try:
            read(start + data, 20, 60)
        except wav.InvalidAudioError:
            continue
