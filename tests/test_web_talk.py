"""Several servers of one page: whoever is asked answers, and the conversation goes on at any."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import postgres_server
import pytest
from answering import assistant_over
from starlette.testclient import TestClient
from web_server import FROM_PAGE, ORIGIN, TEXTS

from bot.assistant import Assistant
from bot.web.accounts import Accounts
from bot.web.app import create_app
from bot.web.settings import WebSettings


@contextmanager
def served(assistant: Assistant, settings: WebSettings | None = None) -> Iterator[TestClient]:
    app = create_app(assistant, settings or WebSettings())
    with TestClient(app, base_url=ORIGIN, follow_redirects=False) as client:
        yield client


def ask(client: TestClient, question: str, session: str) -> dict[str, Any]:
    got = client.post("/api/ask", json={"question": question, "session": session})
    assert got.status_code == 200, got.text
    return dict(got.json())


def test_two_servers_over_one_folder_answer_what_they_were_asked(tmp_path: Path) -> None:
    with (
        assistant_over(tmp_path, TEXTS) as assistant,
        served(assistant) as one,
        served(assistant) as other,
        ThreadPoolExecutor(6) as threads,
    ):
        asked = [
            threads.submit(ask, (one, other)[n % 2], "青山县2023年持证率是多少", f"session-{n:03}")
            for n in range(24)
        ]
        assert {told.result(timeout=60)["status"] for told in asked} == {"answered"}
        assert "白水" in ask(other, "那白水呢", "session-000")["answer"]
        assert "青山" in ask(one, "那青山呢", "session-000")["answer"]


def test_a_conversation_goes_on_after_a_new_start(tmp_path: Path) -> None:
    with assistant_over(tmp_path, TEXTS) as assistant:
        with served(assistant) as client:
            ask(client, "青山县2023年持证率是多少", "session-1")
        with served(assistant) as client:
            assert "白水" in ask(client, "那白水呢", "session-1")["answer"]
            assert len(client.get("/api/talk?session=session-1").json()["answers"]) == 2


@pytest.mark.slow
def test_servers_of_one_database_share_accounts_and_conversations(
    tmp_path: Path, postgres: str
) -> None:
    url = postgres_server.fresh_database(postgres)
    settings = WebSettings(database_url=url)
    with ExitStack() as stack:
        first, second = (
            stack.enter_context(assistant_over(tmp_path / name, TEXTS)) for name in "ab"
        )
        with served(first, settings) as one, served(second, settings) as other:
            ask(one, "青山县2023年持证率是多少", "session-1")  # nobody is told apart yet
            assert other.get("/api/talk?session=session-1").json()["answers"] == []
        accounts = Accounts(tmp_path, url)
        accounts.add("Wang", "admin", "wang-secret")
        assert [account.name for account in accounts.listed()] == ["Wang"]
        with served(first, settings) as one, served(second, settings) as other:
            fields = {"name": "wang", "password": "wang-secret"}
            assert one.post("/login", data=fields, headers=FROM_PAGE).status_code == 303
            other.cookies = one.cookies
            ask(one, "青山县2023年持证率是多少", "session-1")
            assert "白水" in ask(other, "那白水呢", "session-1")["answer"]
            assert "那白水呢" in one.get("/history").text
            accounts.change_password("wang", "wang-other-secret")
            assert other.get("/history").status_code == 303  # to the login, at once, at each
        accounts.close()


def test_a_question_after_an_answers_link_goes_on_from_it(tmp_path: Path) -> None:
    with assistant_over(tmp_path, TEXTS) as assistant, served(assistant) as client:
        first = ask(client, "青山县2023年持证率是多少", "session-1")
        ask(client, "白水县有哪些问题", "session-1")  # the conversation has moved on
        assert "state" not in client.get(f"/api/answer/{first['id']}").json()
        told = client.post("/api/ask", json={"question": "那白水呢", "after": first["id"]}).json()
        assert "持证率" in told["answer"]
        assert told["session"] != "session-1"
        gone = client.post("/api/ask", json={"question": "那白水呢", "after": "no-such-id"})
        assert gone.status_code == 200
