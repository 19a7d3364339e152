"""The page as a visitor meets it: ask, open a citation, add a report and ask it, brief, compare."""

from __future__ import annotations

import html
import io
import json
import re
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from answering import CUT, assistant_over
from openpyxl import load_workbook
from starlette.testclient import TestClient
from web_server import FROM_PAGE, ORIGIN, TEXTS, web_client

from bot.assistant import Assistant, Reply
from bot.chats.conversations import ConversationStore, page_chats_path
from bot.chats.file_names import safe_name
from bot.chats.incoming import Incoming
from bot.web.app import create_app
from bot.web.guard import LOCAL
from bot.web.openapi import SPEC
from bot.web.settings import WebSettings
from bot.web.talk import chat_of
from bot.web.texts import texts


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with web_client(tmp_path_factory.mktemp("web")) as made:
        yield made


def ask(client: TestClient, question: str, session: str = "") -> dict[str, Any]:
    got = client.post("/api/ask", json={"question": question, "session": session})
    assert got.status_code == 200, got.text
    return got.json()


def form(client: TestClient, path: str, **fields: str) -> Any:
    """Send a form; where it leads on to another address, go there."""
    got = client.post(path, data=fields, headers=FROM_PAGE)
    return client.get(got.headers["location"]) if got.status_code == 303 else got


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
    assert [line["type"] for line in lines[-2:]] == ["reply", "end"]
    said = [line["sentence"] for line in lines[:-2]]
    assert len(said) >= 4
    assert said == lines[-2]["reply"]["sentences"][: len(said)]


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
    assert whole.status_code == 503
    assert "编号" in whole.json()["error"]["message"]
    lines = client.post("/api/ask", json={"question": "x", "stream": True}).text.splitlines()
    assert [json.loads(line)["type"] for line in lines] == ["message", "end"]
    assert "secret" not in whole.text + "".join(lines)
    for stream in (True, False):
        body = {"messages": [{"role": "user", "content": "x"}], "stream": stream}
        got = client.post("/v1/chat/completions", json=body)
        assert "error" in got.text
        assert "secret" not in got.text


@pytest.mark.slow
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
    book = load_workbook(io.BytesIO(client.get(f"/answer/{reply['id']}/export.xlsx").content))
    rows = [[cell.value for cell in row] for row in book.active]
    quotes = {citation["quote"] for citation in reply["citations"]}
    assert quotes <= {row[5] for row in rows}
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


def test_a_report_is_asked_about_from_its_row_and_removed_by_administrators(
    tmp_path: Path,
) -> None:
    with web_client(tmp_path) as client:
        page = client.get("/library?place=白水").text
        about = re.search(r'href="(/\?about=[^"]+)"', page)
        assert about
        assert "白水县2023年</textarea>" in client.get(about[1]).text
        counted = re.search(r'<td><a href="(\?[^"]+)">1</a>', page)
        assert counted
        assert "白水" in client.get("/library" + html.unescape(counted[1])).text
        report = re.search(r'name="report" value="([^"]+)"', page)
        assert report
        assert "白水" not in form(client, "/library", report=report[1]).text
        assert form(client, "/library", report="none").status_code == 404
    (tmp_path / "guarded").mkdir()
    with web_client(tmp_path / "guarded", accounts={"adder": "add"}) as client:
        client.post("/login", data={"name": "adder", "password": "adder-secret"}, headers=FROM_PAGE)
        assert "确定移除" not in client.get("/library").text
        assert form(client, "/library", report="青山.txt").status_code == 403


def test_the_history_is_searched(client: TestClient) -> None:
    ask(client, "青山县2023年持证率是多少")
    assert "持证率" in client.get("/history", params={"words": "持证率"}).text
    assert "没有这样的提问" in client.get("/history", params={"words": "从没问过的"}).text


def test_a_comparison_is_a_table_and_a_workbook(client: TestClient) -> None:
    words = "对比青山县和白水县2023年受理矛盾纠纷数"
    page = client.get("/compare", params={"words": words}).text
    assert "860件" in page
    assert "1200件" in page
    book = client.get("/compare", params={"words": words, "as": "xlsx"})
    assert book.content.startswith(b"PK")


def test_the_history_is_kept_and_forgotten(tmp_path: Path) -> None:
    with web_client(tmp_path) as client:
        reply = ask(client, "青山县2023年存在哪些问题")
        assert reply["id"] in client.get("/history").text
        assert (next(tmp_path.rglob("web-chats.sqlite")).stat().st_mode & 0o777) == 0o600
        assert form(client, "/history").status_code == 200
        assert client.get("/api/talk", params={"session": reply["session"]}).json()["answers"] == []
        assert reply["id"] not in client.get("/history").text


def test_nothing_is_remembered_where_nothing_is_to_be_kept(tmp_path: Path) -> None:
    with web_client(tmp_path, settings=WebSettings(keep_days=0)) as client:
        reply = ask(client, "青山县2023年存在哪些问题")
        assert reply["id"] not in client.get("/history").text
        assert client.get(f"/answer/{reply['id']}/export.docx").status_code == 200  # in memory yet
        onward = ask(client, "白水的呢", session=reply["session"])
        assert "白水" in onward["answer"]


