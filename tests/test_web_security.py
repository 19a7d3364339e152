"""What must not get through: markup, other pages' requests, wrong hosts, guesses, oversize, paths."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from answering import QINGSHAN
from starlette.testclient import TestClient
from web_server import FROM_PAGE, ORIGIN, PAYLOADS, web_client

from bot.assistant import Assistant, Reply
from bot.values import Answer, Citation, Scope, Sentence
from bot.web.accounts import LOGIN_LASTS_S, Accounts
from bot.web.guard import MOST_BYTES, MOST_UPLOAD_BYTES
from bot.web.limits import Window
from bot.web.settings import WebSettings
from retrieval.errors import ConfigurationError
from retrieval.question.query import State

OURS = {"src": ("/static/",), "href": ("/", "?", "#")}


class Found(HTMLParser):
    """Collects what a page would run or fetch that is not ours."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"iframe", "img", "svg", "object", "embed", "base", "style", "video"}:
            self.bad.append(tag)
        if tag == "script" and not (given.get("src") or given.get("type") == "application/json"):
            self.bad.append("script")
        for name, value in attrs:
            if name.startswith("on") or name == "style":
                self.bad.append(f"{tag} {name}")
            if name in OURS and not (value or "").startswith(OURS[name]):
                self.bad.append(f"{tag} {name}={value}")


def bad_of(page: str) -> list[str]:
    found = Found()
    found.feed(page)
    return found.bad


@pytest.mark.slow
@pytest.mark.parametrize("payload", PAYLOADS)
def test_markup_is_shown_as_text(payload: str, client: TestClient) -> None:
    pages = [
        client.get("/search", params={"words": payload or "x", "place": payload}),
        client.get("/library", params={"place": payload}),
        client.get("/report/" + re.sub(r"[/?#\x00]", "", payload)),
        client.get("/login", params={"next": payload}),
        client.post("/brief", data={"words": payload}, headers=FROM_PAGE),
        client.get("/compare", params={"words": payload}),
        client.get("/history", params={"words": payload}),
        client.get("/brief", params={"words": payload, "talk": payload}),
    ]
    reply = client.post("/api/ask", json={"question": payload}).json()
    pages += [client.get(f"/answer/{reply['id']}"), client.get("/history")]
    for page in pages:
        assert page.status_code < 500, page.text
        assert bad_of(page.text) == [], page.url
    assert "{{7*7}}" in pages[0].text or "7*7" not in payload


@pytest.mark.slow
def test_markup_in_reports_and_their_names_is_shown_as_text(tmp_path: Path) -> None:
    texts = {}
    for n, payload in enumerate(PAYLOADS):
        county = f"青{chr(0x5DDD + n)}县"
        name = f"{n}" + payload.replace("/", "∕")[:40] + ".txt"
        texts[name] = (
            f"{county}人民政府2023年度法治政府建设情况报告{payload}\n"
            f"一、主要举措{payload}\n（一）受理矛盾纠纷{n + 10}件{payload}。\n"
            f"二、存在的问题\n一是执法力量不足{payload}。\n"
        )
    with web_client(tmp_path, texts, WebSettings(questions_per_minute=10_000)) as client:
        held = client.get("/api/reports").json()["reports"]
        assert len(held) == len(PAYLOADS)
        pages = [client.get("/library"), client.get("/search", params={"words": "执法力量不足"})]
        pages += [client.get("/compare", params={"words": "对比各地受理矛盾纠纷数"})]
        for row in held:
            pages.append(client.get(f"/report/{row['report']}?start=0&end=400"))
            county = "".join(row["place"]) or row["title"][:3]
            reply = client.post("/api/ask", json={"question": f"{county}存在哪些问题"}).json()
            pages.append(client.get(f"/answer/{reply['id']}"))
        pages += [client.post("/brief", data={"words": held[0]["report"]}, headers=FROM_PAGE)]
        shown = "".join(page.text for page in pages)
        for page in pages:
            assert page.status_code in (200, 303), page.text
            assert bad_of(page.text) == [], page.url
        for payload in PAYLOADS:
            assert html.escape(payload)[:12] in shown.replace("&#34;", "&quot;").replace(
                "&#39;", "&#x27;"
            )


