"""The sandbox's JSON, and the form that creates a call, against Twilio's own OpenAPI.

The file is `package/src/services/twilio-api/twilio_api_v2010.json` of the npm package `twilio-cli-core`; set
SANDBOX_TWILIO_OPENAPI to its path.
"""

import asyncio
import json
import os
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema
import pytest
from twilio.rest import Client

from sandbox.twilio.settings import ACCOUNT_SID, AUTH_TOKEN, FROM_NUMBER

SPEC = os.environ.get("SANDBOX_TWILIO_OPENAPI", "")
pytestmark = pytest.mark.skipif(not SPEC, reason="SANDBOX_TWILIO_OPENAPI does not name Twilio's twilio_api_v2010.json")

CALLS = "/2010-04-01/Accounts/{AccountSid}/Calls.json"
CREATED = {
    "to": "+821012345678",
    "from_": FROM_NUMBER,
    "method": "POST",
    "fallback_method": "POST",
    "status_callback_event": ["initiated", "ringing", "answered", "completed"],
    "status_callback_method": "POST",
    "timeout": 30,
    "time_limit": 1800,
}
"""What the orchestrator gives to the official client, but for the URLs."""


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    document = json.loads(Path(SPEC).read_text())
    return as_json_schema(document)


def as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0 says `nullable`; JSON Schema lists the type null."""
    if isinstance(node, list):
        return [as_json_schema(each) for each in node]
    if not isinstance(node, dict):
        return node
    converted = {name: as_json_schema(value) for name, value in node.items() if name not in {"nullable", "format"}}
    if node.get("nullable") is True:
        if "type" in converted:
            converted["type"] = [converted["type"], "null"]
        if "enum" in converted:
            converted["enum"] = [*converted["enum"], None]
    return converted


def validate(spec: dict[str, Any], instance: Any, schema: dict[str, Any]) -> None:
    jsonschema.validate(instance, {**schema, "components": spec["components"]}, jsonschema.Draft202012Validator)


def answer_schema(spec: dict[str, Any], path: str, method: str = "get", status: str = "200") -> dict[str, Any]:
    return spec["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]


async def test_calls_recordings_and_lists_are_as_published(sandbox, app, spec):
    app.twiml("/voice", '<Record action="/heard" timeout="2"/>')
    app.twiml("/heard", "<Hangup/>")
    call = await sandbox.call({"turns": [{"say": "네."}]})
    (recording,) = sandbox.world.twilio.recordings.newest_first()
    base = "/2010-04-01/Accounts/{AccountSid}"
    async with aiohttp.ClientSession(auth_base(sandbox)) as session:
        for template, name in (
            (f"{base}/Calls.json", "calls"), (f"{base}/Calls/{{Sid}}.json", None),
            (f"{base}/Recordings.json", "recordings"), (f"{base}/Recordings/{{Sid}}.json", None),
            (f"{base}/Calls/{{CallSid}}/Recordings.json", "recordings"),
        ):  # fmt: skip
            sid = recording.sid if "Recordings" in template else call.sid
            path = template.format(AccountSid=ACCOUNT_SID, Sid=sid, CallSid=call.sid)
            async with session.get(path, headers=authorization()) as response:
                body = await response.json()
            schema = answer_schema(spec, template)
            validate(spec, body, schema)
            assert set(body) - {"annotation", "trunk_sid", "uri"} <= set(properties(spec, schema)), template
            if name:
                assert len(body[name]) == 1


async def test_a_created_call_is_as_published(sandbox, app, spec):
    app.twiml("/voice", "<Hangup/>")
    client = Client(ACCOUNT_SID, AUTH_TOKEN)
    client.api.base_url = sandbox.world.twilio_url
    await asyncio.to_thread(partial(client.calls.create, url=app.url + "/voice", **CREATED))
    answers = sandbox.world.twilio.newest_first()
    async with (
        aiohttp.ClientSession(auth_base(sandbox)) as session,
        session.post(
            CALLS.format(AccountSid=ACCOUNT_SID), headers=authorization(),
            data={"To": "+821012345678", "From": FROM_NUMBER, "Url": app.url + "/voice"},
        ) as response,
    ):  # fmt: skip
        assert response.status == 201
        validate(spec, await response.json(), answer_schema(spec, CALLS, "post", "201"))
    for call in answers:
        await call.settled.wait()


async def test_the_form_that_creates_a_call_is_as_published(sandbox, app, spec):
    app.twiml("/voice", "<Hangup/>")
    client = Client(ACCOUNT_SID, AUTH_TOKEN)
    client.api.base_url = sandbox.world.twilio_url
    urls = {"url": app.url + "/voice", "fallback_url": app.url + "/voice", "status_callback": app.url + "/status"}
    await asyncio.to_thread(partial(client.calls.create, **urls, **CREATED))
    form = sandbox.world.twilio.journal.exchanges[0].parameters
    schema = spec["paths"][CALLS]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    validate(spec, typed(form, schema["properties"]), schema)
    assert set(form) <= set(schema["properties"])
    assert form["StatusCallbackEvent"] == CREATED["status_callback_event"]


def typed(form: dict[str, list[str]], schemas: dict[str, Any]) -> dict[str, Any]:
    """Gives the text of a form the types that the schema names."""
    values: dict[str, Any] = {}
    for name, texts in form.items():
        kind = schemas.get(name, {}).get("type", "string")
        kind = kind[0] if isinstance(kind, list) else kind
        convert = {"integer": int, "boolean": "true".__eq__}.get(kind, str)
        values[name] = texts if kind == "array" else convert(texts[0])
    return values


def properties(spec: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["properties"]
    return schema["properties"]


def auth_base(sandbox) -> str:
    return sandbox.world.twilio_url


def authorization() -> dict[str, str]:
    return {"Authorization": aiohttp.encode_basic_auth(ACCOUNT_SID, AUTH_TOKEN)}
