"""Executes what the callee hears: `<Say>`, `<Play>`, `<Pause>`."""

import asyncio
from typing import Any, Final

from sandbox import line_audio
from sandbox.script import Speaker
from sandbox.track import Sound
from sandbox.twilio.context import CallContext
from sandbox.twilio.media import decode
from sandbox.twilio.twiml import Document
from sandbox.twilio.verbs import Pause, Play, Say

TWILIO_VOICE: Final = Speaker(pitch=60, speed=170)

_KEY_WAITS_S: Final = {"w": 0.5, "W": 1.0}


async def prompt(
    context: CallContext, verb: Say | Play | Pause, document: Document, outcome: dict[str, Any], until_key: bool = False
) -> None:
    """Executes one of the three verbs.

    Args:
        context: of the call.
        verb: what to execute.
        document: where it stands, for relative URLs.
        outcome: takes `heard`, the words that reached the callee, and `audio_s`, when each repetition was played.
        until_key: a key that the callee presses ends it.

    Raises:
        HttpFailure: what is to be played cannot be had.
        CalleeHungUp: as it says.
        TimeLimitReached: as it says.
    """
    match verb:
        case Say():
            _note(outcome, [await say(context, verb.text, until_key) for _ in range(verb.loop)])
        case Pause():
            await context.line.wait(context.line.now + verb.length)
        case Play(digits=digits) if digits:
            for key in digits:
                await context.line.beep(_KEY_WAITS_S.get(key, 0.2))
        case Play():
            url = document.resolve(verb.url)
            signed = context.switch.settings.quirks.sign_play
            answer = await context.switch.media.fetch(url, context.webhooks, context.call.line_s, signed)
            samples = await decode(answer)
            _note(outcome, [await context.line.play(samples, until_key) for _ in range(verb.loop)])


async def say(context: CallContext, text: str, until_key: bool = False) -> Sound:
    """Lets Twilio's own voice read a text. Returns what was played."""
    with context.line.stopped():
        samples = await asyncio.to_thread(line_audio.spoken, text, TWILIO_VOICE)
    return await context.line.play(samples, until_key)


def _note(outcome: dict[str, Any], played: list[Sound]) -> None:
    outcome["heard"] = [sound.text for sound in played]
    outcome["audio_s"] = [[round(sound.start, 3), round(sound.end, 3)] for sound in played]