@pytest.mark.slow
def test_markup_that_a_model_wrote_is_shown_as_text(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = client.get("/api/reports").json()["reports"][0]["report"]
    for payload in PAYLOADS:

        def said(self: Assistant, words: str, *_: Any, payload: str = payload, **__: Any) -> Reply:
            cited = Citation(
                1, report, payload, payload, (payload,), 2023, (payload,), 0, 5, payload
            )
            lines = (Sentence(payload, "claim", (1,)), Sentence(payload, "note"))
            answer = Answer(
                f"made-{len(payload)}", words, "answered", lines, (cited,), Scope((report,)),
                (payload,), "llm", paragraph=True,
            )  # fmt: skip
            return Reply(answer, State(), suggestions=(payload,))

        monkeypatch.setattr(Assistant, "ask", said)
        monkeypatch.setattr(Assistant, "brief", said)
        got = client.post("/api/ask", json={"question": "青山县有哪些问题"})
        assert got.headers["content-type"] == "application/json"
        drafted = client.post("/brief", data={"words": payload}, headers=FROM_PAGE)
        for path in (f"/answer/{got.json()['id']}", drafted.headers["location"], "/history"):
            page = client.get(path)
            assert page.status_code == 200
            assert bad_of(page.text) == [], payload
        for kind in ("docx", "xlsx", "md"):
            saved = client.get(f"/answer/{got.json()['id']}/export.{kind}")
            assert saved.headers["content-disposition"].startswith("attachment")


def test_a_packed_path_leads_nowhere(client: TestClient, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name in ("../../evil.txt", "/tmp/evil.txt", "a/../../evil.txt", "C:\\evil.txt"):
            file.writestr(name, QINGSHAN.replace("青山", "恶山"))
    headers = {"X-Baogao": "upload", "X-File-Name": "..%2F..%2Fevil.zip"}
    upload = client.post("/api/upload", content=packed.getvalue(), headers=headers).json()
    assert upload["name"] == "evil.zip"
    while upload["status"] != "done":
        upload = client.get(f"/api/uploads/{upload['id']}").json()
    assert upload["results"]
    assert not list(tmp_path.parent.rglob("evil*"))
    assert not Path("/tmp/evil.txt").exists()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Any:
    settings = WebSettings(questions_per_minute=10_000)
    with web_client(tmp_path_factory.mktemp("secure"), settings=settings) as made:
        yield made


@pytest.mark.parametrize("path", ["/", "/api/reports", "/static/ask.js", "/none", "/report/none"])
def test_every_reply_carries_the_strict_policy(client: TestClient, path: str) -> None:
    policy = client.get(path).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert client.get(path).headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        "/api/ask",
        "/api/upload",
        "/v1/chat/completions",
        "/history",
        "/brief",
        "/login",
        "/logout",
        "/library",
        "/accounts",
    ],
)
def test_requests_of_other_pages_are_refused(
    client: TestClient, path: str, headers: dict[str, str]
) -> None:
    assert client.post(path, json={"question": "x"}, headers=headers).status_code == 403


