"""A conditional logit (McFadden 1974): which of the rows of a choice are right, by their signs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]
Choice = tuple[Floats, NDArray[np.bool_]]
"""Signs of shape (rows, signs), and which rows are right: one at least."""


def fit_logit(choices: Sequence[Choice], penalty: float, rounds: int = 200) -> Floats:
    """Return weights of shape (signs,), held small by ``penalty``, after ``rounds`` at most."""

    def loss(w: Floats) -> tuple[float, Floats]:
        total, slope = 0.5 * penalty * float(w @ w), penalty * w
        for signs, right in choices:
            scores = signs @ w
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            held = shares[right].sum() + 1e-12
            total -= float(np.log(held))
            slope = slope - signs[right].T @ (shares[right] / held) + signs.T @ shares
        return total, slope

    start = np.zeros(choices[0][0].shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": rounds})
    return np.asarray(found.x)
