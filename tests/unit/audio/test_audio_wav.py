import io
import struct

import numpy as np
import pytest
import soundfile
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from audio import mulaw, wav

SAMPLES = (8000 * np.sin(np.arange(800) / 5)).astype(np.int16)


def wav_of(samples: np.ndarray, rate_hz: int = 8000, subtype: str = "PCM_16") -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate_hz, format="WAV", subtype=subtype)
    return buffer.getvalue()


@given(arrays(np.int16, st.integers(0, 300)), st.sampled_from([8000, 16000, 22050, 48000]))
def test_linear_files_come_back_as_they_were(samples: np.ndarray, rate_hz: int):
    recording = wav.read(wav.write(samples, rate_hz, "linear16"))

    assert recording.rate_hz == rate_hz
    assert np.array_equal(recording.samples, samples)


@given(arrays(np.int16, st.integers(0, 300)))
def test_mulaw_files_come_back_as_mulaw_makes_them(samples: np.ndarray):
    recording = wav.read(wav.write(samples))

    assert recording.rate_hz == 8000
    assert np.array_equal(recording.samples, mulaw.decode(mulaw.encode(samples)))


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"])
def test_every_usual_encoding_is_read(subtype: str):
    data = wav_of(SAMPLES / 32768, subtype=subtype)

    assert np.abs(wav.read(data).samples.astype(int) - SAMPLES).max() <= 300


def test_channels_are_mixed():
    stereo = np.stack([SAMPLES, np.zeros_like(SAMPLES)], axis=1)

    assert np.abs(wav.read(wav_of(stereo)).samples - SAMPLES / 2).max() <= 0.5


def test_a_file_of_no_samples_is_audio():
    recording = wav.read(wav.write(SAMPLES[:0]))

    assert recording.samples.size == 0
    assert recording.seconds == 0.0


def test_a_file_whose_writer_did_not_know_its_length_is_read_to_its_end():
    data = bytearray(wav_of(SAMPLES, 24000))
    data[4:8] = data[40:44] = b"\xff\xff\xff\xff"

    assert wav.read(bytes(data)).samples.size == pytest.approx(SAMPLES.size, abs=4)


def test_a_file_that_was_cut_is_read_as_far_as_it_goes():
    assert np.array_equal(wav.read(wav_of(SAMPLES)[: 44 + 200]).samples, SAMPLES[:100])


def test_samples_that_are_no_numbers_are_silence():
    assert not wav.read(wav_of(np.full(100, np.nan), subtype="FLOAT")).samples.any()


@pytest.mark.parametrize(
    "data",
    [b"", b"RIFF", b"RIFF\x00\x00\x00\x00WAVE", b"not audio" * 100, b"ID3\x04" + bytes(100), wav.write(SAMPLES)[:20]],
)
def test_what_is_no_wav_file_is_refused(data: bytes):
    with pytest.raises(wav.NotAudioError):
        wav.read(data)
    with pytest.raises(wav.NotAudioError):
        wav.duration(data)


def test_compressed_files_are_refused():
    with pytest.raises(wav.NotAudioError, match="kind"):
        wav.read(wav_of(SAMPLES, subtype="IMA_ADPCM"))


def test_rates_that_would_blow_up_are_refused():
    data = bytearray(wav_of(SAMPLES))
    data[24:28] = struct.pack("<I", 1)

    with pytest.raises(wav.NotAudioError, match="kind"):
        wav.read(bytes(data))


@given(st.dictionaries(st.integers(0, 59), st.integers(0, 255), min_size=1, max_size=6))
@example({22: 255})
def test_a_damaged_header_gives_audio_or_a_typed_error(damage: dict[int, int]):
    data = bytearray(wav_of(SAMPLES))
    for position, value in damage.items():
        data[position] = value
    try:
        recording = wav.read(bytes(data))
    except wav.InvalidAudioError:
        return
    assert recording.samples.size <= 4 * SAMPLES.size


def test_too_many_bytes_are_refused():
    data = wav.write(SAMPLES)

    assert wav.read(data, max_bytes=len(data)).samples.size == SAMPLES.size
    with pytest.raises(wav.AudioTooLongError):
        wav.read(data, max_bytes=len(data) - 1)
    with pytest.raises(wav.AudioTooLongError):
        wav.duration(data, max_bytes=len(data) - 1)


def test_too_long_audio_is_refused():
    data = wav.write(SAMPLES)

    assert wav.read(data, max_seconds=0.1).seconds == 0.1
    with pytest.raises(wav.AudioTooLongError):
        wav.read(data, max_seconds=0.099)


def test_duration_is_told_by_the_header():
    assert wav.duration(wav_of(SAMPLES, 16000)) == 0.05


def test_a_recording_gives_itself_at_another_rate():
    recording = wav.Recording(SAMPLES, 8000)

    assert recording.at(8000) is recording.samples
    assert recording.at(16000).size == 2 * SAMPLES.size
