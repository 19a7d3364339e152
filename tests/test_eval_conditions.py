"""A condition of ours decides nothing while it is settled, and decides again afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from answering import QINGSHAN, assistant_over

from bot.briefing import briefing
from bot.evidence import silence
from eval.conditions import PREFIX, conditions_of, described, settled
from eval.parts import named_parts, watched
from retrieval.places import gazetteer
from retrieval.places.gazetteer import contains

ROOM = f"{PREFIX}retrieval.places.gazetteer"


def part_of(words: str) -> str:
    found = [i for i, c in enumerate(conditions_of(gazetteer)) if c.words == words]
    assert found, [c.words for c in conditions_of(gazetteer)]
    return f"{ROOM}:{found[0]}"


def test_a_module_stands_for_its_conditions_each_with_its_words() -> None:
    parts = named_parts([ROOM])
    assert len(parts) == len(conditions_of(gazetteer)) > 10
    kinds = {c.kind for c in conditions_of(silence)}
    assert kinds == {"if", "and", "or", "filter"}
    assert "gazetteer:" in described(parts[0])


def test_a_settled_condition_decides_nothing_and_is_back_afterwards() -> None:
    before = contains.__code__
    asked = ("浙江省", "绍兴市"), ("浙江省", "杭州市")
    with settled(part_of("chain[:len(ancestor)] == ancestor")):
        assert contains(*asked)
    assert contains.__code__ is before
    assert not contains(*asked)


def test_what_might_never_end_is_no_condition() -> None:
    assert "_add_next(para, PARTS, most, most, again=False)" not in {
        c.words for c in conditions_of(briefing)
    }


@pytest.mark.parametrize("name", ["nothing", "bot.nothing", "bot.notes:x", "bot.notes:99999"])
def test_what_is_no_condition_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match="no such part"):
        named_parts([PREFIX + name])


def test_conditions_are_weighed_by_themselves() -> None:
    assert named_parts([f"{ROOM}:0"]) == (f"{ROOM}:0",)
    with pytest.raises(ValueError, match="apart from other parts"):
        named_parts([f"{ROOM}:0", "class:aim"])


@pytest.mark.slow
def test_conditions_that_decided_are_seen(tmp_path: Path) -> None:
    parts = named_parts([f"{PREFIX}bot.answers.single_report", f"{PREFIX}bot.evidence.silence"])
    watch = watched(parts)
    assert watch is not None
    with assistant_over(tmp_path, {"青山.txt": QINGSHAN}) as assistant:
        with watch.watching() as told:
            assistant.ask("青山县受理了多少件矛盾纠纷")
        with watch.watching() as refused:
            assistant.ask("青山县养了多少头大象")
        before = silence.silent.__code__
    assert silence.silent.__code__ is before
    assert refused - told
    assert refused <= set(parts)
