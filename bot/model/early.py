"""What of a model's answer can be shown while it still writes: nothing that may yet change.

Lines that code has checked come as they are written; the first that waits for the judge stops
those behind it. In a list the model has passed an official line by once it writes of a later one.
What was shown stays, whatever the rest of the reply says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import takewhile

from bot.evidence.drafting import Draft
from bot.model.union import Heads, Line, completed, under_heads, united
from bot.model.writers_llm import Waiting
from bot.notes import note
from bot.values import Told, meets
from retrieval.errors import ModelFailed

Written = Sequence[Told | Waiting]
"""The lines of a reply so far, in the order written."""


class Early:
    """The lines shown so far; each is handed to ``show`` once."""

    def __init__(self, show: Callable[[Line], None], certain: Callable[[Written], Sequence[Line]]):
        self._show = show
        self._certain = certain
        self.lines: list[Line] = []

    def hear(self, written: Written) -> bool:
        """Show what the lines written so far make certain; tell whether anything was shown."""
        certain = self._certain(written)
        if list(certain[: len(self.lines)]) == self.lines:
            for line in certain[len(self.lines) :]:
                self.lines.append(line)
                self._show(line)
        return bool(self.lines)

    def kept(self, lines: Sequence[Line], failure: ModelFailed | None = None) -> tuple[Line, ...]:
        """Return an answer's lines with what was shown first: of that nothing is taken back.

        Where the reply broke off, that is said before the rest.
        """
        rest = list(lines[len(self.lines) :])
        if list(lines[: len(self.lines)]) != self.lines:
            shown = [line for line in self.lines if line.cites]
            rest = [
                line
                for line in lines
                if line not in self.lines and not any(meets(line.cites, s.cites) for s in shown)
            ]
        return (*self.lines, *([note("broke_off")] if failure and rest else []), *rest)


def in_order(written: Written) -> tuple[Told, ...]:
    """Return the lines before the first that waits for the judge."""
    return tuple(takewhile(lambda line: isinstance(line, Told), written))  # type: ignore[arg-type]


def completing(draft: Draft, written: Written, heads: Heads) -> tuple[Line, ...]:
    """Return the lines of ``completed`` that no further line makes give way, under their names."""
    told = in_order(written)
    stays = set(completed(draft, told))
    return under_heads(tuple(takewhile(stays.__contains__, told)), heads)


def uniting(
    draft: Draft, written: Written, *, asked: str = "", fits: Callable[[Told], bool]
) -> tuple[Line, ...]:
    """Return the lines of ``united`` up to the official line that the model is writing of."""
    claims = [line for line in draft.lines if line.kind == "claim"]
    places = [[n for n, claim in enumerate(claims) if meets(w.cites, claim.cites)] for w in written]
    told_of = [place for place in places if place]
    if not told_of:
        return ()
    waiting = [p for w, p in zip(written, places, strict=True) if isinstance(w, Waiting) and p]
    until = min(n for place in (told_of[-1], *waiting) for n in place)
    told = tuple(w for w in written if isinstance(w, Told) and fits(w))
    return united(draft, told, asked=asked, until=claims[until])
