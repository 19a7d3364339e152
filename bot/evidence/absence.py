"""What is absent from a report, proved: no word of what is asked stands anywhere in its text.

A report that uses some of the words and still gave no answer is another matter: there the words
stand, and only what was asked was not found beside them. The two are never said alike.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from threading import Lock

from bot.evidence.drafting import Held
from bot.labels import full_name
from bot.notes import Note, among, note
from bot.values import DraftLine
from retrieval.documents import Report
from retrieval.question.terms import Term, is_theme, is_topical
from retrieval.text.normalise import fold

MAX_NAMED = 12


MAX_KEPT_CHARS = 20_000_000
_kept: OrderedDict[str, str] = OrderedDict()
_keeping = Lock()


def in_search_form(text: str) -> str:
    """Return a report's text in search form; of those asked for last ``MAX_KEPT_CHARS`` are kept."""
    with _keeping:
        if text in _kept:
            _kept.move_to_end(text)
            return _kept[text]
    folded = fold(text)
    with _keeping:
        _kept[text] = folded
        spare = sum(map(len, _kept)) - MAX_KEPT_CHARS
        while spare > 0 and len(_kept) > 1:
            spare -= len(_kept.popitem(last=False)[0])
    return folded


def words_of(terms: Sequence[Term]) -> tuple[str, ...]:
    """Return the words whose absence would prove that nothing is said: themes and their synonyms."""
    topical = [t for t in terms if is_topical(t)] or [t for t in terms if is_theme(t)]
    words = (word for t in topical for word in (t.word, *t.variants))
    return tuple(dict.fromkeys(fold(word) for word in words if len(word) > 1))


def holds(report: Report, words: Iterable[str]) -> bool:
    """Tell whether any of ``words`` (in search form) stands in a report, blanks aside."""
    text = in_search_form(report.text)
    return any(word in text for word in words)


def absence_notes(reports: Sequence[Report], terms: Sequence[Term]) -> list[DraftLine]:
    """Return what to say of reports that gave no answer: proved absences, then the others."""
    said = "、".join(dict.fromkeys(t.word for t in terms if is_theme(t)))
    if not said:
        return [note("nothing_found_in", reports=names_of(reports))] if reports else []
    words = words_of(terms)
    proved = [r for r in reports if words and not holds(r, words)]
    others = [r for r in reports if r not in proved]
    notes = []
    if proved:
        notes.append(note("not_mentioned", topic=said, reports=names_of(proved)))
    if others:
        notes.append(note("not_found_in", topic=said, reports=names_of(others)))
    return notes


def names_of(reports: Sequence[Held], most: int = MAX_NAMED) -> Note:
    """Return the names of the first ``most`` reports, and how many there are if more."""
    return among([full_name(r.meta) for r in reports[:most]], len(reports))
