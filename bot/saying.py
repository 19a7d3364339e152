"""The sentences of an answer, handed over as they are certain: each once, in order.

An answer is put together from its beginning when it is whole; what was handed over while a model
still wrote is then passed by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from bot.lock.citations import Checker
from bot.lock.planted import without_orders
from bot.model.union import Line
from bot.notes import note
from bot.values import Sentence, Told


class Teller:
    """Hands each sentence of one answer over once, however often its first ones are said."""

    def __init__(self, on_sentence: Callable[[Sentence], None]) -> None:
        self._hand_over = on_sentence
        self._told = self._at = 0

    def begin(self) -> None:
        """Say the answer from its beginning."""
        self._at = 0

    def __call__(self, sentence: Sentence) -> None:
        """Take the next sentence."""
        self._at += 1
        if self._at > self._told:
            self._told = self._at
            self._hand_over(sentence)


def sentences_of(
    checker: Checker, lines: Iterable[Line], text_of: Callable[[str], str]
) -> Iterator[Sentence]:
    """Yield the sentences that lines make, checked here unless a model's writer has checked them."""
    for line in lines:
        if not isinstance(line, Told):
            own = without_orders(line, text_of)
            shown = checker.check_line(own) if own is not None else None
        else:
            if line.way == "inferred":
                marks = "".join(f"[{n}]" for n in checker.numbers(line.cites))
                over = checker.check_line(note("inferred", marks=marks))
                if isinstance(over, Sentence):
                    yield over
            shown = checker.admit(line)
        if isinstance(shown, Sentence):
            yield shown
