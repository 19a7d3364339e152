"""A part of ours says nothing while it is away, and all of it is back afterwards."""

from __future__ import annotations

import re

import pytest

from bot.evidence import extent, premises
from eval.parts import named_parts, watched
from eval.taken_away import code_parts, taken_away, word_classes
from eval.touched import Touched
from retrieval.genre import lexicon
from retrieval.genre.synonyms import synonym_table
from retrieval.places import subunits
from retrieval.places.gazetteer import contains, short_name


def test_a_word_class_and_a_group_of_words_are_parts() -> None:
    assert {"class:aim", "class:denial", "same:升"} <= set(word_classes())
    with taken_away("class:denial"):
        assert not lexicon.pattern("denial").search("没评上")
        assert lexicon.pattern("lack").search("力量不足")
    assert lexicon.pattern("denial").search("没评上")
    with taken_away("same:升"):
        assert "升" not in {group for _, group in lexicon.same_words()}
    assert "升" in {group for _, group in lexicon.same_words()}


def test_a_word_list_reads_as_empty() -> None:
    with taken_away("synonyms.txt"):
        assert not synonym_table().get("法律援助")
    assert len(synonym_table()) > 100


def test_a_function_gives_what_says_nothing_by_its_annotation() -> None:
    with taken_away("retrieval.places.gazetteer:contains"):
        assert contains(("浙江省",), ("浙江省", "绍兴市")) is False
    with taken_away("retrieval.places.gazetteer:short_name"):  # the word it was given
        assert short_name("绍兴市") == "绍兴市"
    assert contains(("浙江省",), ("浙江省", "绍兴市"))
    assert short_name("绍兴市") == "绍兴"


def test_a_pattern_matches_nothing_wherever_it_is_imported() -> None:
    name = next(n for n, v in vars(premises).items() if isinstance(v, re.Pattern))
    real = getattr(premises, name)
    with taken_away(f"bot.evidence.premises:{name}"):
        assert not getattr(premises, name).search("什么")
    assert getattr(premises, name) is real


@pytest.mark.parametrize("name", ["nothing", "bot.nothing", "os:getcwd", "bot.notes:nothing", "os"])
def test_what_is_no_part_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name}: no such part"):
        named_parts([name])


def test_a_room_or_a_module_stands_for_all_it_defines() -> None:
    parts = named_parts(["retrieval.places", "bot.evidence.extent"])
    assert "retrieval.places.subunits:parse_unit" in parts
    assert f"{extent.__name__}:asserts_all" not in code_parts("retrieval.places")
    assert all(part.startswith(("retrieval.places", "bot.evidence.extent:")) for part in parts)
    assert set(code_parts("retrieval.places")) < set(named_parts(["all"]))


def test_only_what_had_something_to_say_is_noted() -> None:
    parts = code_parts("retrieval.places.subunits")
    touched = Touched(parts)
    with touched.watching() as found:
        subunits.parse_unit("城关镇人民政府", "清溪县")
    assert "retrieval.places.subunits:_UNIT" in found
    assert "retrieval.places.subunits:words_for" not in found
    assert watched(parts[:2]) is None
