"""The beep of voicemail, among voices, keys and noise."""

import numpy as np
import pytest

from audio import beep, mulaw, noise
from audio.samples import FULL_SCALE, TELEPHONE_HZ, Samples, to_samples
from audio.voice import Voice, speak


def tone(*hertz: float, seconds: float, dbfs: float = -20.0, snr_db: float | None = None) -> Samples:
    """A tone over the line, with silence around it that is no whole number of frames."""
    count = round(seconds * TELEPHONE_HZ)
    level = FULL_SCALE * 10 ** (dbfs / 20) * 2**0.5
    sound = np.zeros(count + TELEPHONE_HZ)
    for each in hertz:
        sound[2500 : 2500 + count] += level / len(hertz) * np.sin(2 * np.pi * each * np.arange(count) / TELEPHONE_HZ)
    if snr_db is not None:
        sound += FULL_SCALE * 10 ** ((dbfs - snr_db) / 20) * noise.pink(sound.size, 1)
    return over_the_line(sound)


def over_the_line(sound: np.ndarray) -> Samples:
    return mulaw.decode(mulaw.encode(to_samples(sound)))


@pytest.mark.parametrize("hertz", [800, 1000, 1024, 1400, 2000])
@pytest.mark.parametrize("seconds", [0.2, 0.3, 0.8, 1.5])
@pytest.mark.parametrize(("dbfs", "snr_db"), [(-35, None), (-20, 20), (-20, 10), (-6, 10)])
def test_a_beep_is_heard(hertz: float, seconds: float, dbfs: float, snr_db: float | None) -> None:
    assert beep.has_beep(tone(hertz, seconds=seconds, dbfs=dbfs, snr_db=snr_db))


def test_a_beep_after_words_is_heard_once_it_ends() -> None:
    words = speak("삐 소리가 난 뒤 메시지를 남겨 주세요.", Voice())
    detector = beep.BeepDetector()
    assert not detector.feed(words)
    assert not detector.feed(tone(1000, seconds=0.5)[: 2500 + 3900])
    assert detector.feed(np.zeros(320, dtype=np.int16))
    assert not detector.feed(words)


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(tone(1000, seconds=0.1), id="too short"),
        pytest.param(tone(1000, seconds=2.5), id="too long"),
        pytest.param(tone(1000, seconds=0.5, dbfs=-50), id="too faint"),
        pytest.param(tone(770, 1336, seconds=0.3), id="a key"),
        pytest.param(tone(440, 480, seconds=1.0), id="ringing"),
        pytest.param(tone(425, seconds=1.0), id="a dial tone"),
        pytest.param(tone(3000, seconds=0.5), id="too high"),
        pytest.param(over_the_line(FULL_SCALE * 0.1 * noise.pink(16000, 3)), id="noise"),
        pytest.param(
            over_the_line(
                FULL_SCALE * 0.2 * np.sin(2 * np.pi * np.cumsum(np.linspace(800, 1800, 6400)) / TELEPHONE_HZ)
            ),
            id="a whistle that rises",
        ),
    ],
)
def test_other_sounds_are_no_beep(sound: Samples) -> None:
    assert not beep.has_beep(sound)


@pytest.mark.parametrize("pitch", [0, 50, 99])
def test_a_voice_is_no_beep(pitch: int) -> None:
    assert not beep.has_beep(speak("우우우 아아아, 지금은 전화를 받을 수 없어요. 오오, 그래요?", Voice(pitch=pitch)))
