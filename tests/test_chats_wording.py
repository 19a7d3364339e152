"""What chats say of themselves: the same keys in both languages, each used, each filled."""

import re
import string
from pathlib import Path

import pytest

from bot.chats.views import COMMANDS
from bot.chats.wording import language_of, said, texts

ROOT = Path(__file__).parent.parent
SOURCE = "\n".join(
    path.read_text("utf-8")
    for room in ("bot/chats", "bot/telegram", "bot/terminal")
    for path in (ROOT / room).glob("*.py")
)


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_both_languages_have_the_same_keys_with_the_same_places() -> None:
    assert {k: fields(t) for k, t in texts("zh").items()} == {
        k: fields(t) for k, t in texts("en").items()
    }


def test_what_the_source_says_is_there() -> None:
    asked = set(re.findall(r'said\(\s*"([a-z_.]+)"', SOURCE))
    assert asked
    assert asked <= texts("zh").keys()


@pytest.mark.parametrize("key", [k for k in texts("zh") if "." not in k])
def test_no_words_are_left_over(key: str) -> None:
    assert re.search(rf'"{key}"', SOURCE), key


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_menu_says_what_it_does(name: str) -> None:
    assert said(f"command.{name}")
    assert said(f"command.{name}", "en").isascii()


@pytest.mark.parametrize(
    ("words", "before", "language"),
    [
        ("玉山的问题", "", "zh"),
        ("What problems did Yushan report?", "", "en"),
        ("thanks", "玉山的问题", "en"),
        ("", "What problems?", "en"),
        ("", "", "zh"),
        ("？？", "What problems?", "en"),
        ("玉山县2023年GDP", "What problems?", "zh"),
    ],
)
def test_the_language_is_that_of_the_words_or_of_those_before(words, before, language) -> None:
    assert language_of(words, before) == language
