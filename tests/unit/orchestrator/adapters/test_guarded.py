"""Dependencies behind circuit breakers: after a few failures nobody waits for them, and their return is noticed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from prometheus_client import CollectorRegistry

from orchestrator.adapters.circuit import Guard, Guards
from orchestrator.adapters.guarded_services import GuardedResultReceiver, GuardedSentenceEncoder
from orchestrator.adapters.speech.guarded import (
    GuardedSpeechToText,
    GuardedStreamingSpeechToText,
    GuardedStreamingTextToSpeech,
    GuardedTextToSpeech,
)
from orchestrator.dialogue.ports.results import Receipt
from orchestrator.domain.errors import EncoderUnavailable, SpeechToTextUnavailable, TextToSpeechUnavailable
from tests.fakes.result_receiver import ScriptedResultReceiver
from tests.fakes.sentence_encoder import ScriptedSentenceEncoder
from tests.fakes.speech_to_text import ScriptedSpeechToText
from tests.fakes.streaming_speech_to_text import ScriptedStreamingSpeechToText
from tests.fakes.streaming_text_to_speech import ScriptedStreamingTextToSpeech
from tests.fakes.text_to_speech import ScriptedTextToSpeech
from tests.virtual_time import virtual_time

FAILURES, PAUSE, TIMEOUT = 3, 5.0, 4.0


def guard() -> Guard:
    return Guards(CollectorRegistry()).of("dependency", failures=FAILURES, pause=PAUSE)


@virtual_time
async def test_a_recogniser_that_hangs_costs_three_turns_their_time_and_then_one_in_five_seconds() -> None:
    hanging = ScriptedSpeechToText()
    hanging.delay = 3600
    recogniser = GuardedSpeechToText(hanging, guard())
    loop = asyncio.get_running_loop()
    waits = []
    for _ in range(6):
        began = loop.time()
        with pytest.raises(SpeechToTextUnavailable):
            await recogniser.recognize(b"RIFF", timeout=TIMEOUT)
        waits.append(round(loop.time() - began, 3))
    assert waits == [TIMEOUT] * FAILURES + [0] * 3
    hanging.delay = 0
    await asyncio.sleep(PAUSE)
    await recogniser.recognize(b"RIFF", timeout=TIMEOUT)
    await recogniser.recognize(b"RIFF", timeout=TIMEOUT)


async def _nothing_said() -> AsyncIterator[bytes]:
    yield b"\xff" * 160


@virtual_time
async def test_streams_of_speech_are_guarded_to_their_end() -> None:
    recogniser = ScriptedStreamingSpeechToText()
    recogniser.error = SpeechToTextUnavailable()
    hears = GuardedStreamingSpeechToText(recogniser, guard())
    synthesiser = ScriptedStreamingTextToSpeech(error=TextToSpeechUnavailable())
    speaks = GuardedStreamingTextToSpeech(synthesiser, guard())
    assert speaks.voice == synthesiser.voice
    for _ in range(2 * FAILURES):
        with pytest.raises(SpeechToTextUnavailable):
            _ = [event async for event in hears.recognize(_nothing_said(), timeout=TIMEOUT)]
        with pytest.raises(TextToSpeechUnavailable):
            _ = [piece async for piece in speaks.synthesize("네", timeout=TIMEOUT)]
    assert len(recogniser.heard) == len(synthesiser.spoken) == FAILURES
    recogniser.error = synthesiser.error = None
    await asyncio.sleep(PAUSE)
    for _ in range(2):
        assert [event async for event in hears.recognize(_nothing_said(), timeout=TIMEOUT)]
        assert [piece async for piece in speaks.synthesize("네", timeout=TIMEOUT)]


@virtual_time
async def test_a_synthesiser_and_an_encoder_that_fail_are_left_alone() -> None:
    synthesiser, encoder = ScriptedTextToSpeech(error=TextToSpeechUnavailable()), ScriptedSentenceEncoder()
    encoder.delay = 2.0
    speaks, encodes = GuardedTextToSpeech(synthesiser, guard()), GuardedSentenceEncoder(encoder, guard())
    assert encodes.name == encoder.name
    loop = asyncio.get_running_loop()
    began = loop.time()
    for _ in range(2 * FAILURES):
        with pytest.raises(TextToSpeechUnavailable):
            await speaks.synthesize("네", timeout=TIMEOUT)
        with pytest.raises(EncoderUnavailable):
            await encodes.encode(["네"], timeout=1.0)
    assert len(synthesiser.spoken) == FAILURES
    assert loop.time() - began == pytest.approx(FAILURES * 1.0)


@virtual_time
async def test_a_backend_that_does_not_answer_is_left_alone_and_one_that_complains_is_not() -> None:
    silent = GuardedResultReceiver(ScriptedResultReceiver(Receipt(None, accepted=False)), guard())
    complaining = GuardedResultReceiver(ScriptedResultReceiver(Receipt(500, accepted=False)), guard())
    for _ in range(FAILURES):
        assert silent.admits()
        await silent.deliver(b"{}", key="result:1")
        await complaining.deliver(b"{}", key="result:1")
    assert (silent.admits(), complaining.admits()) == (False, True)
    await asyncio.sleep(PAUSE)
    assert [silent.admits() for _ in range(2)] == [True, False]  # one trial
