"""What can be set about the sandbox's Twilio: the account, the numbers, and how the network and Twilio behave."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from sandbox.twilio.api_error import is_known

ACCOUNT_SID: Final = "AC" + "5a4db0c5" * 4
AUTH_TOKEN: Final = "sandbox-auth-token"  # noqa: S105 - opens nothing but the sandbox
FROM_NUMBER: Final = "+15005550006"
"""The one `From` that Twilio's test credentials accept, too."""

_E164 = r"^\+[1-9]\d{6,14}$"
PhoneNumber = Annotated[str, Field(pattern=_E164)]


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Refusal(_Settings):
    """Says that calls to a number are refused by the REST API.

    Attributes:
        code: Twilio's error code, for instance 21215.
        times: how often before a call is accepted; None: always.
    """

    code: int
    times: int | None = Field(default=None, ge=1)

    @field_validator("code")
    @classmethod
    def _is_known(cls, code: int) -> int:
        if not is_known(code):
            raise ValueError("is no error code of the REST API that the sandbox knows")
        return code


MAGIC_NUMBERS: Final = {
    # The first four are those of Twilio's test credentials (https://www.twilio.com/docs/iam/test-credentials).
    "+15005550001": Refusal(code=21217),
    "+15005550002": Refusal(code=21214),
    "+15005550003": Refusal(code=21215),
    "+15005550004": Refusal(code=21216),
    # These are the sandbox's own.
    "+15005550005": Refusal(code=21219),
    "+15005550007": Refusal(code=20429, times=2),
    "+15005550008": Refusal(code=20503),
}


class Account(_Settings):
    """Describes the account.

    Attributes:
        sid: `AC` and 32 hexadecimal digits.
        auth_token: the REST password, and the key of the webhooks' signatures.
        api_keys: `SK...` to secret: other pairs that the REST API accepts.
        numbers: what may be given as `From`.
        refusals: `To` numbers that the REST API refuses.
        cps: calls a second that are dialled; others wait in the queue.
        api_concurrency: REST requests under way at once; one more is answered 429.
    """

    sid: str = Field(default=ACCOUNT_SID, pattern=r"^AC[0-9a-f]{32}$")
    auth_token: str = Field(default=AUTH_TOKEN, min_length=8)
    api_keys: dict[str, str] = {}
    numbers: frozenset[PhoneNumber] = frozenset({FROM_NUMBER})
    refusals: dict[str, Refusal] = MAGIC_NUMBERS
    cps: float = Field(default=1.0, gt=0)
    api_concurrency: int = Field(default=100, ge=1)


class Network(_Settings):
    """Says how the telephone network behaves; all in phone seconds.

    Attributes:
        dial_s: from `initiated` to `ringing`.
        ring_s: how long a phone rings before someone answers, is busy with it, or rejects the call.
        carrier_notice: what the carrier tells the callee at the answer, where `answers` is `carrier-notice`.
        voicemail_greeting: what a machine says, where `answers` is `voicemail`.
        human_transfer_s: how long the person reached by `<Dial>` talks.
    """

    dial_s: float = Field(default=1.0, ge=0)
    ring_s: float = Field(default=4.0, ge=0)
    carrier_notice: str = "국제전화입니다. 해외에서 걸려 온 전화입니다."
    voicemail_greeting: str = "지금은 전화를 받을 수 없습니다. 삐 소리가 난 뒤 메시지를 남겨 주세요."
    human_transfer_s: float = Field(default=20.0, ge=0)


class Quirks(_Settings):
    """Chooses where Twilio's documents leave a choice, and makes things go wrong. The defaults are a normal day.

    Attributes:
        recording_ready_s: REAL seconds during which a new recording is answered with 404: clients poll in real time.
        recording_sid_in_action: whether the action of `<Record>` carries `RecordingSid` (undocumented, usual).
        record_falls_through_on_silence: whether a wholly silent `<Record>` goes on with the next verb, as older
            documents say, instead of requesting its action.
        media_needs_auth: whether recordings' media ask for credentials.
        recording_media: what the media of recordings is instead of the sound: nothing at all, or no audio.
        signature: whether requests are signed rightly, wrongly or not at all.
        sign_play: whether fetches of `<Play>` carry a signature.
        date_created_null: whether a new call's `date_created` and `date_updated` are null.
        status_copies: how often each status callback is sent.
        status_order: `fired`: in order; `swapped`: each pair the wrong way round.
        status_delay_s: phone seconds by which status callbacks are late.
        status_dropped: events whose callback never arrives.
        webhook_copies: how often each voice webhook is sent, with the same idempotency token; the last answer counts.
        lose_create_answers: how many accepted `POST /Calls` are answered 503 all the same: the phone rings.
        to_city: the callee's city in webhooks; not ASCII by default, because that enters signatures too.
    """

    recording_ready_s: float = Field(default=0.0, ge=0)
    recording_sid_in_action: bool = True
    record_falls_through_on_silence: bool = False
    media_needs_auth: bool = True
    recording_media: Literal["sound", "empty", "not-audio"] = "sound"
    signature: Literal["right", "wrong", "missing"] = "right"
    sign_play: bool = True
    date_created_null: bool = True
    status_copies: int = Field(default=1, ge=1)
    status_order: Literal["fired", "swapped"] = "fired"
    status_delay_s: float = Field(default=0.0, ge=0)
    status_dropped: frozenset[Literal["initiated", "ringing", "answered", "completed"]] = frozenset()
    webhook_copies: int = Field(default=1, ge=1)
    lose_create_answers: int = Field(default=0, ge=0)
    to_city: str = "서울특별시"


class Streams(_Settings):
    """Chooses how Media Streams behave, and makes things go wrong with them. The defaults are a normal day.

    Attributes:
        signed_with_slash: whether a handshake's signature is made over the URL with a slash behind it, as Twilio's
            documents say it may be.
        handshake_s: REAL seconds that the application has to accept a stream.
        handshakes_lost: how many of a call's streams do not reach the application.
        ends_after_s: phone seconds after which a stream ends without a `stop`; None: it does not.
        ends_by: how it does: the connection breaks off, or Twilio closes it with an error.
        marks_lost: whether the news of marks does not come back.
        read_pause_s: REAL seconds before each message from the application is read.
        stall_s: phone seconds for which, every five seconds, the callee's sound is held up; then it comes all at once.
    """

    signed_with_slash: bool = False
    handshake_s: float = Field(default=10.0, gt=0)
    handshakes_lost: int = Field(default=0, ge=0)
    ends_after_s: float | None = Field(default=None, ge=0)
    ends_by: Literal["drop", "close"] = "drop"
    marks_lost: bool = False
    read_pause_s: float = Field(default=0.0, ge=0)
    stall_s: float = Field(default=0.0, ge=0)


class TwilioSettings(_Settings):
    """Holds everything that can be set.

    Attributes:
        account: the account and its numbers.
        network: the telephone network.
        quirks: doubtful and bad behaviour.
        streams: how Media Streams behave.
        host: address to listen on.
        port: to listen on; 0: any free one.
        public_urls: where a webhook's public origin really is, for instance
            `{"https://gateway.example": "http://127.0.0.1:8000"}`: signatures are made over the former, connections
            go to the latter. That of a stream, `wss://gateway.example`, follows from it.
    """

    account: Account = Account()
    network: Network = Network()
    quirks: Quirks = Quirks()
    streams: Streams = Streams()
    host: str = "127.0.0.1"
    port: int = Field(default=0, ge=0, le=65535)
    public_urls: dict[str, str] = {}
