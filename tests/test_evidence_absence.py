"""The texts in search form that are kept between questions."""

import pytest

from bot.evidence import absence
from retrieval.text.normalise import fold


def test_texts_are_folded_once_and_kept_by_their_size(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(absence, "fold", lambda text: made.append(text) or fold(text))
    monkeypatch.setattr(absence, "MAX_KEPT_CHARS", 30)
    absence._kept.clear()
    first, second, long = "行政 复议" * 2, "执法人员" * 3, "长" * 100
    for text in (first, second, first, second):
        assert absence.in_search_form(text) == fold(text)
    assert made == [first, second]
    absence.in_search_form(long)
    assert list(absence._kept) == [long]
    absence.in_search_form(first)
    assert made == [first, second, long, first]
    assert sum(map(len, absence._kept)) <= 30 + len(first)
    absence._kept.clear()
