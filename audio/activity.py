"""How much of a recording is louder than its own background: enough to tell a silent callee from one who mumbles.

No speech detection: it cannot tell a voice from a door. Frames of 20 ms count if they are well above both the quietest
part of the recording and the level of a quiet line.
"""

from typing import Final

import numpy as np

from audio.samples import FULL_SCALE, Samples

_FRAME_SECONDS: Final = 0.02
_QUIET_LINE_DB: Final = -42.0
"""dB below full scale; speech on the telephone lies near -20 to -30, line noise under -45."""
_ABOVE_BACKGROUND_DB: Final = 9.0
_BACKGROUND_SHARE: Final = 0.2


def loud_seconds(samples: Samples, rate_hz: int) -> float:
    """Returns for how many seconds of a recording somebody, or something, was clearly to be heard."""
    length = int(rate_hz * _FRAME_SECONDS)
    count = len(samples) // length
    if count == 0:
        return 0.0
    frames = samples[: count * length].astype(np.float64).reshape(count, length) / FULL_SCALE
    levels = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)
    background = float(np.quantile(levels, _BACKGROUND_SHARE))
    threshold = max(_QUIET_LINE_DB, min(background + _ABOVE_BACKGROUND_DB, _QUIET_LINE_DB + 20))
    return float(np.count_nonzero(levels > threshold) * _FRAME_SECONDS)
