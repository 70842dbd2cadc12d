"""Executes TwiML: document after document until the call ends (Twilio docs, "TwiML for Voice")."""

from dataclasses import asdict
from typing import Any, Final

from sandbox.twilio.connect import connect
from sandbox.twilio.context import CallContext
from sandbox.twilio.dial import dial
from sandbox.twilio.gather import gather
from sandbox.twilio.http_client import Answer
from sandbox.twilio.http_failure import HttpFailure
from sandbox.twilio.journal import ExecutedVerb
from sandbox.twilio.media import AUDIO_TYPES, decode
from sandbox.twilio.prompts import prompt, say
from sandbox.twilio.record import record
from sandbox.twilio.steps import Fetch, Inline, Step
from sandbox.twilio.twiml import Document, TwimlError, parse
from sandbox.twilio.verbs import Connect, Dial, Gather, Hangup, Pause, Play, Record, Redirect, Say, Unsupported, Verb

APOLOGY: Final = "We're sorry, an application error has occurred. Goodbye."

_XML_TYPES: Final = frozenset({"text/xml", "application/xml", "text/html"})
_MOST_IDLE_DOCUMENTS: Final = 50
_IDLE_S: Final = 0.1


class _Hangup(Exception):
    """Raised when a document ends the call."""


class Interpreter:
    """Executes the documents of one call."""

    def __init__(self, context: CallContext) -> None:
        self._context = context
        self._idle_documents = 0

    async def run(self, step: Step) -> None:
        """Executes documents until one ends the call: by `<Hangup>`, by its end, or by a failure.

        Args:
            step: where to begin.

        Raises:
            CalleeHungUp: the callee ended the call.
            TimeLimitReached: it became too long.
        """
        following: Step | None = step
        while (current := following) is not None:
            try:
                following = await self._perform(await self._load(current))
            except (HttpFailure, TwimlError) as failure:
                following = await self._recover(failure, current)
            except _Hangup:
                return

    async def _load(self, step: Step) -> Document:
        """Gets a document and parses it; audio is played at once."""
        self._guard()
        if isinstance(step, Inline):
            return parse(step.twiml, "", self._context.warn)
        answer = await self._context.fetch(step)
        await self._context.line.wait(self._context.line.now)  # the callee may have gone meanwhile
        if answer.content_type in AUDIO_TYPES:
            await self._context.line.play(await decode(answer))
            return Document(answer.url, ())
        return self._parse(answer, step)

    def _parse(self, answer: Answer, step: Fetch) -> Document:
        """Reads a document as its Content-Type says; its URL keeps the overrides with which it was fetched."""
        url = answer.url if answer.url != step.url.partition("#")[0] else step.url
        if answer.content_type not in _XML_TYPES | {"text/plain"} and answer.body.strip():
            raise TwimlError(12300, f"TwiML must not have Content-Type {answer.content_type or 'none'!r}")
        try:
            return parse(answer.body, url, lambda code, message: self._context.warn(code, message, answer.url))
        except TwimlError:
            if answer.content_type != "text/plain":
                raise
            return Document(url, (Say(text=answer.text), Hangup()))

    async def _perform(self, document: Document) -> Step | None:
        """Executes a document's verbs. Returns where to go on; None at its end."""
        for verb in document.verbs:
            noted = ExecutedVerb(
                call_sid=self._context.call.sid,
                verb=type(verb).__name__ if not isinstance(verb, Unsupported) else verb.name,
                attributes=asdict(verb, dict_factory=_jsonable),
                document=document.url,
                started_s=round(self._context.line.now, 3),
            )
            self._context.switch.journal.verbs.append(noted)
            try:
                step = await self._execute(verb, document, noted.outcome)
            finally:
                noted.ended_s = round(self._context.line.now, 3)
            if noted.ended_s - noted.started_s >= _IDLE_S:
                self._idle_documents = 0
            if step is not None:
                return step
        return None

    async def _execute(self, verb: Verb, document: Document, outcome: dict[str, Any]) -> Step | None:
        match verb:
            case Say() | Play() | Pause():
                await prompt(self._context, verb, document, outcome)
                return None
            case Record():
                return await record(self._context, verb, document, outcome)
            case Gather():
                return await gather(self._context, verb, document, outcome)
            case Dial():
                return await dial(self._context, verb, document, outcome)
            case Connect():
                return await connect(self._context, verb, document, outcome)
            case Redirect():
                return Fetch(purpose="redirect", url=document.resolve(verb.url), method=verb.method)
            case Hangup():
                raise _Hangup
            case Unsupported():
                message = f"the sandbox does not execute <{verb.name}>"
                self._context.error(None, message, document.url)
                return None

    async def _recover(self, failure: HttpFailure | TwimlError, failed: Step) -> Step | None:
        """Goes on after a failure: with the fallback if there is one, else with an apology and the end."""
        request = self._context.call.request
        url = failed.url if isinstance(failed, Fetch) else ""
        self._context.error(failure.code, str(failure), url)
        if request.fallback_url and not (isinstance(failed, Fetch) and failed.purpose == "fallback"):
            parameters = {"ErrorCode": str(failure.code), "ErrorUrl": url}
            return Fetch(
                purpose="fallback", url=request.fallback_url, method=request.fallback_method, parameters=parameters
            )
        await say(self._context, APOLOGY)
        return None

    def _guard(self) -> None:
        """Stops documents that lead to one another for ever while the callee hears nothing."""
        self._idle_documents += 1
        if self._idle_documents > _MOST_IDLE_DOCUMENTS:
            raise TwimlError(None, f"{_MOST_IDLE_DOCUMENTS} documents in a row did nothing")


def _jsonable(items: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in items}
