"""The conditional logit: of several options that of highest utility is taken, a weighted sum of its features."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_STEPS = 1200
_RATE = 0.05


def fit(
    x: Array, there: NDArray[np.bool_], y: NDArray[np.int64], *, signed: NDArray[np.bool_], ridge: float = 1.0
) -> Array:
    """Returns the weights of most likelihood, by gradient steps (Adam).

    Args:
        x: features, shape (lines, options, features).
        there: which options a line has.
        y: the right option of each line.
        signed: which weights may be negative; the others are evidence for an option, whatever a set of hard cases says.
        ridge: how much large weights cost, for features scaled to like size.
    """
    scale = x[there].std(axis=0) + 1e-9
    scaled = x / scale
    right = scaled[np.arange(len(y)), y].sum(axis=0)
    weights, mean, square = np.zeros(x.shape[2]), np.zeros(x.shape[2]), np.zeros(x.shape[2])
    for step in range(1, _STEPS + 1):
        utility = np.where(there, scaled @ weights, -np.inf)
        share = np.exp(utility - utility.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        gradient = right - np.einsum("lo,lof->f", share, scaled) - 2 * ridge * weights
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient**2
        weights = weights + _RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-9)
        weights = np.where(signed, weights, np.maximum(weights, 0.0))
    fitted: Array = weights / scale
    return fitted


def chosen(x: Array, there: NDArray[np.bool_], weights: Array) -> NDArray[np.int64]:
    """Returns the option of highest utility of each line."""
    options: NDArray[np.int64] = np.where(there, x @ weights, -np.inf).argmax(axis=1)
    return options
