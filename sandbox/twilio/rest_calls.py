"""The REST API's calls (Twilio docs, "Call resource")."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Protocol, get_args

from aiohttp import web

from sandbox.twilio.api_error import ApiError
from sandbox.twilio.call import Call, CallStatus
from sandbox.twilio.call_request import CallRequest, read_call_request
from sandbox.twilio.form_fields import read_method, read_url
from sandbox.twilio.resources import account_uri, call_json, page_json
from sandbox.twilio.rest import EXCHANGE, form_of
from sandbox.twilio.rest_paging import paging
from sandbox.twilio.settings import TwilioSettings
from sandbox.twilio.steps import Fetch, Inline


class Calls(Protocol):
    """The calls of the account."""

    def place(self, request: CallRequest) -> Call:
        """Queues a call. Raises ApiError if the queue is full."""

    def find(self, sid: str) -> Call | None:
        """Returns a call."""

    def newest_first(self) -> list[Call]:
        """Returns all calls."""

    def forget(self, sid: str) -> None:
        """Forgets a call that is over."""


class CallsApi:
    """Serves `/Calls`."""

    def __init__(self, calls: Calls, settings: TwilioSettings) -> None:
        self._calls = calls
        self._settings = settings
        self._refused: dict[str, int] = {}
        self.answers_to_lose = settings.quirks.lose_create_answers

    def routes(self) -> list[web.RouteDef]:
        """Returns the routes."""
        base = f"{account_uri(self._settings.account).rpartition('/')[0]}/{{account}}/Calls"
        return [
            web.post(f"{base}.json", self._create),
            web.get(f"{base}.json", self._list, allow_head=False),
            web.get(f"{base}/{{sid}}.json", self._fetch, allow_head=False),
            web.post(f"{base}/{{sid}}.json", self._update),
            web.delete(f"{base}/{{sid}}.json", self._delete),
        ]

    async def _create(self, request: web.Request) -> web.Response:
        call_request = read_call_request(await form_of(request), self._settings.account)
        self._refuse(call_request.to)
        call = self._calls.place(call_request)
        request[EXCHANGE].call_sid = call.sid
        if self.answers_to_lose:
            self.answers_to_lose -= 1
            raise ApiError(20503)
        return self._answer(call, 201)

    async def _fetch(self, request: web.Request) -> web.Response:
        return self._answer(self._call(request), 200)

    async def _update(self, request: web.Request) -> web.Response:
        call = self._call(request)
        form = await form_of(request)
        status = form.get("Status")
        if status is not None:
            if status not in {"canceled", "completed"}:
                raise ApiError(20001, f"Invalid Status: {status}")
            self._stop(call, "completed" if status == "completed" else "canceled")
        elif form.get("Url") or form.get("Twiml"):
            if call.status != "in-progress":
                raise ApiError(21220)
            url = read_url(form, "Url", 21205)
            step = Fetch(purpose="voice", url=url, method=read_method(form, "Method")) if url else Inline(form["Twiml"])
            call.commands.put_nowait(step)
        return self._answer(call, 200)

    def _stop(self, call: Call, status: CallStatus) -> None:
        """`canceled` ends a call that nobody has answered yet, `completed` a live one, too (Twilio docs)."""
        if call.over:
            raise ApiError(21220)
        if status == "completed" or call.status != "in-progress":
            call.commands.put_nowait(status)

    async def _delete(self, request: web.Request) -> web.Response:
        call = self._call(request)
        if not call.over:
            raise ApiError(20009)
        self._calls.forget(call.sid)
        return web.Response(status=204)

    async def _list(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        shown = [call for call in self._calls.newest_first() if _matches(call, query)]
        items = [call_json(call, self._settings.account, self._settings.quirks) for call in shown]
        filters = {name: value for name, value in query.items() if name not in {"Page", "PageSize", "PageToken"}}
        return web.json_response(page_json("calls", request.path, filters, items, paging(query)))

    def _refuse(self, to: str) -> None:
        refusal = self._settings.account.refusals.get(to)
        if refusal is None:
            return
        refused = self._refused.get(to, 0)
        if refusal.times is None or refused < refusal.times:
            self._refused[to] = refused + 1
            raise ApiError(refusal.code, to)

    def _call(self, request: web.Request) -> Call:
        call = self._calls.find(request.match_info["sid"])
        if call is None:
            raise ApiError(20404, request.path)
        request[EXCHANGE].call_sid = call.sid
        return call

    def _answer(self, call: Call, status: int) -> web.Response:
        return web.json_response(call_json(call, self._settings.account, self._settings.quirks), status=status)


def _matches(call: Call, query: Mapping[str, str]) -> bool:
    """Applies a list's filters."""
    if "Status" in query and query["Status"] not in get_args(CallStatus):
        raise ApiError(20001, f"Invalid Status: {query['Status']}")
    shown_status = "queued" if call.status == "initiated" else call.status
    equal = {"To": call.request.to, "From": call.request.sender, "Status": shown_status, "ParentCallSid": None}
    if any(name in query and query[name] != value for name, value in equal.items()):
        return False
    return _in_time(call.started_at, query, "StartTime") and _in_time(call.ended_at, query, "EndTime")


def _in_time(moment: datetime | None, query: Mapping[str, str], name: str) -> bool:
    """Applies `StartTime=2026-11-22`, `StartTime<=...` and `StartTime>=...`, in whole days."""
    comparisons: dict[str, Callable[[date, date], bool]] = {
        "": date.__eq__, "<": date.__le__, ">": date.__ge__,
    }  # fmt: skip
    for sign, holds in comparisons.items():
        given = query.get(name + sign)
        if given is None:
            continue
        try:
            day = datetime.fromisoformat(given).date()
        except ValueError as error:
            raise ApiError(20001, f"Invalid {name}: {given}") from error
        if moment is None or not holds(moment.date(), day):
            return False
    return True
