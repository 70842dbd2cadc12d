"""The person at the other end, as a file: the models of `callee.json` (README, "The sandbox")."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

Answers = Literal["human", "voicemail", "busy", "no-answer", "reject", "fail", "carrier-notice"]
Detected = Literal["human", "machine_start", "unknown"]
Operator = Literal["answers", "busy", "no-answer"]
Alarms = Literal["acknowledged", "taken", "refused"]
Seconds = Annotated[float, Field(ge=0, le=3600)]

_DEEDS = ("say", "silence", "dtmf", "noise", "hangup")


class ScriptError(ValueError):
    """Raised for a callee that cannot be played; the message names the fields at fault."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Speaker(_Part):
    """Says how the callee sounds: pitch from 0 to 100, speed in words a minute."""

    pitch: int = Field(default=50, ge=0, le=100)
    speed: int = Field(default=150, ge=80, le=450)


class Deed(_Part):
    """Says what the callee does once: exactly one of `say`, `silence`, `dtmf`, `noise` and `hangup`.

    Attributes:
        say: words, spoken.
        silence: seconds in which the callee does nothing at all; what comes next comes after them.
        dtmf: keys, pressed one after the other.
        noise: seconds of loud noise without words.
        hangup: true: the callee hangs up.
        after: seconds between the end of the agent's words and the deed; None: as quickly as people usually answer.
    """

    say: str | None = Field(default=None, min_length=1, max_length=2000)
    silence: Seconds | None = None
    dtmf: str | None = Field(default=None, pattern=r"^[0-9*#]{1,32}$")
    noise: Seconds | None = None
    hangup: Literal[True] | None = None
    after: Seconds | None = None

    @model_validator(mode="after")
    def _one_deed(self) -> Self:
        given = [name for name in _DEEDS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of {', '.join(_DEEDS)}, has {', '.join(given) or 'none'}")
        return self


class Reaction(Deed):
    """Says what the callee does upon certain words.

    Attributes:
        heard: a regular expression, searched in what the agent has just said.
        times: how often at most; None: whenever it matches.
        interrupt_after: seconds after the start of the prompt that matches at which the callee acts, without waiting
            for its end; on a stream, as soon as the words were heard, if that is later. None: the callee lets the agent
            finish.
    """

    heard: str
    times: int | None = Field(default=None, ge=1)
    interrupt_after: Seconds | None = None

    @field_validator("heard")
    @classmethod
    def _is_pattern(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"is no regular expression: {error}") from error
        return pattern


class Script(_Part):
    """Holds everything about a callee.

    Attributes:
        answers: who or what takes the call, if anyone.
        voice: how the callee sounds.
        noise_snr_db: how far the background noise lies below the callee's voice; None: a quiet line.
        turns: what the callee does, in order, one after each thing the agent said.
        when: what goes before `turns`: the first that matches and is not used up.
        otherwise: what the callee says when `turns` are used up; None: nothing.
        operator: what happens at the phone of the person whom the callee is put through to.
        announcement: what the machine, or the carrier, says; None: as the network's settings have it.
        detected_as: what Twilio's machine detection takes the callee for, rightly or not; None: it hears who it is.
        detected_after: seconds that this takes; None: as long as its parameters say.
        alarms: what the backend does with alarms: somebody takes them over at once, or they are merely taken, or not.
    """

    answers: Answers = "human"
    voice: Speaker = Speaker()
    noise_snr_db: float | None = Field(default=None, ge=-20, le=60)
    turns: tuple[Deed, ...] = Field(default=())
    when: tuple[Reaction, ...] = Field(default=())
    otherwise: str | None = Field(default=None, min_length=1, max_length=2000)
    operator: Operator = "answers"
    announcement: str | None = Field(default=None, min_length=1, max_length=2000)
    detected_as: Detected | None = None
    detected_after: Seconds | None = None
    alarms: Alarms = "acknowledged"


def parse_script(text: str | bytes) -> Script:
    """Reads a callee from the text of a `callee.json`.

    Raises:
        ScriptError: the text is no JSON, or a field is unknown, missing or wrong.
    """
    try:
        return Script.model_validate_json(text)
    except ValidationError as error:
        faults = [f"{_path(fault['loc']) or 'callee'}: {fault['msg']}" for fault in error.errors()]
        raise ScriptError("; ".join(faults)) from error


def load_script(path: Path) -> Script:
    """Reads a callee from a file.

    Raises:
        ScriptError: the file cannot be read or its content is wrong; the message names the file and the fields.
    """
    try:
        return parse_script(path.read_bytes())
    except OSError as error:
        raise ScriptError(f"{path}: {error.strerror}") from error
    except ScriptError as error:
        raise ScriptError(f"{path}: {error}") from error


def _path(location: tuple[int | str, ...]) -> str:
    """Returns `turns[2].say` for ("turns", 2, "say")."""
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path
