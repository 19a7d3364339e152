"""The page as a visitor meets it: ask, open a citation, add a report and ask it, brief, compare."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from answering import CUT
from starlette.testclient import TestClient
from web_server import FROM_PAGE, web_client

from bot.assistant import Assistant, Reply
from bot.values import Answer
from bot.web.history import History
from bot.web.openapi import SPEC
from bot.web.settings import WebSettings
from bot.web.texts import texts
from bot.web.uploads import safe_name
from retrieval.question.query import State


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with web_client(tmp_path_factory.mktemp("web")) as made:
        yield made


def ask(client: TestClient, question: str, session: str = "") -> dict[str, Any]:
    got = client.post("/api/ask", json={"question": question, "session": session})
    assert got.status_code == 200, got.text
    return got.json()


def form(client: TestClient, path: str, **fields: str) -> Any:
    return client.post(path, data=fields, headers=FROM_PAGE)


def uploaded(client: TestClient, name: str, content: bytes) -> dict[str, Any]:
    from urllib.parse import quote

    got = client.post(
        "/api/upload",
        content=content,
        headers={"X-Baogao": "upload", "X-File-Name": quote(name)},
    )
    assert got.status_code == 202, got.text
    upload = got.json()
    while upload["status"] != "done":
        time.sleep(0.02)
        upload = client.get(f"/api/uploads/{upload['id']}").json()
    return upload


@pytest.mark.parametrize(
    "path",
    ["/", "/library", "/search", "/brief", "/compare", "/history", "/accounts", "/api", "/login"],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_there_in_both_languages(
    client: TestClient, path: str, language: str
) -> None:
    got = client.get(path, params={"lang": language})
    assert got.status_code == 200
    assert texts(language).library in got.text
    assert "<script>" not in got.text
    assert " style=" not in got.text
    assert not re.search(r"\son\w+=", got.text)
    client.cookies.clear()


def test_a_page_weighs_little(client: TestClient) -> None:
    weight = sum(
        len(client.get(path).content) for path in ("/", "/static/ask.js", "/static/style.css")
    )
    assert weight < 60_000


def test_a_question_its_citation_and_a_deep_link(client: TestClient) -> None:
    reply = ask(client, "青山县2023年存在哪些问题")
    assert reply["status"] == "answered"
    cited = reply["citations"][0]
    page = client.get(f"/report/{cited['report']}?start={cited['start']}&end={cited['end']}").text
    marked = re.findall(r"<mark[^>]*>([^<]*)</mark>", page)
    assert "".join(marked) == cited["quote"]
    assert page.count('id="cited"') == 1
    assert "存在的问题" in re.search(r'class="path">([^<]*)<', page)[1]
    part = client.get(f"/report/{cited['report']}?start=1&end=5&part=1").text
    assert part.startswith("<article")
    again = client.get(f"/answer/{reply['id']}")
    assert again.status_code == 200
    assert reply["id"] in again.text


def test_a_follow_up_inherits_and_another_conversation_does_not(client: TestClient) -> None:
    first = ask(client, "青山县2023年持证率是多少")
    then = ask(client, "那出庭率呢", first["session"])
    assert then["session"] == first["session"]
    assert "100%" in then["answer"]
    assert first["scope_label"]
    assert ask(client, "青山县有哪些问题", "x")["session"] != "x"


def test_lines_are_streamed_and_the_last_is_the_reply(client: TestClient) -> None:
    got = client.post("/api/ask", json={"question": "青山县2023年存在哪些问题", "stream": True})
    lines = [json.loads(line) for line in got.text.splitlines()]
    assert lines[-1]["type"] == "reply"
    said = [line["sentence"] for line in lines[:-1]]
    assert len(said) >= 4
    assert said == lines[-1]["reply"]["sentences"][: len(said)]


def test_suggestions_reach_the_page(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Assistant.ask

    def unsure(self: Assistant, *args: Any, **kwargs: Any) -> Reply:
        return replace(asked(self, *args, **kwargs), suggestions=("青山县列出了哪些问题",))

    monkeypatch.setattr(Assistant, "ask", unsure)
    assert ask(client, "嗯那个啥")["suggestions"] == ["青山县列出了哪些问题"]


def test_an_error_in_the_middle_is_one_sentence(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Assistant, *args: Any, **kwargs: Any) -> Reply:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(Assistant, "ask", broken)
    whole = client.post("/api/ask", json={"question": "x"})
    assert whole.status_code == 500
    assert "secret" not in whole.text
    lines = client.post("/api/ask", json={"question": "x", "stream": True}).text.splitlines()
    assert [json.loads(line)["type"] for line in lines] == ["error"]
    for stream in (True, False):
        body = {"messages": [{"role": "user", "content": "x"}], "stream": stream}
        got = client.post("/v1/chat/completions", json=body)
        assert "error" in got.text
        assert "secret" not in got.text


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for n in range(4):
            file.writestr(f"{n}.txt", b"0" * 150_000_000)
    with web_client(tmp_path) as client:
        results = uploaded(client, "bomb.zip", packed.getvalue())["results"]
        assert results
        assert {r["status"] for r in results} <= {"refused", "skipped"}


def test_a_file_is_added_and_then_answers(tmp_path: Path) -> None:
    with web_client(tmp_path) as client:
        assert ask(client, "红岩县2022年受理矛盾纠纷多少件")["status"] != "answered"
        done = uploaded(client, "红岩.txt", CUT.encode())
        assert [r["status"] for r in done["results"]] == ["added"]
        assert "530件" in ask(client, "红岩县2022年受理矛盾纠纷多少件")["answer"]
        assert [r["status"] for r in uploaded(client, "红岩.txt", CUT.encode())["results"]] == [
            "unchanged"
        ]
        mended = CUT.replace("530", "531").encode()
        assert uploaded(client, "红岩.txt", mended)["results"][0]["status"] == "updated"
        assert "531件" in ask(client, "红岩县2022年受理矛盾纠纷多少件")["answer"]
        refused = uploaded(client, "坏.pdf", b"%PDF-1.7 nothing")["results"][0]
        assert refused["status"] == "refused"
        assert refused["reason"]
        page = client.get("/library?place=红岩&warned=on").text
        assert "红岩县" in page
        assert "原文可能不完整" in page


def test_the_library_is_filtered(client: TestClient) -> None:
    page = client.get("/library?place=白水&year=2023").text
    assert "白水县" in page
    assert "青山县" not in page
    assert "没有符合条件的报告" in client.get("/library?year=1999").text
    assert client.get("/library?year=x").status_code == 400


def test_a_long_library_is_paged(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.pages._A_PAGE", 1)
    first, last = client.get("/library").text, client.get("/library?page=99").text
    assert 'href="?page=2"' in first
    assert 'href="?page=2" aria-current="page"' in last
    assert first.count("青山.txt") + last.count("青山.txt") == 1
    assert "2 份报告" in first


def test_a_word_of_many_reports_keeps_the_page_short(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.pages._DETAILED", 1)
    monkeypatch.setattr("bot.web.pages._MOST_SHOWN", 1)
    page = client.get("/search", params={"words": "执法"}).text
    assert page.count("<mark>") == 1
    assert "2 份报告中，共查了 2" in page.replace("\n", "")
    rows = client.get("/api/search", params={"words": "执法"}).json()["reports"]
    for row in rows:
        assert row["name"] in page
        assert len(row["occurrences"]) == row["count"] >= 1
        assert f"{row['count']}" in page


def test_a_report_has_an_outline_that_leads_somewhere(client: TestClient) -> None:
    row = client.get("/api/reports?place=青山").json()["reports"][0]
    page = client.get(f"/report/{row['report']}").text
    leads = re.findall(r'href="#(s\d+)"', page)
    assert leads
    assert all(f'id="{name}"' in page for name in leads)


def test_words_are_searched_everywhere(client: TestClient) -> None:
    page = client.get("/search", params={"words": "首违不罚"}).text
    assert page.count("<mark>首违不罚</mark>") == 2
    rows = client.get("/api/search", params={"words": "编制少"}).json()
    assert [row["count"] for row in rows["reports"]] == [1, 0]
    report = rows["reports"][0]["report"]
    marked = client.get(f"/report/{report}", params={"words": "执法"}).text
    assert marked.count("<mark") > 3


def test_a_briefing_is_written_and_exported(client: TestClient) -> None:
    page = form(client, "/brief", words="青山", year="2023", low="60", high="200", left_out="on")
    assert page.status_code == 200
    link = re.search(r"/answer/([\w-]+)/export\.docx", page.text)
    assert link
    docx = client.get(link[0])
    with zipfile.ZipFile(io.BytesIO(docx.content)) as file:
        assert "青山" in file.read("word/document.xml").decode()
    assert "[^1]" in client.get(f"/answer/{link[1]}/export.md").text
    assert link[1] in client.get("/history").text
    assert form(client, "/brief", words="青山", low="500", high="20").status_code == 400


def test_a_name_of_several_places_leads_on(client: TestClient) -> None:
    reply = ask(client, "鼓楼区有哪些问题")
    assert reply["status"] == "clarify"
    assert reply["suggestions"] == ["全部报告有哪些"]  # none of them is held
    onward = ask(client, reply["suggestions"][0], session=reply["session"])
    assert onward["status"] == "answered"
    assert len(onward["citations"]) == 2


def test_a_draft_is_revised_on_its_page(client: TestClient) -> None:
    page = form(client, "/brief", words="青山", year="2023").text
    talk = re.search(r'name="talk" value="([^"]+)"', page)
    assert talk
    revised = form(client, "/brief", words="青山", revise="80字以内", talk=talk[1]).text
    before, after = (int(re.search(r"(\d+) 字<", p)[1]) for p in (page, revised))  # type: ignore[index]
    assert after < before
    assert (
        form(client, "/brief", words="青山", revise="80字以内", talk="none-of-ours").status_code
        == 200
    )


def test_an_answer_is_exported_a_paragraph_a_line(client: TestClient) -> None:
    reply = ask(client, "青山县2023年存在哪些问题")
    assert reply["paragraph"] is False
    with zipfile.ZipFile(io.BytesIO(client.get(f"/answer/{reply['id']}/export.docx").content)) as f:
        assert f.read("word/document.xml").decode().count("<w:p>") >= len(reply["sentences"]) > 2
    markdown = client.get(f"/answer/{reply['id']}/export.md").text
    assert markdown.count("\n\n") >= len(reply["citations"])
    assert ask(client, "写一段青山县的简报")["paragraph"] is True


def test_what_cannot_be_answered_comes_with_what_can(client: TestClient) -> None:
    reply = ask(client, "今天天气怎么样")
    assert len(reply["suggestions"]) == 2
    assert all(words in reply["answer"] for words in reply["suggestions"])
    start = client.get("/").text
    assert all(words in start for words in reply["suggestions"])
    assert ask(client, reply["suggestions"][0])["status"] == "answered"


def test_a_comparison_is_a_table_and_a_workbook(client: TestClient) -> None:
    words = "对比青山县和白水县2023年受理矛盾纠纷数"
    page = form(client, "/compare", words=words).text
    assert "860件" in page
    assert "1200件" in page
    book = form(client, "/compare", words=words, **{"as": "xlsx"})
    assert book.content.startswith(b"PK")


def test_the_history_is_kept_and_forgotten(tmp_path: Path) -> None:
    with web_client(tmp_path) as client:
        reply = ask(client, "青山县2023年存在哪些问题")
        assert reply["id"] in client.get("/history").text
        assert (next(tmp_path.rglob("web.sqlite")).stat().st_mode & 0o777) == 0o600
        assert form(client, "/history").status_code == 303
        assert reply["id"] not in client.get("/history").text


def test_nothing_is_remembered_where_nothing_is_to_be_kept(tmp_path: Path) -> None:
    with web_client(tmp_path, settings=WebSettings(keep_days=0)) as client:
        reply = ask(client, "青山县2023年存在哪些问题")
        assert reply["id"] not in client.get("/history").text
        assert client.get(f"/answer/{reply['id']}/export.docx").status_code == 200  # in memory yet
        onward = ask(client, "白水的呢", session=reply["session"])
        assert "白水" in onward["answer"]


def test_what_was_asked_is_forgotten_in_time(tmp_path: Path) -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    history = History(tmp_path, keep_days=10, clock=lambda: now[0])
    history.add("a", "session1", Answer("x", "问", "answered", ()), State())
    now[0] += timedelta(days=9)
    history.add("a", "session2", Answer("y", "问", "answered", ()), None)
    assert [turn.answer for turn in history.turns("a")] == ["y", "x"]
    now[0] += timedelta(days=2)
    history.close()
    history = History(tmp_path, keep_days=10, clock=lambda: now[0])  # opening looks too
    assert [turn.answer for turn in history.turns("a")] == ["y"]
    history.close()


def test_a_passage_is_read_as_stored(client: TestClient) -> None:
    read = client.get("/api/read", params={"report": "青山.txt", "start": 0, "end": 22}).json()
    assert read["text"] == "青山县人民政府关于2023年度法治政府建设情"[: read["end"]]
    assert client.get("/api/read", params={"report": "无此报告"}).status_code == 404
    assert client.get("/api/reports?place=青山").json()["reports"][0]["source"] == "青山.txt"


def test_the_description_names_every_endpoint(client: TestClient) -> None:
    served = {
        re.sub(r":\w+}", "}", route.path)
        for route in client.app.routes
        if route.path.startswith(("/api/", "/v1/"))
    }
    assert set(SPEC["paths"]) == served
    assert client.get("/openapi.json").json() == SPEC


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\报告\\玉山.docx", "玉山.docx"),
        ("..", "upload"),
        ("", "upload"),
        ("a\x00b\u202e.txt", "a_b_.txt"),
        ("报" * 200 + ".pdf", "报" * 58 + ".pdf"),
    ],
)
def test_file_names_are_made_harmless(given: str, kept: str) -> None:
    assert safe_name(given) == kept
