"""What a check of pages looks at, without a browser: weight, names, languages, contrast."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from web_server import web_client

import bot.web.app

MOST_BYTES = 300 * 1024
PAGES = (
    "/",
    "/library",
    "/search?words=执法",
    "/brief",
    "/compare",
    "/history",
    "/accounts",
    "/api",
)
STATIC = Path(bot.web.app.__file__).parent / "static"
LEAST_CONTRAST = 4.5  # WCAG 2.1, 1.4.3, level AA


class Page(HTMLParser):
    """What a page is made of, as far as it can be told without drawing it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: dict[str, str] = {}
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = tag

    def handle_data(self, data: str) -> None:
        self.words[self._open] = self.words.get(self._open, "") + data.strip()

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [given for name, given in self.tags if name == tag]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with web_client(tmp_path_factory.mktemp("quality")) as made:
        yield made


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_is_light_titled_and_in_its_language(
    client: TestClient, path: str, language: str
) -> None:
    reply = client.get(path, params={"lang": language} if "?" not in path else None)
    page = Page(reply.text)
    fetched = [given["src"] for given in page.all("script") if given.get("src")]
    fetched += [given["href"] for given in page.all("link")]
    assert all(str(name).startswith("/static/") for name in fetched)
    weight = len(reply.content) + sum(len(client.get(str(name)).content) for name in fetched)
    assert weight <= MOST_BYTES
    assert page.words["title"]
    assert page.all("html")[0]["lang"] in ("zh-CN", "en")
    assert any(given.get("name") == "viewport" for given in page.all("meta"))
    assert len(page.all("h1")) == 1
    ids = [given["id"] for _, given in page.tags if given.get("id")]
    assert len(ids) == len(set(ids))
    client.cookies.clear()


@pytest.mark.parametrize("path", PAGES)
def test_the_english_page_speaks_english(client: TestClient, path: str) -> None:
    text = client.get(path + ("&" if "?" in path else "?") + "lang=en").text
    client.cookies.clear()
    body = re.sub(r"(?s)<script.*?</script>|<!--.*?-->", "", text)
    spoken = re.findall(r"<(?:h1|button|label|summary|a class=\"name\")[^>]*>([^<]+)", body)
    chinese = [words for words in spoken if re.match(r"[\u4e00-\u9fff]", words.strip())]
    assert spoken
    assert chinese == []


@pytest.mark.parametrize("path", ["/answer/0123456789ab", "/report/rnone"])
def test_what_is_gone_is_said_in_the_page_s_language(client: TestClient, path: str) -> None:
    for language, words in (("zh", "可能已移除"), ("en", "may have been removed")):
        reply = client.get(path, params={"lang": language})
        client.cookies.clear()
        assert reply.status_code == 404
        assert words in reply.text
        assert "baogao reports" not in reply.text  # no terminal is at hand


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("words", "ground"),
    [
        ("ink", "paper"), ("faint", "paper"), ("red", "paper"), ("warn", "paper"),
        ("ink", "mark"), ("ink", "block"), ("red", "block"),
    ],
)  # fmt: skip
def test_words_stand_out_from_their_ground(scheme: int, words: str, ground: str) -> None:
    blocks = re.findall(r":root \{([^}]+)\}", (STATIC / "style.css").read_text("utf-8"))
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", blocks[scheme]))
    assert _contrast(colours[words], colours[ground]) >= LEAST_CONTRAST
