"""How well a reader reads: its requests beside the labels of utterances.

Themes are scored by overlap of characters (F1 over all utterances), places and years by exact
sets a message, acts, contents and operations by share. ``whole`` is act, every wish in order,
places and years all right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from eval.fits.reader.utterances import Utterance
from retrieval.question.request import Ask, Reader, Request, Tag

_EXACT: tuple[Tag, ...] = ("place", "office", "excluded", "year", "scope")


@dataclass(frozen=True, slots=True)
class Score:
    """Shares by measure, and right and asked by wish."""

    shares: Mapping[str, float]
    counts: Mapping[str, int]
    wishes: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def line(self) -> str:
        """Return the measures on one line."""
        return " ".join(f"{k} {v:.3f}" for k, v in self.shares.items()) + f" ({self.counts})"

    def to_json(self) -> dict[str, object]:
        """Return plain values for the card."""
        return {
            "shares": {k: round(v, 4) for k, v in self.shares.items()},
            "counts": dict(self.counts),
            "wishes": {k: list(v) for k, v in sorted(self.wishes.items())},
        }


class SecondLabels:
    """Labels of another person as a reader: its score is how far the two agree.

    ``utterances`` are the messages as that person labelled them; others are not to be read.
    """

    def __init__(self, utterances: Sequence[Utterance]) -> None:
        self._known = {u.text: u for u in utterances}

    def __contains__(self, text: str) -> bool:
        return text in self._known

    def read(self, question: str, before: Request | None = None) -> Request:  # noqa: ARG002
        """Return the request that the labels say; raises ``KeyError`` for an unlabelled message."""
        u = self._known[question]
        return Request(question, u.act, tuple(Ask(*wish) for wish in u.wishes), u.tags)


def read_earlier(reader: Reader, history: Sequence[str]) -> Request | None:
    """Return the request that a conversation stands at after ``history``, as ``reader`` reads it."""
    before: Request | None = None
    for message in history:
        request = reader.read(message, before)
        before = request if request.asks else before
    return before or (Request("", "ask", (Ask("report", "overview"),)) if history else None)


def score_reader(reader: Reader, utterances: Sequence[Utterance]) -> tuple[Score, list[str]]:
    """Return the score of ``reader`` and a line for each message misread."""
    right: dict[str, list[bool]] = {}
    wished: dict[str, list[bool]] = {}
    theme_hits = theme_said = theme_gold = 0
    confident: list[tuple[float, bool]] = []
    missed = []
    for u in utterances:
        request = reader.read(u.text, read_earlier(reader, u.history))
        gold = list(u.wishes)
        got = [(a.content, a.operation) for a in request.asks]
        checks = {"act": request.act == u.act}
        if u.wishes and u.act == "ask" and request.act in ("ask", "item"):
            checks["parts"] = len(got) == len(gold)
            checks["content"] = bool(got) and got[0][0] == gold[0][0]
            checks["operation"] = bool(got) and got[0][1] == gold[0][1]
            checks["all wishes"] = got == gold
            confident.append((request.confidence, checks["content"] and checks["operation"]))
            wished.setdefault("/".join(gold[0]), []).append(got[:1] == gold[:1])
        elif u.wishes and u.act == "ask":
            checks |= {"content": False, "operation": False, "all wishes": False}
            wished.setdefault("/".join(gold[0]), []).append(False)
        slots_right = True
        for tag in _EXACT:
            said = {t.text for t in request.tags if t.tag == tag}
            meant = {t.text for t in u.tags if t.tag == tag}
            if said or meant:
                checks[tag] = said == meant
            if tag in ("place", "year"):
                slots_right = slots_right and said == meant
        said_at = {i for t in request.tags if t.tag == "theme" for i in range(t.start, t.end)}
        gold_at = {i for t in u.tags if t.tag == "theme" for i in range(t.start, t.end)}
        theme_hits += len(said_at & gold_at)
        theme_said += len(said_at)
        theme_gold += len(gold_at)
        checks["whole"] = checks["act"] and checks.get("all wishes", True) and slots_right
        for name, ok in checks.items():
            right.setdefault(name, []).append(ok)
        if not checks["whole"]:
            missed.append(
                f"{u.writer}\t{u.text}\t{u.act} {gold}\t{request.act} {got}\t{[(t.tag, t.text) for t in u.tags if t.tag != 'theme']}\t{[(t.tag, t.text) for t in request.tags if t.tag != 'theme']}"
            )
    shares = {name: sum(oks) / len(oks) for name, oks in right.items()}
    shares["theme"] = 2 * theme_hits / max(theme_said + theme_gold, 1)
    confident.sort(reverse=True)
    most = confident[: round(len(confident) * 0.8)]
    shares["sure80"] = sum(ok for _, ok in most) / max(len(most), 1)
    counts = {name: len(oks) for name, oks in right.items()}
    return Score(shares, counts, {k: (sum(v), len(v)) for k, v in wished.items()}), missed
