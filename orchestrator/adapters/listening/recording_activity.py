"""The port `Activity`: whether anything is to be heard in a recording, and whether it beeps."""

from __future__ import annotations

from audio import TELEPHONE_HZ, activity, beep, wav


class RecordingActivity:
    """Measures recordings."""

    def loud_seconds(self, recording: bytes) -> float:
        """Returns for how many seconds a WAV file is clearly louder than its background; 0 if it cannot be read."""
        try:
            read = wav.read(recording)
        except wav.InvalidAudioError:
            return 0.0
        return activity.loud_seconds(read.samples, read.rate_hz)

    def has_beep(self, recording: bytes) -> bool:
        """Returns whether a voicemail's beep is to be heard in a WAV file; False if it cannot be read."""
        try:
            return beep.has_beep(wav.read(recording).at(TELEPHONE_HZ))
        except wav.InvalidAudioError:
            return False
