"""Silero's speech detector (version 5, telephone rate), computed with NumPy.

The weights are Silero's own (MIT licence, `LICENSE-silero.txt`), taken out of their ONNX file by
`python -m evaluation.turn_taking_weights`. They are shared by all calls; what belongs to one call is 1 KB. An ONNX
session would cost each call 10 MB and 85 ms at its start, and is no faster for windows this small.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

# Samples at 8000 Hz: of a window, of what is heard again of the one before, and of a frame of the spectrum.
WINDOW = 256
_CONTEXT = 32
_FRAME, _STEP, _FRAMES = 128, 64, 4
_BINS = 65
_STATE = 128
_HALF = np.float32(0.5)


@dataclass(frozen=True, slots=True)
class SileroWeights:
    """Weights as matrices that are multiplied from the right; names as in the model.

    Attributes:
        basis: Fourier basis, real parts before imaginary ones.
        encoder: weights and biases of the four layers; convolutions over time are unrolled.
        lstm: input and state to the gates; halved for the sigmoids, which are computed as tanh.
        out: state to the logit.
    """

    basis: Vector
    encoder: tuple[tuple[Vector, Vector], ...]
    lstm: tuple[Vector, Vector]
    out: tuple[Vector, float]


class SileroVoice:
    """Listens to one call."""

    def __init__(self) -> None:
        self._weights = _weights()
        self._samples = np.zeros(_CONTEXT + WINDOW + _CONTEXT, np.float32)
        # Spectra and first layer, with an empty step before and after.
        self._spectra = np.zeros((_FRAMES + 2, _BINS), np.float32)
        self._first = np.zeros((_FRAMES + 2, _STATE), np.float32)
        self._input = np.zeros(2 * _STATE, np.float32)  # of the LSTM: the encoded window, and its own last output
        self._cell = np.zeros(_STATE, np.float32)
        self._frames = _windows(self._samples, _FRAME, _STEP, _FRAMES)
        self._around_spectra = _windows(self._spectra.reshape(-1), 3 * _BINS, _BINS, _FRAMES)
        self._around_first = _windows(self._first.reshape(-1), 3 * _STATE, 2 * _STATE, 2)

    def forget(self) -> None:
        """Listens as if the call had just begun."""
        self._samples[:] = 0
        self._input[:] = 0
        self._cell[:] = 0

    def probability(self, window: Vector) -> float:
        """Returns how likely there is speech in the next 32 ms.

        Args:
            window: 256 samples at 8000 Hz, from -1 to 1.
        """
        samples = self._samples
        samples[:_CONTEXT] = samples[WINDOW : WINDOW + _CONTEXT]
        samples[_CONTEXT : _CONTEXT + WINDOW] = window
        samples[_CONTEXT + WINDOW :] = samples[WINDOW + _CONTEXT - 2 : WINDOW - 2 : -1]
        self._input[:_STATE] = self._encoded()
        state = self._remembered()
        out, bias = self._weights.out
        return 1 / (1 + math.exp(-(float(np.maximum(state, 0) @ out) + bias)))

    def _encoded(self) -> Vector:
        (first, first_bias), *rest = self._weights.encoder
        spectrum = self._frames @ self._weights.basis
        np.square(spectrum, out=spectrum)
        np.sqrt(spectrum[:, :_BINS] + spectrum[:, _BINS:], out=self._spectra[1:-1])
        np.maximum(self._around_spectra @ first + first_bias, 0, out=self._first[1:-1])
        layer = self._around_first
        for weights, bias in rest:
            layer = layer.reshape(-1, weights.shape[0]) @ weights
            layer += bias
            np.maximum(layer, 0, out=layer)
        encoded: Vector = layer[0]
        return encoded

    def _remembered(self) -> Vector:
        weights, bias = self._weights.lstm
        gates = self._input @ weights
        gates += bias
        np.tanh(gates, out=gates)
        candidate, sigmoids = gates[:_STATE], gates[_STATE:]
        sigmoids *= _HALF
        sigmoids += _HALF
        keep, admit, show = sigmoids[:_STATE], sigmoids[_STATE : 2 * _STATE], sigmoids[2 * _STATE :]
        self._cell *= keep
        self._cell += admit * candidate
        state: Vector = show * np.tanh(self._cell)
        self._input[_STATE:] = state
        return state


def _windows(samples: Vector, length: int, step: int, count: int) -> Vector:
    """Returns overlapping stretches of a buffer, without copying it."""
    size = samples.itemsize
    return np.lib.stride_tricks.as_strided(samples, (count, length), (step * size, size), writeable=False)


@cache
def _weights() -> SileroWeights:
    with files(__package__).joinpath("silero.npz").open("rb") as file, np.load(file) as stored:
        kept = {name: stored[name].astype(np.float32) for name in stored.files}
    return SileroWeights(
        basis=kept["basis"],
        encoder=tuple((kept[f"encoder_{layer}"], kept[f"encoder_{layer}_bias"]) for layer in range(4)),
        lstm=(kept["lstm"], kept["lstm_bias"]),
        out=(kept["out"], float(kept["out_bias"][0])),
    )
