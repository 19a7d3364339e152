"""What a question is about where no tag says so."""

from __future__ import annotations

from eval.fits.reader.subject_words import wish_words_of
from eval.fits.reader.utterances import parse_line, read_corpus
from retrieval.question.untagged import names_a_thing, subject_of, wish_words


def test_the_shipped_words_are_those_of_the_corpus():
    assert sorted(wish_words()) == wish_words_of(read_corpus()), "run python -m eval.fits.reader"


def test_a_word_of_wishes_is_no_subject_and_any_other_noun_or_verb_is():
    lines = [
        "ask\tproblems/list\t{P:玉山}存在哪些毛病",
        "ask\tproblems/list\t{P:綦江}有毛病吗",
        "ask\tmeasures/list\t{P:綦江}的{T:调解}",
        "ask\tmeasures/list\t调解得怎样",
    ]
    words = wish_words_of(parse_line(line, "w") for line in lines)
    assert "毛病" in words
    assert "调解" not in words  # it stands in a theme as often
    assert "存在" not in words  # said once


def test_the_subject_is_what_is_left_of_a_question():
    assert subject_of("存在哪些问题") == ()
    assert subject_of("打算怎么办") == ()
    assert subject_of("送外卖的人权益有没有保障，打算怎么办") == ("外卖", "权益")
    assert subject_of("") == ()


def test_how_to_tell_is_no_thing_that_is_asked_about():
    assert not names_a_thing("哪些地方没弄好 分开列一下谢谢")
    assert not names_a_thing("还有啥没做好的，一条条说")
    assert names_a_thing("矛盾化解这块到底行不行")
