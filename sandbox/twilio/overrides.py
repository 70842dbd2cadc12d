"""Connection overrides: how Twilio is told in a URL's fragment to time out and to retry.

Twilio docs, "Webhooks connection overrides": `#rc=2&rp=5xx,ct,rt&ct=1000`. What is out of range counts as not given.
"""

from dataclasses import dataclass
from typing import Final, Literal, get_args
from urllib.parse import parse_qsl, urldefrag

Failure = Literal["4xx", "5xx", "ct", "rt"]

_DEFAULT_MS: Final = {"ct": 5_000, "rt": 15_000, "tt": 15_000}
_RANGES_MS: Final = {"ct": (100, 10_000), "rt": (100, 15_000), "tt": (100, 15_000)}
_MOST_RETRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Overrides:
    """Says how one webhook is requested.

    Attributes:
        retries: how often it is tried again at most.
        retry_on: the failures after which it is: connecting (`ct`), reading (`rt`), and answers.
        connect_s: real seconds to connect.
        read_s: real seconds to the first byte and between two pieces.
        total_s: real seconds for everything, retries included; never more than 15.
        faults: the keys that were not understood or out of range.
    """

    retries: int = 1
    retry_on: frozenset[Failure] = frozenset({"ct"})
    connect_s: float = 5.0
    read_s: float = 15.0
    total_s: float = 15.0
    faults: tuple[str, ...] = ()


def parse_overrides(url: str) -> Overrides:
    """Reads the overrides in a URL's fragment.

    Args:
        url: as the application gave it.

    Returns:
        The defaults, with what the fragment says instead.
    """
    given = dict(parse_qsl(urldefrag(url).fragment, keep_blank_values=True))
    faults = [key for key in given if key not in {"rc", "rp", "ct", "rt", "tt", "sni", "e"}]
    milliseconds = dict(_DEFAULT_MS)
    for key, (least, most) in _RANGES_MS.items():
        if key in given and given[key].isascii() and given[key].isdigit() and least <= int(given[key]) <= most:
            milliseconds[key] = int(given[key])
        elif key in given:
            faults.append(key)
    retries = 1
    if "rc" in given:
        if given["rc"] in {str(count) for count in range(_MOST_RETRIES + 1)}:
            retries = int(given["rc"])
        else:
            faults.append("rc")
    retry_on = _policy(given.get("rp", "ct"))
    if retry_on is None:
        faults.append("rp")
    return Overrides(
        retries=retries,
        retry_on=frozenset({"ct"}) if retry_on is None else retry_on,
        connect_s=milliseconds["ct"] / 1000,
        read_s=milliseconds["rt"] / 1000,
        total_s=milliseconds["tt"] / 1000,
        faults=tuple(faults),
    )


def _policy(text: str) -> frozenset[Failure] | None:
    """Returns the failures named in a comma list; None if it names something else."""
    names = text.split(",")
    if "all" in names:
        return frozenset(get_args(Failure))
    known = {name: name for name in get_args(Failure)}
    return frozenset(known[name] for name in names) if all(name in known for name in names) else None
