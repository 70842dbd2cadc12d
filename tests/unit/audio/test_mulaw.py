import io

import numpy as np
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from audio import mulaw

ALL_SAMPLES = np.arange(-32768, 32768).astype(np.int16)


def test_every_sample_is_encoded_as_libsndfile_does():
    buffer = io.BytesIO()
    soundfile.write(buffer, ALL_SAMPLES, 8000, format="RAW", subtype="ULAW")

    assert mulaw.encode(ALL_SAMPLES) == buffer.getvalue()


def test_every_code_is_decoded_as_libsndfile_does():
    codes = bytes(range(256))
    expected, _ = soundfile.read(
        io.BytesIO(codes), dtype="int16", format="RAW", subtype="ULAW", samplerate=8000, channels=1
    )

    assert np.array_equal(mulaw.decode(codes), expected)


@given(st.binary(max_size=500))
def test_decoding_then_encoding_changes_nothing_but_the_negative_zero(data: bytes):
    assert mulaw.encode(mulaw.decode(data)) == data.replace(b"\x7f", b"\xff")


@given(arrays(np.int16, st.integers(0, 200)))
def test_the_error_is_at_most_a_32nd_of_the_sample(samples: np.ndarray):
    limited = np.clip(samples.astype(np.int32), -32635, 32635)
    error = np.abs(mulaw.decode(mulaw.encode(samples)) - limited)

    assert np.all(error <= np.abs(limited) / 32 + 8)


def test_silence_is_silence():
    assert mulaw.decode(bytes([mulaw.SILENCE]))[0] == 0
    assert mulaw.encode(np.zeros(1, np.int16)) == bytes([mulaw.SILENCE])


def test_slices_and_views_are_taken():
    samples = ALL_SAMPLES[::7]

    assert mulaw.encode(samples) == mulaw.encode(samples.copy())
    assert np.array_equal(mulaw.decode(memoryview(b"\x00\xff")), mulaw.decode(bytearray(b"\x00\xff")))