def test_a_conversation_is_there_again_after_a_visit_elsewhere(client: TestClient) -> None:
    first = ask(client, "青山县2023年存在哪些问题")
    then = ask(client, "白水的呢", first["session"])
    got = client.get("/api/talk", params={"session": first["session"]}).json()
    assert [answer["id"] for answer in got["answers"]] == [first["id"], then["id"]]
    assert got["scope_label"] == then["scope_label"]
    assert client.get("/api/talk", params={"session": "another-one"}).json()["answers"] == []


def told(client: TestClient, **body: Any) -> list[dict[str, Any]]:
    got = client.post("/api/ask", json={**body, "stream": True})
    assert got.status_code == 200, got.text
    return [json.loads(line) for line in got.text.splitlines()]


def button(event: dict[str, Any], words: str) -> str:
    return next(b["data"] for row in event["buttons"] for b in row if words in b["text"])


def test_commands_do_on_the_page_what_they_do_in_a_messenger(client: TestClient) -> None:
    session = ask(client, "青山县2023年持证率是多少")["session"]
    helped, end = told(client, question="/help", session=session)
    assert "/reports" in helped["text"]
    assert "群里" not in helped["text"]
    assert end["scope_label"]
    assert "用时" in told(client, question="/why", session=session)[0]["text"]
    exported = told(client, question="/export", session=session)
    assert [e["type"] for e in exported] == ["message", "file", "end"]
    forgotten, end = told(client, question="／new", session=session)
    assert "已忘掉" in forgotten["text"]
    assert end["scope_label"] == ""
    briefed = told(client, question="/brief 青山", session=session)[-2]["reply"]
    assert briefed["paragraph"] is True
    assert "没有这个命令" in told(client, question="/nothing", session=session)[0]["text"]
    programs = client.post("/api/ask", json={"question": "/reports"}).json()
    assert "2 份" in programs["messages"][0]["text"]


def test_the_list_of_reports_opens_turns_and_closes(client: TestClient) -> None:
    listed, end = told(client, question="/reports")
    session = end["session"]

    def press(event: dict[str, Any], words: str) -> list[dict[str, Any]]:
        pressed = button(event, words)
        return told(client, press=pressed, message=event["id"], session=session)[:-1]

    (card,) = press(listed, "1")
    assert "发布单位" in card["text"]
    (part,) = press(card, "1")
    assert len(part["text"]) > 20
    assert press(part, "收起") == [{"type": "delete", "id": part["id"]}]
    forged = told(client, press="o|none", message=1, session=session)[0]
    assert "已移除" in forged["text"]
    assert told(client, press="z|" + "x" * 90, message=1, session=session)[0]["type"] == "toast"


def test_what_is_wrong_is_said_and_kept(client: TestClient) -> None:
    *_, answered, end = told(client, question="青山县2023年持证率是多少")
    wrong = answered["reply"]["verdicts"][1]
    asked = told(client, press=wrong["data"], message=answered["id"], session=end["session"])[0]
    assert asked["ask_reply"]
    thanks = told(client, question="应是99%", reply_to=asked["id"], session=end["session"])[0]
    assert "已记下" in thanks["text"]
    other = told(client, press=wrong["data"], message=1, session="some-other-talk")[0]
    assert "别人的提问" in other["text"]  # answers are pressed where they were given


def test_administrators_alone_remove_and_see_figures(tmp_path: Path) -> None:
    with web_client(tmp_path, accounts={"reader": "read", "boss": "admin"}) as client:
        for name, may in (("reader", False), ("boss", True)):
            fields = {"name": name, "password": f"{name}-secret"}
            client.post("/login", data=fields, headers=FROM_PAGE)
            for command in ("/status", "/remove 青山.txt", "/add"):
                text = told(client, question=command)[0]["text"]
                assert ("只有管理员" not in text) is may, command
        asked, end = told(client, question="/remove 青山.txt")
        sure = button(asked, "确定")
        done = told(client, press=sure, message=asked["id"], session=end["session"])[0]
        assert "已移除" in done["text"]
        assert "青山" not in client.get("/library").text


def test_what_a_stop_left_unanswered_is_answered_after_the_start(tmp_path: Path) -> None:
    with assistant_over(tmp_path, TEXTS) as assistant:
        folder = assistant.library.folder
        with closing(ConversationStore(page_chats_path(folder))) as store:
            asked = Incoming(
                "message", 1, chat_of("session-1"), True, LOCAL.number, 1, int(time.time()),
                text="青山县2023年存在哪些问题",
            )  # fmt: skip
            store.receive(
                1,
                lane="q1",
                user=LOCAL.number,
                chat=asked.chat,
                payload=asked.to_json(),
                counted=True,
            )
        with TestClient(create_app(assistant, WebSettings()), base_url=ORIGIN) as client:
            page = ""
            while "青山县2023年存在哪些问题" not in page:
                page = client.get("/history").text
                time.sleep(0.02)


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
