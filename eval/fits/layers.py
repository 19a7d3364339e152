"""Layers of the bundled encoder that are trained on, for PyTorch, and how they are stored."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import nn

from retrieval.encoder.e5_weights import Weights
from retrieval.encoder.stored_layers import small_integers

Row = TypeVar("Row")

DROPPED = 0.1
_MATRICES = ("q", "k", "v", "ao", "fi", "fo")
_NORMS = ("aln", "oln")


class EncoderLayer(nn.Module):  # type: ignore[misc]
    """One layer, which begins as the encoder has it."""

    def __init__(self, weights: Weights, at: str) -> None:
        super().__init__()
        width, inner = weights.width, weights.inner_width
        self.heads, self.drop = weights.heads, nn.Dropout(DROPPED)
        for name in ("q", "k", "v", "ao"):
            setattr(self, name, nn.Linear(width, width))
        self.fi, self.fo = nn.Linear(width, inner), nn.Linear(inner, width)
        for name in _NORMS:
            setattr(self, name, nn.LayerNorm(width, eps=weights.epsilon))
        with torch.no_grad():
            for name in (*_MATRICES, *_NORMS):
                layer = getattr(self, name)
                plain = name in _NORMS
                matrix = (
                    weights.vector(f"{at}{name}.w") if plain else weights.matrix(f"{at}{name}.w")
                )
                layer.weight.copy_(torch.from_numpy(matrix))
                layer.bias.copy_(torch.from_numpy(weights.vector(f"{at}{name}.b")))

    def attending(self, state: Any, seen: Any, real: Any) -> Any:
        """Return the states after this layer, which attend to ``seen``; ``real`` is no padding."""

        def by_heads(x: Any) -> Any:
            return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)

        asked, keys, values = (by_heads(x) for x in (self.q(state), self.k(seen), self.v(seen)))
        mask = real[:, None, None, :]
        told = F.scaled_dot_product_attention(asked, keys, values, attn_mask=mask)
        told = told.transpose(1, 2).reshape(state.shape)
        state = self.aln(state + self.drop(self.ao(told)))
        return self.oln(state + self.drop(self.fo(F.gelu(self.fi(state)))))


class SelfAttending(EncoderLayer):
    """A layer as it is in the encoder: a text attends to itself."""

    def forward(self, state: Any, real: Any) -> Any:
        """Return the states after this layer."""
        return self.attending(state, state, real)


def padded(parts: Sequence[NDArray[np.float16]]) -> tuple[Any, Any]:
    """Return states ``[texts, tokens, width]`` and which of them are no padding."""
    longest = max(len(part) for part in parts)
    whole = np.zeros((len(parts), longest, parts[0].shape[1]), np.float32)
    real = np.zeros((len(parts), longest), bool)
    for row, part in enumerate(parts):
        whole[row, : len(part)], real[row, : len(part)] = part, True
    return torch.from_numpy(whole), torch.from_numpy(real)


def batches(
    told: list[Row], size: int, together: int, length: Callable[[Row], int], chance: random.Random
) -> list[list[Row]]:
    """Return all rows in batches drawn by chance, each of rows of like length: less padding.

    ``together`` batches are drawn at once and sorted; ``told`` is shuffled where it is.
    """
    chance.shuffle(told)
    found = []
    for at in range(0, len(told), size * together):
        some = sorted(told[at : at + size * together], key=length)
        found += [some[i : i + size] for i in range(0, len(some), size)]
    chance.shuffle(found)
    return found


class Steps:
    """The steps of a training: upper layers at a rate, heads, which are new, so much faster."""

    def __init__(
        self, module: nn.Module, upper: Sequence[Any], rate: float, faster: float, count: int
    ) -> None:
        known = {id(p) for p in upper}
        heads = [p for p in module.parameters() if id(p) not in known]
        rates = [rate, rate * faster]
        groups = [{"params": p, "lr": r} for p, r in zip((upper, heads), rates, strict=True)]
        self._module = module
        self._optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(
            self._optimiser, rates, count, pct_start=0.1
        )

    def step(self, loss: Any) -> float:
        """Learn from the loss of a batch, and return it."""
        self._optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self._module.parameters(), 1.0)
        self._optimiser.step()
        self._schedule.step()
        return float(loss.item())


def stored(name: str, module: nn.Module) -> dict[str, NDArray[Any]]:
    """Return the tensors of a layer, or of one linear or norm, by name, as a file holds them."""
    if isinstance(module, EncoderLayer):
        parts = (stored(f"{name}.{part}", getattr(module, part)) for part in (*_MATRICES, *_NORMS))
        return {key: tensor for part in parts for key, tensor in part.items()}
    weight: NDArray[np.float32] = module.weight.detach().numpy()
    told = small_integers(f"{name}.w", weight) if weight.ndim > 1 else {f"{name}.w": weight}
    bias = getattr(module, "bias", None)
    return told if bias is None else told | {f"{name}.b": bias.detach().numpy()}
