"""`python -m tests.bench.streams.engines`: the simulated engines in one process; prints where they are as JSON.

Speech over gRPC, a language model as OpenAI's API. How long each takes is said in seconds on the command line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from dataclasses import dataclass
from typing import Final

import grpc

from calling.v1 import speech_to_text_service_pb2_grpc, text_to_speech_service_pb2_grpc
from tests.bench.streams.simulated_recogniser import SimulatedRecogniser
from tests.bench.streams.simulated_synthesiser import SimulatedSynthesiser
from tests.bench.streams.utterances import speech
from tests.fakes.openai_server import ScriptedOpenAi, ScriptedReply, structured

ANSWER: Final = " ".join(
    (
        "노래 교실 시간은 저도 잘 알지 못해요.",
        "말씀하신 내용은 담당자에게 꼭 전해 드릴게요.",
        "확인하기 전에는 시간을 알 수 없어요.",
    )
)
"""What the language model says, two letters a token."""
_OPINION: Final = {"intent": "answer", "expected_answer": None, "danger": None, "number": None, "quote": "요"}


@dataclass(frozen=True)
class Delays:
    """What engines take, in seconds: those of a good provider, by default.

    Attributes:
        final: from the end of speech to the final words.
        first_audio: from a text to its first audio.
        first_token: from a question to the first words of the language model.
        token: from one of its tokens to the next.
    """

    final: float = 0.35
    first_audio: float = 0.1
    first_token: float = 0.375
    token: float = 0.025

    @property
    def arguments(self) -> tuple[str, ...]:
        """The command line that says so."""
        return tuple(str(value) for value in (self.final, self.first_audio, self.first_token, self.token))


AT_ONCE: Final = Delays(0.0, 0.0, 0.0, 0.0)


async def serve(delays: Delays) -> None:
    """Serves until cancelled."""
    speech()
    server = grpc.aio.server()
    speech_to_text_service_pb2_grpc.add_SpeechToTextServiceServicer_to_server(SimulatedRecogniser(delays.final), server)
    text_to_speech_service_pb2_grpc.add_TextToSpeechServiceServicer_to_server(
        SimulatedSynthesiser(delays.first_audio), server
    )
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with _language_model(delays.first_token, delays.token) as language_model:
        print(json.dumps({"speech": f"127.0.0.1:{port}", "language_model": language_model.base_url}), flush=True)
        await server.wait_for_termination()


def _language_model(delay: float, token: float) -> ScriptedOpenAi:
    """Returns a language model that takes every answer for an answer and summarises nothing."""
    structures = {"opinion": _OPINION, "summary": {"claims": []}}
    by_schema = {name: structured(content, delay=delay) for name, content in structures.items()}
    pieces = tuple(ANSWER[start : start + 2] for start in range(0, len(ANSWER), 2))
    return ScriptedOpenAi(ScriptedReply(pieces, delay=delay, pause=token), by_schema=by_schema)


def main() -> None:
    """Reads the delays and serves."""
    parser = argparse.ArgumentParser()
    for name in ("final", "first_audio", "first_token", "token"):
        parser.add_argument(name, type=float)
    asyncio.run(serve(Delays(**vars(parser.parse_args()))))


if __name__ == "__main__":
    main()
