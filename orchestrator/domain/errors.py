"""Everything that can go wrong, as one tree. `rpc.errors` maps it to gRPC, once.

CallingError
├── InvalidField                 the request names something of the wrong form
│   ├── InvalidCursor
│   ├── InvalidPageToken
│   └── InvalidAudio
├── ConsultationNotFound
├── CampaignNotFound
├── AudioNotFound
├── AlarmNotFound
├── UnknownCall                  the call is not the consultation's
├── RequestIdReused              same request_id, other content
├── CampaignRequestIdReused
├── WrongState                   the consultation's state does not allow it
├── WrongCampaignState
├── TurnOutOfOrder               not the turn that the call waits for
├── CallTakenOver                another one talks in the call since
├── DialRefused                  the telephone network refused, for good
├── NoResultUrl                  nobody to deliver to
├── StreamNotExpected            no stream of audio is expected under this token
├── Overloaded
└── Unavailable                  something we need does not answer; may be tried again
    ├── StoreUnavailable
    ├── SpeechToTextUnavailable
    ├── TextToSpeechUnavailable
    ├── LanguageModelUnavailable
    ├── EncoderUnavailable
    └── TelephoneUnavailable
        └── RecordingNotReady    the recording is not (yet) there
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.domain.codes import DialFailure


class CallingError(Exception):
    """Base of all errors that have a meaning to a caller. Messages hold no personal data."""


@dataclass(frozen=True)
class Violation:
    """Says what is wrong with one field of a request.

    Attributes:
        field: path in the request, `person.phone`, `questions[0].text`.
        description: what is expected of it, in English; never the value itself.
    """

    field: str
    description: str


class InvalidField(CallingError):
    """One or more fields are missing, of the wrong form, or out of range."""

    def __init__(self, *violations: Violation) -> None:
        super().__init__("; ".join(f"{violation.field}: {violation.description}" for violation in violations))
        self.violations = violations


class InvalidCursor(InvalidField):
    """The cursor is none of ours."""

    def __init__(self) -> None:
        super().__init__(Violation("cursor", "must be empty or a cursor of an earlier event"))


class InvalidPageToken(InvalidField):
    """The page token is none of ours."""

    def __init__(self) -> None:
        super().__init__(Violation("page_token", "must be empty or the next_page_token of the page before"))


class InvalidAudio(InvalidField):
    """The audio is no audio, of an unknown form, empty, or too long."""

    def __init__(self, description: str) -> None:
        super().__init__(Violation("audio", description))


class ConsultationNotFound(CallingError):
    """No consultation has this id."""

    def __init__(self, consultation_id: str) -> None:
        super().__init__("no such consultation")
        self.consultation_id = consultation_id


class CampaignNotFound(CallingError):
    """No campaign has this id."""

    def __init__(self, campaign_id: str) -> None:
        super().__init__("no such campaign")
        self.campaign_id = campaign_id


class AudioNotFound(CallingError):
    """No audio has this token, or it has expired."""

    def __init__(self) -> None:
        super().__init__("no such audio")


class AlarmNotFound(CallingError):
    """The consultation has no such alarm."""

    def __init__(self, consultation_id: str) -> None:
        super().__init__("the consultation has no alarm of this number")
        self.consultation_id = consultation_id


class UnknownCall(CallingError):
    """The call is not the consultation's call."""

    def __init__(self, consultation_id: str) -> None:
        super().__init__("the call does not belong to the consultation")
        self.consultation_id = consultation_id


class RequestIdReused(CallingError):
    """The request id came before, with a different request."""

    def __init__(self, consultation_id: str) -> None:
        super().__init__("the request_id was used before with a different request")
        self.consultation_id = consultation_id


class WrongState(CallingError):
    """The consultation's state does not allow this."""

    def __init__(self, consultation_id: str, state: str) -> None:
        super().__init__(f"not possible while the consultation is {state}")
        self.consultation_id = consultation_id
        self.state = state


class CampaignRequestIdReused(CallingError):
    """The request id started another campaign before."""

    def __init__(self, campaign_id: str) -> None:
        super().__init__("the request_id was used before with a different request")
        self.campaign_id = campaign_id


class WrongCampaignState(CallingError):
    """The campaign's state does not allow this."""

    def __init__(self, campaign_id: str, state: str) -> None:
        super().__init__(f"not possible while the campaign is {state}")
        self.campaign_id = campaign_id
        self.state = state


class TurnOutOfOrder(CallingError):
    """The turn is not the one the call waits for."""

    def __init__(self, expected: int) -> None:
        super().__init__(f"the call waits for turn {expected}")
        self.expected = expected


class CallTakenOver(CallingError):
    """Another stream, or another webhook, talks in the call since: what the earlier one says and hears is refused."""

    def __init__(self, consultation_id: str) -> None:
        super().__init__("the call was taken over")
        self.consultation_id = consultation_id


class DialRefused(CallingError):
    """The telephone network refused the call for good: trying again changes nothing."""

    def __init__(self, failure: DialFailure, provider_code: int | None = None) -> None:
        super().__init__(f"the call was refused: {failure}")
        self.failure = failure
        self.provider_code = provider_code


class NoResultUrl(CallingError):
    """No backend is configured that takes results."""

    def __init__(self) -> None:
        super().__init__("no result URL is configured (SPRING_BOOT_URL)")


class StreamNotExpected(CallingError):
    """No stream of audio is expected under this token: unknown, used before, expired, or another call's."""

    def __init__(self, consultation_id: str) -> None:
        super().__init__("no stream is expected under this token")
        self.consultation_id = consultation_id


class Overloaded(CallingError):
    """The server does as much as it can."""

    def __init__(self, retry_after: float = 1.0) -> None:
        super().__init__("too much to do at the moment")
        self.retry_after = retry_after


class Unavailable(CallingError):
    """Something we need does not answer or failed; trying again may help.

    Attributes:
        retry_after: seconds after which to try again.
    """

    what = "a dependency"

    def __init__(self, retry_after: float = 1.0) -> None:
        super().__init__(f"{self.what} is not available")
        self.retry_after = retry_after


class StoreUnavailable(Unavailable):
    """Redis does not answer."""

    what = "the store"


class SpeechToTextUnavailable(Unavailable):
    """The recogniser does not answer or failed."""

    what = "speech recognition"


class TextToSpeechUnavailable(Unavailable):
    """The synthesiser does not answer or failed."""

    what = "speech synthesis"


class LanguageModelUnavailable(Unavailable):
    """The language model does not answer, failed, or stopped in the middle."""

    what = "the language model"


class EncoderUnavailable(Unavailable):
    """The sentence encoder does not answer or failed."""

    what = "the sentence encoder"


class TelephoneUnavailable(Unavailable):
    """The telephone network's API does not answer or failed.

    Attributes:
        happened: False if the request was certainly not carried out; None if nobody knows.
        failure: what the call failed of, should it not be tried again.
    """

    what = "the telephone network"

    def __init__(
        self,
        retry_after: float = 1.0,
        *,
        provider_code: int | None = None,
        happened: bool | None = None,
        failure: DialFailure = DialFailure.NETWORK,
    ) -> None:
        super().__init__(retry_after)
        self.provider_code = provider_code
        self.happened = happened
        self.failure = failure


class RecordingNotReady(TelephoneUnavailable):
    """The recording is not there, or not yet."""
