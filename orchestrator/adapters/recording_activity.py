"""The port `Activity`: whether anything is to be heard in a recording."""

from __future__ import annotations

from audio import activity, wav


class RecordingActivity:
    """Measures the level of recordings."""

    def loud_seconds(self, recording: bytes) -> float:
        """Returns for how many seconds a WAV file is clearly louder than its background; 0 if it cannot be read."""
        try:
            read = wav.read(recording)
        except wav.InvalidAudioError:
            return 0.0
        return activity.loud_seconds(read.samples, read.rate_hz)
