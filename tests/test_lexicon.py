"""Every word class finds its own examples and none of what it must not."""

from __future__ import annotations

import pytest

from retrieval.genre.lexicon import pattern, word_classes
from retrieval.text.normalise import fold

YES = [(name, text) for name, row in word_classes().items() for text in row["yes"]]
NO = [(name, text) for name, row in word_classes().items() for text in row["no"]]


@pytest.mark.parametrize(("name", "text"), YES)
def test_a_class_finds_its_examples(name: str, text: str) -> None:
    assert pattern(name).search(fold(text))


@pytest.mark.parametrize(("name", "text"), NO)
def test_a_class_leaves_others_alone(name: str, text: str) -> None:
    assert not pattern(name).search(fold(text))
