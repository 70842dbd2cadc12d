"""Where Twilio is to call us, and how patiently (Twilio docs, Webhooks: connection overrides)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

# A turn may take 8 s until its filler; after 10 s of silence, or 2 s without a connection, another replica is tried.
# All tries together have 15 s, which Twilio does not let anybody change.
_VOICE = "#rc=2&rp=ct,rt,5xx&ct=2000&rt=10000"
# Nobody waits for a report: it is repeated whatever goes wrong.
_STATUS = "#rc=3&rp=all&ct=2000&rt=5000"


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The gateway's URLs for one consultation.

    Attributes:
        public_base_url: the gateway's, as Twilio reaches it.
        fallback_base_url: by another host name; empty: there is none.
        carrier_notice: seconds for which a carrier tells the callee that the call is from abroad, before anything else.
    """

    public_base_url: str
    consultation_id: str
    fallback_base_url: str = ""
    carrier_notice: int = 0

    @property
    def voice(self) -> str:
        """Asked when the call is answered."""
        pause = f"&pause={self.carrier_notice}" if self.carrier_notice else ""
        return self._url("voice") + pause + _VOICE

    @property
    def fallback(self) -> str:
        """Asked when the voice URL, or any that the gateway gave to Twilio since, failed."""
        return self._url("voice", self.fallback_base_url) + "&fallback=1" + _VOICE

    @property
    def status(self) -> str:
        """Told how the call goes."""
        return self._url("status") + _STATUS

    @property
    def answered_by(self) -> str:
        """Told whether a person answered, or a machine."""
        return self._url("amd") + _STATUS

    def _url(self, name: str, base: str = "") -> str:
        base = (base or self.public_base_url).rstrip("/")
        return f"{base}/twilio/{name}?consultation={quote(self.consultation_id, safe='')}"
