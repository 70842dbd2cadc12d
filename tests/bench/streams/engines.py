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

_PIECES: Final = ("네, ", "목요일 두 시에 ", "시작해요.")
_OPINION: Final = {"intent": "answer", "expected_answer": None, "danger": None, "number": None, "quote": "요"}


@dataclass(frozen=True)
class Delays:
    """What engines take, in seconds: those of a good provider, by default.

    Attributes:
        final: from the end of speech to the final words.
        first_audio: from a text to its first audio.
        first_token: from a question to the first words of the language model.
    """

    final: float = 0.35
    first_audio: float = 0.1
    first_token: float = 0.375

    @property
    def arguments(self) -> tuple[str, ...]:
        """The command line that says so."""
        return tuple(str(value) for value in (self.final, self.first_audio, self.first_token))


AT_ONCE: Final = Delays(0.0, 0.0, 0.0)


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
    async with _language_model(delays.first_token) as language_model:
        print(json.dumps({"speech": f"127.0.0.1:{port}", "language_model": language_model.base_url}), flush=True)
        await server.wait_for_termination()


def _language_model(delay: float) -> ScriptedOpenAi:
    """Returns a language model that takes every answer for an answer and summarises nothing."""
    structures = {"opinion": _OPINION, "summary": {"claims": []}}
    by_schema = {name: structured(content, delay=delay) for name, content in structures.items()}
    return ScriptedOpenAi(ScriptedReply(_PIECES, delay=delay), by_schema=by_schema)


def main() -> None:
    """Reads the delays and serves."""
    parser = argparse.ArgumentParser()
    for name in ("final", "first_audio", "first_token"):
        parser.add_argument(name, type=float)
    asyncio.run(serve(Delays(**vars(parser.parse_args()))))


if __name__ == "__main__":
    main()
