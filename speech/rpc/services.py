"""Puts the services on a gRPC server."""

import grpc

from calling.v1 import (
    speech_to_text_service_pb2,
    speech_to_text_service_pb2_grpc,
    text_to_speech_service_pb2,
    text_to_speech_service_pb2_grpc,
)
from speech.engine import SpeechToTextEngine, TextToSpeechEngine
from speech.rpc.answering import Answering
from speech.rpc.speech_to_text_servicer import SpeechToTextRpc
from speech.rpc.text_to_speech_servicer import TextToSpeechRpc

NAMES = (
    speech_to_text_service_pb2.DESCRIPTOR.services_by_name["SpeechToTextService"].full_name,
    text_to_speech_service_pb2.DESCRIPTOR.services_by_name["TextToSpeechService"].full_name,
)
"""The services' full names, for health and reflection."""


def add(
    server: grpc.aio.Server, speech_to_text: SpeechToTextEngine, text_to_speech: TextToSpeechEngine, limit: int
) -> None:
    """Adds both services; together they run at most `limit` RPCs at once."""
    answering = Answering(limit)
    speech_to_text_service_pb2_grpc.add_SpeechToTextServiceServicer_to_server(
        SpeechToTextRpc(speech_to_text, answering), server
    )
    text_to_speech_service_pb2_grpc.add_TextToSpeechServiceServicer_to_server(
        TextToSpeechRpc(text_to_speech, answering), server
    )
