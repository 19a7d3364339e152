"""A theme that the reports have whole is looked for whole."""

from reading import understand

from bot.evidence.wording import in_their_words
from retrieval.places.places import PlaceIndex
from retrieval.question.query import State


def test_a_rare_theme_that_stands_is_a_word_of_its_own() -> None:
    query = understand("企业宁静日是怎么做的", State(), PlaceIndex([]))
    assert in_their_words(query, ["落实“企业宁静日”制度"]).terms[0].word == "企业宁静日"
    assert in_their_words(query, ["企业宁静日" * 9]).terms == query.terms
    assert in_their_words(query, ["别的"]).terms == query.terms
