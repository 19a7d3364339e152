"""The words that wishes are said with, counted in the corpus (``retrieval.question.untagged``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from eval.fits.reader.utterances import Utterance
from retrieval.question.untagged import may_name
from retrieval.text.normalise import normalise
from retrieval.text.segmentation import tag

# a word that stood outside of themes this often, and at least as often as in one, is a wish's; of 1,
# 2 and 3 the one at which words of other writers' wishes are told best from their themes
LEAST = 2


# their themes are those that the reader of before found, where it found any (decision 23): a word
# outside of them may name one
THEMES_AS_FOUND = (
    "asked", "chatter", "cityoffice", "columnist", "leaders", "owner", "shopkeeper", "supervisor", "turns",
)  # fmt: skip


def wish_words_of(corpus: Iterable[Utterance]) -> list[str]:
    """Return the words that stand outside of every span as often as inside a theme, sorted."""
    inside: Counter[str] = Counter()
    outside: Counter[str] = Counter()
    for utterance in corpus:
        words = normalise(utterance.text)
        if utterance.writer in THEMES_AS_FOUND or utterance.act != "ask":
            continue  # talk is of everything
        if len(words) != len(utterance.text):
            continue  # the spans stand in the words as typed
        at = 0
        for word, pos in tag(words):
            over = {t.tag for t in utterance.tags if t.start < at + len(word) and at < t.end}
            at += len(word)
            if may_name(word, pos):
                inside[word] += "theme" in over
                outside[word] += not over
    return sorted(w for w, n in outside.items() if n >= LEAST and n >= inside[w])