def test_a_form_must_say_where_it_comes_from(client: TestClient) -> None:
    assert client.post("/history").status_code == 403
    assert client.get("/api/reports", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_what_a_form_elsewhere_could_send_is_no_question(client: TestClient) -> None:
    got = client.post(
        "/api/ask", content=b'{"question":"x"}', headers={"Content-Type": "text/plain"}
    )
    assert got.status_code == 415


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.168.1.9", ""])
def test_another_host_name_is_not_answered(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e%2f%2e%2e%2fsettings.py",
        "/static//etc/passwd",
        "/report/..%2f..%2fetc%2fpasswd",
        "/answer/..%2f..%2fx",
        "/answer/%25%25%25%25%25%25",
    ],
)
def test_no_path_leads_out(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_too_much_is_refused_announced_or_not(client: TestClient) -> None:
    big = b'{"question":"' + b"x" * MOST_BYTES + b'"}'
    kind = {"Content-Type": "application/json"}
    assert client.post("/api/ask", content=big, headers=kind).status_code == 413
    unannounced = client.post("/api/ask", content=iter([big]), headers=kind)
    assert unannounced.status_code == 413
    upload = {
        "X-Baogao": "upload",
        "X-File-Name": "a.txt",
        "Content-Length": str(MOST_UPLOAD_BYTES + 1),
    }
    assert client.post("/api/upload", content=b"x", headers=upload).status_code == 413
    assert client.post("/api/ask", json={"question": "问" * 2001}).status_code == 400
    for wrong in (b"[" * 5000, b"[]", b"{", b"\xff", b'{"question":1}', b'{"question":" "}'):
        assert client.post("/api/ask", content=wrong, headers=kind).status_code == 400


def test_questions_are_limited(tmp_path: Path) -> None:
    with web_client(tmp_path, settings=WebSettings(questions_per_minute=2)) as client:
        question = {"question": "青山县2023年持证率是多少"}
        got = [client.post("/api/ask", json=question) for _ in range(3)]
        assert [g.status_code for g in got] == [200, 200, 429]
        assert int(got[2].headers["retry-after"]) > 0
        assert client.post("/api/ask", json={"question": "谢谢"}).status_code == 200  # not counted
        assert client.post("/brief", data={"words": "青山"}, headers=FROM_PAGE).status_code == 429


# Login


ACCOUNTS = {"reader": "read", "adder": "add", "boss": "admin"}


@contextmanager
def guarded(folder: Path, **more: Any) -> Iterator[TestClient]:
    with web_client(
        folder, settings=WebSettings(host="0.0.0.0", **more), accounts=ACCOUNTS
    ) as client:
        yield client


def log_in(client: TestClient, name: str, password: str = "", onward: str = "/library") -> Any:
    fields = {"name": name, "password": password or f"{name}-secret"}
    return client.post(f"/login?next={onward}", data=fields, headers=FROM_PAGE)


def manage(client: TestClient, do: str, **fields: str) -> Any:
    return client.post("/accounts", data={"do": do, **fields}, headers=FROM_PAGE)


def test_nothing_is_shown_before_login(tmp_path: Path) -> None:
    with guarded(tmp_path, keys=("k-123",)) as client:
        for path in ("/", "/library", "/report/x", "/history", "/accounts"):
            got = client.get(path)
            assert (got.status_code, got.headers["location"][:12]) == (303, "/login?next=")
        assert client.get("/api/reports").status_code == 401
        assert client.get("/openapi.json").status_code == 401
        wrong = {"Authorization": "Bearer k-124"}
        assert client.get("/api/reports", headers=wrong).status_code == 401
        right = {"Authorization": "Bearer k-123"}
        assert client.get("/api/reports", headers=right).status_code == 200
        assert client.get("/library", headers=right).status_code == 303
        assert client.get("/login").status_code == 200
        assert (
            manage(client, "add", name="me", role="admin", password="my-secret").status_code == 401
        )


def test_a_login_lasts_and_roles_hold(tmp_path: Path) -> None:
    upload = {"X-Baogao": "upload", "X-File-Name": "a.txt"}
    with guarded(tmp_path) as client:
        got = log_in(client, "reader")
        assert got.headers["location"] == "/library"
        cookie = got.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert client.get("/library").status_code == 200
        assert client.post("/api/upload", content=b"x", headers=upload).status_code == 403
        assert "boss" not in client.get("/accounts").text
        for do in ("add", "role", "password", "remove"):
            fields = {"name": "adder", "role": "admin", "password": "long enough"}
            assert manage(client, do, **fields).status_code == 403
        assert log_in(client, "adder").status_code == 303
        assert client.post("/api/upload", content=b"x", headers=upload).status_code == 202
        assert manage(client, "add", name="x", role="read", password="y" * 9).status_code == 403
        before = dict(client.cookies)
        client.post("/logout", headers=FROM_PAGE)
        assert client.get("/library").status_code == 303
        client.cookies.update(before)  # a cookie kept aside is no login any more
        assert client.get("/library").status_code == 303


@pytest.mark.parametrize(
    "onward", ["//evil.example", "https://evil.example", "/\\evil.example", ""]
)
def test_a_login_leads_nowhere_else(tmp_path: Path, onward: str) -> None:
    with guarded(tmp_path) as client:
        assert log_in(client, "adder", onward=onward).headers["location"] == "/"


def test_guessing_is_stopped(tmp_path: Path) -> None:
    with guarded(tmp_path) as client:
        names = ["boss", "nobody", "boss", "boss", "adder"]
        codes = [log_in(client, name, f"guess-{n}").status_code for n, name in enumerate(names)]
        assert codes == [401] * 5
        assert log_in(client, "adder").status_code == 429


def test_an_account_is_guarded_against_many_addresses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.entrance.TRIES_A_NAME", 3)
    with guarded(tmp_path) as client:
        codes = []
        for n in range(4):  # a guesser's own right password forgives only its own tries
            codes.append(log_in(client, "Boss", f"guess-{n}").status_code)
            assert log_in(client, "reader").status_code == 303
        assert codes == [401, 401, 401, 429]
        assert log_in(client, "boss").status_code == 429


def test_an_administrator_manages_accounts(tmp_path: Path) -> None:
    with guarded(tmp_path) as client:
        log_in(client, "boss")
        page = client.get("/accounts").text
        assert all(name in page for name in ACCOUNTS)
        assert "secret" not in page
        new = {"name": "张三", "role": "read", "password": "zhangsan-1"}
        assert manage(client, "add", **new).status_code == 303
        assert "张三" in client.get("/accounts").text
        for wrong, told in (
            (new, "已经有账号"),
            (new | {"name": "<b>"}, "账号名"),
            (new | {"name": "李四", "password": "short"}, "密码要有"),
            (new | {"name": "李四", "role": "root"}, "角色只能是"),
        ):
            got = manage(client, "add", **wrong)
            assert got.status_code == 400
            assert told in got.text
            assert bad_of(got.text) == []
        assert manage(client, "role", name="张三", role="add").status_code == 303
        assert manage(client, "password", name="张三", password="another-1").status_code == 303
        for do in ("role", "remove"):  # nobody locks themselves out
            assert manage(client, do, name="BOSS", role="read").status_code == 400
        assert manage(client, "remove", name="adder").status_code == 303
        assert manage(client, "remove", name="adder").status_code == 400
        assert manage(client, "nothing", name="reader").status_code == 400
        assert log_in(client, "adder").status_code == 401
        assert log_in(client, "张三", "another-1").status_code == 303


def test_everybody_changes_their_own_password(tmp_path: Path) -> None:
    with guarded(tmp_path) as client:
        log_in(client, "reader")
        elsewhere = dict(client.cookies)
        assert manage(client, "mine", old="wrong one", password="brand-new-1").status_code == 401
        assert manage(client, "mine", old="reader-secret", password="short").status_code == 400
        got = manage(client, "mine", name="boss", old="reader-secret", password="brand-new-1")
        assert got.status_code == 303
        assert client.get("/library").status_code == 200
        client.cookies.clear()
        client.cookies.update(elsewhere)
        assert client.get("/library").status_code == 303
        assert log_in(client, "boss").status_code == 303


def test_the_first_account_made_on_the_page_manages_the_others(tmp_path: Path) -> None:
    with web_client(tmp_path) as client:
        assert "还没有账号" in client.get("/accounts").text
        new = {"name": "boss", "password": "boss-secret"}
        assert manage(client, "add", role="read", **new).status_code == 400
        assert manage(client, "add", role="admin", **new).status_code == 303
        assert client.get("/library").status_code == 303
        assert log_in(client, "boss").status_code == 303


def test_without_accounts_no_other_machine_comes_in(tmp_path: Path) -> None:
    with guarded(tmp_path) as client:
        log_in(client, "boss")
        with closing(Accounts(next(tmp_path.rglob("web-accounts.sqlite")).parent)) as accounts:
            for name in ACCOUNTS:  # in the terminal, while the server runs
                accounts.remove(name)
        assert client.get("/library").status_code == 303


def test_logins_end_and_passwords_are_kept_as_hashes(tmp_path: Path) -> None:
    now = [1000.0]
    accounts = Accounts(tmp_path, clock=lambda: now[0])
    accounts.add("a", "read", "correct horse")
    token = accounts.log_in("A", "correct horse")
    assert token
    assert accounts.log_in("a", "correct hors") is None
    assert accounts.log_in("b", "correct horse") is None
    for broken in ("", token[:-1], token + "x", "\udcff"):
        assert accounts.logged_in(broken) is None
    now[0] += LOGIN_LASTS_S - 1
    assert accounts.logged_in(token)
    now[0] += 1
    assert accounts.logged_in(token) is None
    stored = (tmp_path / "web-accounts.sqlite").read_bytes()
    assert b"correct" not in stored
    assert token.encode() not in stored
    assert b"$argon2id$" in stored
    assert ((tmp_path / "web-accounts.sqlite").stat().st_mode & 0o777) == 0o600
    first = accounts.listed()[0].id
    accounts.remove("a")
    accounts.add("a", "read", "correct horse")
    assert accounts.listed()[0].id != first
    accounts.close()


def test_no_account_no_other_machine(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)

    def settings(host: str, **variables: str) -> WebSettings:
        made = WebSettings.from_variables(variables, host=host, port=1)
        made.let_in(accounts)
        return made

    for host in ("0.0.0.0", "::", "192.168.1.5", "office.example"):
        with pytest.raises(ConfigurationError, match="web user add"):
            settings(host)
    with pytest.raises(ConfigurationError, match="密码要有"):
        settings("0.0.0.0", BAOGAO_WEB_PASSWORD="short")
    assert settings("127.0.0.1").loopback
    assert settings("::1").loopback
    opened = settings(
        "0.0.0.0", BAOGAO_WEB_PASSWORD="long enough", BAOGAO_WEB_HOSTS="report.example"
    )
    assert [(a.name, a.role) for a in accounts.listed()] == [("admin", "admin")]
    assert opened.answers_to("192.168.1.5")
    assert opened.answers_to("report.example")
    assert not opened.answers_to("evil.example")
    settings("0.0.0.0", BAOGAO_WEB_PASSWORD="another one")  # only the first is made so
    assert accounts.log_in("admin", "long enough")
    accounts.close()


def test_a_window_forgets() -> None:
    now = 0.0
    window = Window(2, 10.0, lambda: now)
    window.add("a")
    now = 4.0
    window.add("a")
    assert window.wait_s("a") == 6.0
    assert window.wait_s("b") == 0.0
    now = 10.0
    assert window.wait_s("a") == 0.0


def test_the_origin_is_ours() -> None:
    assert WebSettings().answers_to(ORIGIN.split("//")[1].split(":")[0])
