"""Takes the weights of Silero's speech detector for 8000 Hz out of its ONNX file, version 5.

    python -m evaluation.turn_taking_weights silero_vad.onnx orchestrator/adapters/listening/silero.npz

Both are brought into the form in which `orchestrator.adapters.listening.silero` multiplies them. ONNX files are
Protocol Buffers messages; of their fields only those that hold constants are read here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

# Field numbers of onnx.proto.
_MODEL_GRAPH, _GRAPH_NODE = 7, 1
_NODE_OUTPUT, _NODE_ATTRIBUTE = 2, 5
_ATTRIBUTE_TENSOR, _ATTRIBUTE_GRAPH = 5, 6
_TENSOR_DIMENSIONS, _TENSOR_TYPE, _TENSOR_RAW = 1, 2, 9
_FLOAT = 1
# The model holds two networks; this one is for 8000 Hz.
_NETWORK = "else_branch"
_HALF = np.float32(0.5)


def weights(model: bytes) -> dict[str, NDArray[np.generic]]:
    """Returns the weights in the form in which they are multiplied, by name."""
    constants = {name.rpartition("__")[2]: array for name, array in _constants(model) if _NETWORK in name}
    found: dict[str, NDArray[np.generic]] = {"basis": constants["stft.forward_basis_buffer"][:, 0, :].T}
    for layer in range(4):
        kernel = constants[f"encoder.{layer}.reparam_conv.weight"]
        # The third layer sees one step of two on its left, which is empty; the fourth sees one step in all.
        taps = {2: slice(1, 3), 3: slice(1, 2)}.get(layer, slice(0, 3))
        found[f"encoder_{layer}"] = kernel.transpose(2, 1, 0)[taps].reshape(-1, kernel.shape[0])
        found[f"encoder_{layer}_bias"] = constants[f"encoder.{layer}.reparam_conv.bias"]
    lstm = np.hstack([constants["decoder.rnn.weight_ih"], constants["decoder.rnn.weight_hh"]])
    found["lstm"] = _gates(lstm).T
    found["lstm_bias"] = _gates(constants["decoder.rnn.bias_ih"] + constants["decoder.rnn.bias_hh"])
    found["out"] = constants["decoder.decoder.2.weight"][0, :, 0]
    found["out_bias"] = constants["decoder.decoder.2.bias"]
    return {name: np.ascontiguousarray(array, np.float16) for name, array in found.items()}


def _gates(rows: Array) -> Array:
    """Brings input, forget, candidate, output into the order candidate, forget, input, output; sigmoids halved."""
    admit, keep, candidate, show = np.split(rows, 4)
    return np.concatenate([candidate, keep * _HALF, admit * _HALF, show * _HALF])


def _constants(model: bytes) -> Iterator[tuple[str, Array]]:
    for field, graph in _fields(model):
        if field == _MODEL_GRAPH:
            yield from _of_graph(graph)


def _of_graph(graph: bytes) -> Iterator[tuple[str, Array]]:
    for field, node in _fields(graph):
        if field == _GRAPH_NODE:
            yield from _of_node(node)


def _of_node(node: bytes) -> Iterator[tuple[str, Array]]:
    fields = list(_fields(node))
    output = next((value.decode() for field, value in fields if field == _NODE_OUTPUT), "")
    for field, attribute in fields:
        if field != _NODE_ATTRIBUTE:
            continue
        for part, value in _fields(attribute):
            if part == _ATTRIBUTE_GRAPH:
                yield from _of_graph(value)
            elif part == _ATTRIBUTE_TENSOR and (array := _tensor(value)) is not None:
                yield output, array


def _tensor(tensor: bytes) -> Array | None:
    dimensions, kind, raw = [], 0, b""
    for field, value in _fields(tensor):
        if field == _TENSOR_DIMENSIONS:
            dimensions.append(int.from_bytes(value, "little"))
        elif field == _TENSOR_TYPE:
            kind = int.from_bytes(value, "little")
        elif field == _TENSOR_RAW:
            raw = value
    return np.frombuffer(raw, np.float32).reshape(dimensions) if kind == _FLOAT and raw else None


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Yields the numbers and values of a message's fields; numbers as eight bytes, little end first."""
    position = 0
    while position < len(message):
        tag, position = _varint(message, position)
        kind = tag & 7
        if kind == 0:
            value, position = _varint(message, position)
            yield tag >> 3, value.to_bytes(10, "little")
            continue
        length, position = _varint(message, position) if kind == 2 else ({1: 8, 5: 4}[kind], position)
        yield tag >> 3, message[position : position + length]
        position += length


def _varint(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, position


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    np.savez_compressed(target, **weights(source.read_bytes()))  # type: ignore[arg-type]
