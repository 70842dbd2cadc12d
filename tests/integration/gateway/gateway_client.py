"""What Twilio and the backend do to a gateway, as methods."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree as ET

import aiohttp
from twilio.request_validator import RequestValidator
from yarl import URL

from gateway.app import RunningGateway
from gateway.config import Settings
from gateway.orchestrator_client import Deadlines

PUBLIC = "https://calls.example.org"
TOKEN = "12345"
CALL_SID = "CA" + "0" * 32
CONSULTATION = "5b8f9c1e-2f7b-4a51-9d0e-3c1d2e4f5a6b"
DEADLINES = Deadlines(turn=5, start=5, read=5, deliver=5, watch=5, health=5)
IMPATIENT = Deadlines(turn=0.15, start=0.15, read=0.15, deliver=0.15, watch=0.15, health=0.15)

FORM = {
    "CallSid": CALL_SID,
    "AccountSid": "AC" + "0" * 32,
    "From": "+15005550006",
    "To": "+821012345678",
    "CallStatus": "in-progress",
    "Direction": "outbound-api",
    "ApiVersion": "2010-04-01",
    "ToCity": "",
    "CalledCity": "São Paulo",
    "CallerName": "상담 센터",
}


def settings(orchestrator_address: str, **changes: Any) -> Settings:
    values = {
        "http_host": "127.0.0.1",
        "http_port": 0,
        "public_base_url": PUBLIC,
        "orchestrator_url": orchestrator_address,
        "twilio_auth_token": TOKEN,
        "api_token": None,
    }
    return Settings(_env_file=None, **(values | changes))


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def xml(self) -> ET.Element:
        assert self.status == 200, self.text
        assert self.headers["Content-Type"] == "text/xml; charset=utf-8"
        root = ET.fromstring(self.body)
        assert root.tag == "Response"
        return root

    @property
    def verbs(self) -> list[str]:
        return [verb.tag for verb in self.xml]

    def verb(self, tag: str) -> ET.Element:
        found = self.xml.find(tag)
        assert found is not None, self.text
        return found


@dataclass
class Client:
    """What Twilio and the backend do to a gateway."""

    session: aiohttp.ClientSession
    gateway: RunningGateway

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.gateway.port}"

    async def ask(self, method: str, path: str, **arguments: Any) -> Answer:
        async with self.session.request(method, URL(self.url + path, encoded=True), **arguments) as response:
            return Answer(response.status, response.headers, await response.read())

    async def get(self, path: str, **arguments: Any) -> Answer:
        return await self.ask("GET", path, **arguments)

    async def post(self, path: str, **arguments: Any) -> Answer:
        return await self.ask("POST", path, **arguments)

    async def webhook(self, path: str, **fields: str) -> Answer:
        """Posts a form as Twilio does: signed over the public URL."""
        form = FORM | fields
        signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, form)
        headers = {
            "X-Twilio-Signature": signature,
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        }
        return await self.post(path, data=urlencode(form), headers=headers)

    async def follow(self, url: str, **fields: str) -> Answer:
        """Follows a URL out of TwiML."""
        parts = urlsplit(url)
        assert f"{parts.scheme}://{parts.netloc}" == PUBLIC
        return await self.webhook(f"{parts.path}?{parts.query}", **fields)
