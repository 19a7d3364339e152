from __future__ import annotations

from pathlib import Path

import pytest

import prompts
from prompts import load

NAMES = ["select", "judge", "briefing", "revise", "read"]


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_renders_with_exactly_its_variables(name):
    prompt = load(name)
    values = {variable: f"<{variable}>" for variable in prompt.variables}
    text = prompt.render(**values)
    assert "$" not in text
    assert all(value in text for value in values.values())
    with pytest.raises(ValueError, match="unknown"):
        prompt.render(**values, other="x")
    values.popitem()
    with pytest.raises(ValueError, match="missing"):
        prompt.render(**values)


def test_the_version_names_the_content():
    prompt = load("select")
    name, _, digest = prompt.version.partition("@")
    assert name == "select"
    assert len(digest) == 8
    assert len({load(n).version.partition("@")[2] for n in NAMES}) == len(NAMES)


def test_messages_have_a_system_and_a_user_part():
    prompt = load("read")
    system, user = prompt.messages(question="$fence 是什么？", before="无", fence="f0")
    assert (system["role"], user["role"]) == ("system", "user")
    assert "$fence 是什么？" in user["content"]
    assert "JSON" in system["content"]
    assert prompt.system.strip() == system["content"]


@pytest.mark.parametrize("name", ["missing", "../README", "answer.md", ""])
def test_other_names_are_refused(name):
    with pytest.raises(ValueError, match="no prompt"):
        load(name)


GOLDEN = Path(__file__).parent / "golden_prompts"


@pytest.mark.parametrize(
    "path", sorted(Path(prompts.__file__).parent.glob("*.md")), ids=lambda p: p.stem
)
def test_each_prompt_is_rendered_as_it_was_agreed(path):
    prompt = load(path.stem)
    values = {name: f"〈{name}〉" for name in sorted(prompt.variables)}
    said = "".join(f"--- {m['role']}\n{m['content']}\n" for m in prompt.messages(**values))
    golden = GOLDEN / f"{path.stem}.txt"
    known = golden.read_text("utf-8") if golden.exists() else ""
    if known != said:
        golden.with_suffix(".new").write_text(said, "utf-8")
    assert known == said, (
        f"read {golden.stem}.new; it replaces {golden.name} if it is what is wanted"
    )
