import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio import mulaw, wav
from audio.wav import Recording
from calling.v1.audio_pb2 import AudioFormat
from speech.errors import InvalidFieldError, RejectedAudioError
from speech.rpc.formats import bytes_of, raw, recording_of, resolved, samples_of

MULAW = AudioFormat(encoding=AudioFormat.ENCODING_MULAW, sample_rate_hertz=8000)
LINEAR = AudioFormat(encoding=AudioFormat.ENCODING_LINEAR16, sample_rate_hertz=16000)
WAV = AudioFormat(encoding=AudioFormat.ENCODING_WAV, sample_rate_hertz=8000)
TONE = (8000 * np.sin(np.arange(800) / 5)).astype(np.int16)


def test_nothing_given_means_the_telephones_own():
    assert resolved(AudioFormat(), "format") == MULAW
    assert raw(AudioFormat(), "format") == MULAW


@pytest.mark.parametrize("rate_hz", [-1, 1, 7999, 48001])
def test_rates_out_of_range_are_named(rate_hz: int):
    with pytest.raises(InvalidFieldError) as caught:
        resolved(AudioFormat(sample_rate_hertz=rate_hz), "config.format")
    assert caught.value.field == "config.format.sample_rate_hertz"


def test_an_encoding_of_a_later_version_is_named():
    with pytest.raises(InvalidFieldError) as caught:
        resolved(AudioFormat(encoding=99), "config.format")
    assert caught.value.field == "config.format.encoding"


def test_no_file_fits_into_a_stream():
    with pytest.raises(InvalidFieldError) as caught:
        raw(WAV, "config.format")
    assert caught.value.field == "config.format.encoding"


@given(st.binary(min_size=1, max_size=300))
def test_mulaw_in_and_out(data: bytes):
    assert bytes_of(recording_of(data, MULAW), MULAW) == data.replace(b"\x7f", b"\xff")


@given(st.binary(min_size=2, max_size=300).filter(lambda data: len(data) % 2 == 0))
def test_linear_in_and_out(data: bytes):
    recording = recording_of(data, LINEAR)

    assert recording.rate_hz == 16000
    assert bytes_of(recording, LINEAR) == data


def test_a_wav_file_knows_its_rate_better():
    recording = recording_of(wav.write(TONE, 16000, "linear16"), WAV)

    assert recording.rate_hz == 16000
    assert np.array_equal(recording.samples, TONE)


def test_wav_files_are_mulaw_on_the_telephone_and_linear_elsewhere():
    telephone = bytes_of(Recording(TONE, 8000), WAV)
    wide = bytes_of(Recording(TONE, 8000), AudioFormat(encoding=AudioFormat.ENCODING_WAV, sample_rate_hertz=24000))

    assert telephone.endswith(mulaw.encode(TONE))
    assert wav.read(wide).rate_hz == 24000
    assert wav.duration(wide) == pytest.approx(0.1, abs=0.001)


def test_speech_is_brought_to_the_rate_asked_for():
    assert len(bytes_of(Recording(TONE, 16000), MULAW)) == 400


@pytest.mark.parametrize(
    ("audio", "audio_format", "words"),
    [
        (b"", MULAW, "is empty"),
        (b"", WAV, "is empty"),
        (b"\0", LINEAR, "within a sample"),
        (b"no WAV file", WAV, "no WAV file"),
        (bytes(16 * 1024 * 1024 + 1), MULAW, "16 MiB"),
        (bytes(600 * 8000 + 1), MULAW, "10 min"),
        (wav.write(np.zeros(600 * 8000 + 1, np.int16)), WAV, "10 min"),
    ],
    ids=["empty", "empty-file", "odd", "no-file", "too-big", "too-long", "too-long-file"],
)
def test_what_cannot_be_taken_is_said(audio: bytes, audio_format: AudioFormat, words: str):
    with pytest.raises(RejectedAudioError, match=words) as caught:
        recording_of(audio, audio_format)
    assert caught.value.field == "audio"


def test_ten_minutes_are_taken():
    assert recording_of(bytes(600 * 8000), MULAW).seconds == 600


def test_a_piece_may_be_empty():
    assert samples_of(b"", MULAW).size == 0
    assert samples_of(b"", LINEAR).size == 0
