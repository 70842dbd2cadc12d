"""The URLs under which Twilio comes back to this gateway."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from gateway.call import HandOverEnded, Heard, PressedKeys, RecordedSpeech, Silence

_CONNECTION_OVERRIDES = "rc=2&rp=5xx,ct,rt&ct=2000&rt=10000"
"""Twilio repeats a webhook that found no gateway, or a dying one (Twilio docs, webhooks connection overrides). Not part
of the signature. Repeating is safe: the orchestrator gives the same answer to the same turn."""


@dataclass(frozen=True)
class WebhookUrls:
    """Makes absolute URLs under one public base URL."""

    base: str

    def voice(self, consultation_id: str, turn_number: int | None = None, retry: int = 0) -> str:
        """Returns where Twilio asks what to do; with a turn: for that turn's answer."""
        turn = {} if turn_number is None else {"turn": str(turn_number)}
        return self._webhook("voice", consultation_id, turn, retry)

    def recording(
        self,
        consultation_id: str,
        turn_number: int,
        heard: Heard | None = None,
        retry: int = 0,
        *,
        waited: bool = False,
    ) -> str:
        """Returns where Twilio reports what the callee said.

        Args:
            consultation_id: The consultation.
            turn_number: The callee's turn.
            heard: What the URL itself reports; none for the `action` of a `<Record>`, which reports it in its form.
                Keys are followed by those that the form reports.
            retry: How often this was asked before.
            waited: The callee was asked to wait before.
        """
        fields = {"turn": str(turn_number), **_fields(heard), **_waited(waited)}
        return self._webhook("recording", consultation_id, fields, retry)

    def handover(
        self,
        consultation_id: str,
        turn_number: int,
        ended: HandOverEnded | None = None,
        retry: int = 0,
        *,
        waited: bool = False,
    ) -> str:
        """Returns where Twilio reports how putting the callee through ended.

        Args:
            consultation_id: The consultation.
            turn_number: Under which number it is reported.
            ended: What the URL itself reports; none for the `action` of a `<Dial>`, which reports it in its form.
            retry: How often this was asked before.
            waited: The callee was asked to wait before.
        """
        fields = {"turn": str(turn_number), **_fields(ended), **_waited(waited)}
        return self._webhook("handover", consultation_id, fields, retry)

    def after_wait(self, consultation_id: str, turn_number: int, heard: Heard | None) -> str:
        """Returns where Twilio asks for the answer that was not ready, and says again what is to be answered.

        Args:
            consultation_id: The consultation.
            turn_number: The callee's turn.
            heard: What is to be answered; None: only the orchestrator knows.
        """
        match heard:
            case None:
                return self.voice(consultation_id, turn_number)
            case HandOverEnded():
                return self.handover(consultation_id, turn_number, heard, waited=True)
            case _:
                return self.recording(consultation_id, turn_number, heard, waited=True)

    def audio(self, audio_token: str) -> str:
        """Returns where `<Play>` finds a prompt; asked for again like a webhook."""
        return f"{self.base}/audio/{quote(audio_token, safe='')}.wav#{_CONNECTION_OVERRIDES}"

    def media(self, stream_token: str) -> str:
        """Returns where Twilio opens a call's stream. Never with a query: Twilio strips it (Twilio error 31920)."""
        return f"{websocket_base(self.base)}/twilio/media/{quote(stream_token, safe='')}"

    def _webhook(self, name: str, consultation_id: str, fields: dict[str, str], retry: int) -> str:
        query = {"consultation": consultation_id, **fields}
        if retry:
            query["retry"] = str(retry)
        encoded = urlencode(query, quote_via=quote, safe="*")  # as every HTTP client would send it: it is signed
        return f"{self.base}/twilio/{name}?{encoded}#{_CONNECTION_OVERRIDES}"


def websocket_base(base: str) -> str:
    """Returns an http or https base URL as ws or wss."""
    return "ws" + base.removeprefix("http")


def _waited(waited: bool) -> dict[str, str]:
    return {"waited": "1"} if waited else {}


def _fields(heard: Heard | None) -> dict[str, str]:
    """Writes what was heard as Twilio's own field names, for a query string."""
    match heard:
        case None:
            return {}
        case Silence():
            return {"silence": "1"}
        case PressedKeys(digits):
            return {"Digits": digits}
        case RecordedSpeech(recording_sid, duration_seconds):
            return {"RecordingSid": recording_sid, "RecordingDuration": str(duration_seconds)}
        case HandOverEnded(answered):
            return {"DialCallStatus": "completed" if answered else "no-answer"}
