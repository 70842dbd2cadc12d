"""What holds of every stream, whatever the callee does: over random callees, in virtual time."""

import asyncio

from hypothesis import example, given, settings
from hypothesis import strategies as st

from orchestrator.dialogue.stream.events import Ending
from tests.unit.orchestrator.dialogue.scene import Scene
from tests.unit.orchestrator.dialogue.stream.live_phone import LivePhone
from tests.virtual_time import virtual_time

Deed = tuple[str, str | None, float]

WORDS = (
    "네",
    "아니요",
    "음",
    "잠깐만요",
    "누구세요?",
    "그게 무릎이 아파서",
    "끊을게요",
    "죽고 싶어요",
    "사람 바꿔 주세요",
    "",
    None,
)
DEEDS = st.one_of(
    st.tuples(st.just("say"), st.sampled_from(WORDS), st.sampled_from((0.4, 0.8, 2.5))),
    st.tuples(st.just("wait"), st.none(), st.sampled_from((0.1, 0.5, 1.3, 7.0))),
    st.tuples(st.just("listen"), st.none(), st.just(0.0)),
    st.tuples(st.just("press"), st.sampled_from("0123456789*#"), st.just(0.0)),
    st.tuples(st.just("break"), st.none(), st.sampled_from((0.2, 3.0))),
)


async def does(phone: LivePhone, deed: Deed) -> None:
    match deed:
        case ("say", text, seconds):
            await phone.say(text, seconds)
        case ("press", str(key), _):
            phone.press(key)
        case ("listen", _, _):
            await phone.agent_is_done()
        case (_, _, seconds):
            await asyncio.sleep(seconds)


async def live(phone: LivePhone, deeds: list[Deed]) -> None:
    """Lives through a call, in one stream after the other, until it is over or there is nothing left to do."""
    while True:
        async with phone.call() as streamed:
            if not streamed:
                return
            while deeds and phone.ending is None:
                deed = deeds.pop(0)
                await does(phone, deed)
                await phone.assert_truthful()
                if deed[0] == "break":
                    break
            else:
                await asyncio.wait_for(phone.over(), 600)
        if phone.ending is Ending.HANG_UP:
            return


# What was said to the last of the streams is answered turn by turn, though the question was not heard to its end.
ANSWERED_AFTER_THE_LAST_STREAM: list[Deed] = [
    ("listen", None, 0.0),
    ("say", "네", 0.4),
    *[("break", None, 0.2)] * 3,
    ("say", "네", 0.8),
    ("break", None, 0.2),
]


@example(ANSWERED_AFTER_THE_LAST_STREAM)
@settings(max_examples=35, deadline=None)
@given(st.lists(DEEDS, max_size=25))
def test_a_stream_never_falls_silent_and_never_claims_what_was_not_heard(deeds: list[Deed]) -> None:
    @virtual_time
    async def run() -> None:
        scene = Scene()
        await scene.start()
        phone = LivePhone(scene)
        await live(phone, list(deeds))
        await phone.assert_truthful()

    run()
