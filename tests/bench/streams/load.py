"""`python -m tests.bench.streams.load`: reads a load as JSON from its input, calls, and prints its figures as JSON."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import aiohttp

from tests.bench.streams.callee import Line
from tests.bench.streams.figures import CallFigures, LoadFigures
from tests.bench.streams.opening import NotOpened, Opened, Opening, PlainOpening, WebhookOpening
from tests.bench.streams.stream_call import StreamCall
from tests.bench.streams.ticker import Ticker
from tests.bench.streams.utterances import background, utterance
from tests.bench.table import percentile

_CONNECT_SECONDS: Final = 10.0


@dataclass(frozen=True)
class Load:
    """Calls to make at once.

    Attributes:
        url: of the WebSocket that takes every call, or of a gateway if there is an order.
        calls: how many.
        script: what each callee says.
        ramp: seconds over which the calls begin.
        longest: seconds after which a call is given up.
        order: the body of `POST /api/receive`; None: calls are opened plainly.
        insists: whether a call that is answered turn by turn asks for a stream again.
    """

    url: str
    calls: int
    script: tuple[Line, ...]
    ramp: float
    longest: float
    order: Mapping[str, Any] | None = None
    insists: bool = True

    def to_json(self) -> str:
        """Returns one line."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(line: str) -> Load:
        """Reads what `to_json` wrote."""
        fields = json.loads(line)
        return Load(**{**fields, "script": tuple(Line(**each) for each in fields["script"])})

    def opening(self) -> Opening:
        """Returns how its calls are opened."""
        return (
            PlainOpening(self.url) if self.order is None else WebhookOpening(self.url, self.order, insists=self.insists)
        )


async def run(load: Load) -> LoadFigures:
    """Makes all calls of a load and returns what their callees noted."""
    began, worked = time.monotonic(), time.process_time()
    ticker = Ticker()
    ticking = asyncio.create_task(ticker.run())
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        delays = [load.ramp * number / load.calls for number in range(load.calls)]
        calls = await asyncio.gather(*(_call(load, session, ticker, delay) for delay in delays))
    ticking.cancel()
    await asyncio.gather(ticking, return_exceptions=True)
    seconds = time.monotonic() - began
    return LoadFigures(
        calls=list(calls),
        late=percentile(ticker.lateness, 0.99),
        latest=max(ticker.lateness),
        core=(time.process_time() - worked) / seconds,
        seconds=seconds,
    )


async def _call(load: Load, session: aiohttp.ClientSession, ticker: Ticker, delay: float) -> CallFigures:
    await asyncio.sleep(delay)
    opening = load.opening()
    try:
        async with asyncio.timeout(load.longest):
            opened = await opening.open(session)
            async with session.ws_connect(
                opened.url, headers=opened.headers, timeout=aiohttp.ClientWSTimeout(ws_close=_CONNECT_SECONDS)
            ) as socket:
                call = await _talk(load, socket, opened, ticker, greeted=opening.greeted)
            verb = await opening.end(session, opened, hung_up=call.hung_up)
            waits = await opening.waits(session, opened)
    except (NotOpened, TimeoutError, aiohttp.ClientError, ConnectionError) as error:
        return CallFigures(failure=f"{type(error).__name__}: {error}"[:200])
    failure = "" if call.hung_up or verb == "Hangup" else f"broken off, then {verb or 'nothing'}"
    return CallFigures(
        **asdict(call.callee.heard), stutters=call.play_out.stutters, failure=failure, next_verb=verb, waits=waits
    )


async def _talk(
    load: Load, socket: aiohttp.ClientWebSocketResponse, opened: Opened, ticker: Ticker, *, greeted: bool
) -> StreamCall:
    """Has the conversation, until the callee or the agent hangs up."""
    begin = asyncio.get_running_loop().time()
    call = StreamCall(socket, opened, load.script, greeted=greeted, begin=begin)
    await call.start()
    ticker.add(call.tick)
    try:
        await call.listen()
    finally:
        ticker.remove(call.tick)
    return call


def _prepare(load: Load) -> None:
    """Does now what would make the client late later: speaks, and takes what stays for ever out of the collector."""
    for line in load.script:
        utterance(line.number, line.seconds)
    background()
    gc.collect()
    gc.freeze()


def main() -> None:
    """Runs the load that stands in the first line of the input."""
    load = Load.from_json(sys.stdin.readline())
    _prepare(load)
    print(asyncio.run(run(load)).to_json(), flush=True)


if __name__ == "__main__":
    main()
