"""A newcomer's ten minutes in a real browser; skipped where there is none.

``BAOGAO_SCREENSHOTS=docs/web`` films them. Needs Debian's ``chromium`` and ``chromium-driver``,
which ``.ci/run`` installs where it may.
"""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from answering import CUT, REAL, assistant_over
from web_server import PAYLOADS

from bot.assistant import Assistant, Reply
from bot.records import AnswerRecords
from bot.web.app import create_app
from bot.web.settings import WebSettings

pytest.importorskip("selenium")
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

pytestmark = [
    pytest.mark.skipif(
        not (shutil.which("chromium") and shutil.which("chromedriver")), reason="no chromium"
    ),
    pytest.mark.timeout(900),
    pytest.mark.slow,
]
WAIT_S = 60
TEXTS = {path.name: path.read_text("utf-8") for path in REAL}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("browser")
    with assistant_over(folder, TEXTS) as assistant:
        assistant._records = AnswerRecords(assistant.library.folder / "answers.sqlite")
        listener = socket.create_server(("127.0.0.1", 0))
        app = create_app(assistant, WebSettings(questions_per_minute=1000))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--window-size=1280,860", "--lang=zh-CN", f"--user-data-dir={tmp_path / 'profile'}",
    ):  # fmt: skip
        options.add_argument(argument)
    options.add_experimental_option(
        "prefs", {"download.default_directory": str(tmp_path / "downloads")}
    )
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    try:
        driver = webdriver.Chrome(options=options, service=service)
    except WebDriverException as error:
        pytest.skip(f"chromium does not start here: {(error.msg or '')[:80]}")
    yield driver
    driver.quit()


def film(browser: Any, name: str) -> None:
    folder = os.environ.get("BAOGAO_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        browser.save_screenshot(str(Path(folder) / f"{name}.png"))


def until(browser: Any, found: Any) -> Any:
    waiting = WebDriverWait(
        browser, WAIT_S, 0.05, ignored_exceptions=[StaleElementReferenceException]
    )
    return waiting.until(found)


def ask(browser: Any, question: str) -> Any:
    """Ask by keyboard; return the turn once it is whole."""
    before = len(browser.find_elements(By.CSS_SELECTOR, ".turn"))
    box = browser.find_element(By.ID, "question")
    box.send_keys(question)
    box.send_keys(Keys.ENTER)
    until(browser, lambda b: len(b.find_elements(By.CSS_SELECTOR, ".turn")) > before)
    turn = browser.find_elements(By.CSS_SELECTOR, ".turn")[-1]
    until(browser, lambda _: turn.find_elements(By.CSS_SELECTOR, ".row, .message"))
    until(browser, lambda _: not turn.find_elements(By.CSS_SELECTOR, "[role=status]"))
    return turn


def errors(browser: Any) -> list[str]:
    return [e["message"] for e in browser.get_log("browser") if e["level"] == "SEVERE"]


def test_the_first_ten_minutes(browser: Any, address: str, tmp_path: Path) -> None:
    browser.get(address)
    assert len(browser.find_elements(By.CSS_SELECTOR, "#welcome button")) == 4
    film(browser, "0-start")
    turn = ask(browser, "綦江2023年列出了哪些问题")
    assert "原文共3条" in turn.text
    film(browser, "1-ask")

    turn.find_element(By.CSS_SELECTOR, ".cite").send_keys(Keys.ENTER)
    mark = until(browser, lambda b: b.find_elements(By.CSS_SELECTOR, "#side mark"))[0]
    assert "行政执法水平" in mark.text
    assert until(browser, lambda _: mark.is_displayed())
    assert "不足" in browser.find_element(By.CSS_SELECTOR, "#side .path").text
    film(browser, "2-citation")
    browser.find_element(By.ID, "side-next").click()
    until(browser, lambda b: b.find_element(By.ID, "side-at").text.startswith("2 /"))
    browser.find_element(By.ID, "side-save").click()
    until(browser, lambda b: b.find_element(By.ID, "basket-count").text == "(1)")
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE)
    assert not browser.find_element(By.ID, "side").is_displayed()

    assert "玉山" in ask(browser, "那玉山呢").text
    assert "玉山" in browser.find_element(By.ID, "spoken").text
    film(browser, "3-follow-up")

    browser.get(f"{address}/library")
    path = tmp_path / "红岩.html"
    body = "".join(f"<p>{line}</p>" for line in CUT.splitlines())
    path.write_text(f"<html><title>x</title><body><h1>报告</h1>{body}</body></html>", "utf-8")
    browser.find_element(By.ID, "files").send_keys(str(path))
    until(browser, lambda b: "新增" in b.find_element(By.ID, "uploads").text)
    until(browser, lambda b: "红岩" in b.find_element(By.ID, "held").text)
    film(browser, "4-upload")

    browser.find_element(By.CSS_SELECTOR, "#uploads a[href*=about]").click()
    until(browser, lambda b: len(b.find_elements(By.CSS_SELECTOR, ".turn")) == 2)  # still there
    assert "530件" in ask(browser, "受理矛盾纠纷多少件").text
    film(browser, "5-ask-the-new-report")

    browser.get(f"{address}/brief")
    browser.find_element(By.NAME, "words").send_keys("玉山")
    browser.find_element(By.NAME, "year").send_keys("2023", Keys.ENTER)
    until(browser, lambda b: b.find_elements(By.CSS_SELECTOR, ".whole"))
    film(browser, "6-briefing")
    long = len(browser.find_element(By.CSS_SELECTOR, ".whole").text)
    browser.find_element(By.NAME, "revise").send_keys("150字以内", Keys.ENTER)
    until(browser, lambda b: 0 < len(b.find_element(By.CSS_SELECTOR, ".whole").text) < long)
    browser.find_element(By.CSS_SELECTOR, "a[href$='export.docx']").click()
    until(browser, lambda _: list((tmp_path / "downloads").glob("*.docx")))

    browser.get(f"{address}/compare")
    browser.find_element(By.NAME, "words").send_keys("对比上虞和玉山行政复议收到件数", Keys.ENTER)
    until(browser, lambda b: b.find_elements(By.CSS_SELECTOR, "tbody td"))
    film(browser, "7-compare")

    browser.get(f"{address}/search?words=法律顾问")
    assert browser.find_elements(By.CSS_SELECTOR, "mark")
    film(browser, "8-search")
    assert errors(browser) == []


def test_commands_are_pressed_on_and_a_verdict_is_given(browser: Any, address: str) -> None:
    browser.get(address)
    turn = ask(browser, "/reports")
    turn.find_element(By.CSS_SELECTOR, ".message button").send_keys(Keys.ENTER)
    until(browser, lambda _: len(turn.find_elements(By.CSS_SELECTOR, ".message")) == 2)
    turn.find_elements(By.CSS_SELECTOR, ".message:last-child button")[-1].send_keys(Keys.ENTER)
    until(browser, lambda _: len(turn.find_elements(By.CSS_SELECTOR, ".message")) == 1)
    turn = ask(browser, "綦江2023年列出了哪些问题")
    turn.find_elements(By.CSS_SELECTOR, ".row button")[-1].send_keys(Keys.ENTER)
    until(browser, lambda _: turn.find_elements(By.CSS_SELECTOR, ".message input"))
    turn.find_element(By.CSS_SELECTOR, ".message input").send_keys("应是四条", Keys.ENTER)
    until(browser, lambda _: "已记下" in turn.text)
    turn = ask(browser, "/export")
    assert turn.find_elements(By.CSS_SELECTOR, "a[download]")
    assert "接着谈" in browser.find_element(By.ID, "spoken").text
    ask(browser, "/new")
    assert browser.find_element(By.ID, "spoken").text == ""
    assert errors(browser) == []


def test_a_question_that_met_no_server_is_there_to_be_sent_again(
    browser: Any, address: str
) -> None:
    browser.get(address)
    browser.execute_script("window.kept = window.fetch; window.fetch = () => Promise.reject()")
    box = browser.find_element(By.ID, "question")
    box.send_keys("綦江2023年列出了哪些问题", Keys.ENTER)
    until(browser, lambda b: b.find_elements(By.CSS_SELECTOR, ".turn .warning"))
    until(browser, lambda _: box.get_property("value"))
    browser.execute_script("window.fetch = window.kept")
    box.send_keys(Keys.ENTER)
    until(browser, lambda b: "原文共3条" in b.find_element(By.ID, "turns").text)
    address_of = (By.CSS_SELECTOR, ".turn a[href^='/answer/']")  # comes once all is said
    until(browser, lambda b: b.find_elements(*address_of))
    link = browser.find_element(*address_of).get_attribute("href")
    browser.find_element(By.ID, "new-talk").click()
    browser.get(link)
    assert "綦江" in browser.find_element(By.ID, "spoken").text
    assert "玉山" in ask(browser, "那玉山呢").text  # an answer's address is gone on from
    assert errors(browser) == []


def test_a_phone_shows_everything_within_its_width(browser: Any, address: str) -> None:
    size = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    for path in ("/library", "/search?words=执法", "/brief", "/compare", "/history", "/api", "/"):
        browser.get(address + path)
        wide = browser.execute_script("return document.documentElement.scrollWidth")
        assert wide <= 390, path
    turn = ask(browser, "綦江2023年列出了哪些问题")
    film(browser, "9-phone")
    turn.find_element(By.CSS_SELECTOR, ".cite").click()
    until(browser, lambda b: b.find_elements(By.CSS_SELECTOR, "#side mark"))
    film(browser, "10-phone-citation")
    assert errors(browser) == []


PAGES = (
    "/",
    "/library",
    "/search?words=执法&place=玉山",
    "/brief",
    "/compare",
    "/history",
    "/accounts",
    "/api",
)
ACTIONS = "a, button, input:not([type=hidden]), textarea:not([aria-hidden]), summary"
# the actions one can see, each under a number that the focus can be told by
NUMBERED = f"""return [...document.querySelectorAll('{ACTIONS}')]
    .filter((e) => e.checkVisibility() && !e.disabled).map((e, n) => {{ e.dataset.n = n; return n; }})"""
NAMELESS = f"""return [...document.querySelectorAll('{ACTIONS}')].filter((e) =>
    !(e.textContent.trim() || e.getAttribute('aria-label') || (e.labels || []).length))
    .map((e) => e.outerHTML)"""
FOCUSED = "return document.activeElement.dataset.n ?? ''"


def tabbed(browser: Any, most: int) -> set[int]:
    """Press Tab through a page from its beginning; return the numbers of what it reaches."""
    browser.execute_script("document.activeElement.blur()")
    met = set()
    for _ in range(most):
        ActionChains(browser).send_keys(Keys.TAB).perform()
        told = browser.execute_script(FOCUSED)
        if told:
            met.add(int(told))
    return met


def test_every_action_is_reached_by_keyboard_and_has_a_name(browser: Any, address: str) -> None:
    for path in PAGES:
        browser.get(address + path)
        if path == "/":
            turn = ask(browser, "綦江2023年列出了哪些问题")
            turn.find_element(By.CSS_SELECTOR, ".cite").send_keys(Keys.ENTER)
            until(browser, lambda b: b.find_elements(By.CSS_SELECTOR, "#side mark"))
        numbers = set(browser.execute_script(NUMBERED))
        assert len(numbers) > 8, path
        assert browser.execute_script(NAMELESS) == [], path
        assert tabbed(browser, 2 * len(numbers) + 10) >= numbers, path
    assert errors(browser) == []


def test_a_page_is_light_and_fetches_nothing_from_elsewhere(browser: Any, address: str) -> None:
    for path in (*PAGES, "/search?words=执法"):
        browser.get(address + path)
        told = browser.execute_script(
            """return ['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind))
                   .map((e) => [e.name, e.encodedBodySize])"""
        )
        assert sum(size for _, size in told) <= 300 * 1024, path
        assert all(name.startswith(address) for name, _ in told), path
        assert browser.title, path
    assert errors(browser) == []


SHOWN = {
    "ARTICLE", "BLOCKQUOTE", "BUTTON", "DETAILS", "DIV", "H2", "LI", "OL", "P", "SUMMARY", "A",
}  # fmt: skip


def taken(browser: Any, count: int) -> bool:
    """Tell whether ``count`` files were told of and the field is empty again.

    The driver loses a field that the page empties while another file is put into it.
    """
    told = browser.find_elements(By.CSS_SELECTOR, "#uploads .warning")
    return len(told) >= count and not browser.find_element(By.ID, "files").get_property("value")


def test_markup_never_runs(
    browser: Any, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither of a question nor of a model nor of a file's name."""
    asked = Assistant.ask

    def said(self: Assistant, words: str, *args: Any, **more: Any) -> Reply:
        payload = words.removesuffix("綦江有哪些问题")
        reply = asked(self, "綦江有哪些问题", *args, **more)
        lines = tuple(replace(s, text=payload + s.text) for s in reply.answer.sentences)
        cited = tuple(replace(c, quote=payload, title=payload) for c in reply.answer.citations)
        answer = replace(
            reply.answer, question=words, sentences=lines, citations=cited, warnings=(payload,)
        )
        return replace(reply, answer=answer, suggestions=(payload,))

    monkeypatch.setattr(Assistant, "ask", said)
    browser.get(address)
    title = browser.title
    for payload in PAYLOADS:
        turn = ask(browser, payload.replace("alert(1)", "document.title=1") + "綦江有哪些问题")
        assert turn.find_elements(By.CSS_SELECTOR, ".warning"), turn.text
    time.sleep(0.2)
    assert browser.title == title
    tags = "return [...new Set([...document.querySelectorAll('#turns *')].map((e) => e.tagName))]"
    assert set(browser.execute_script(tags)) <= SHOWN
    browser.refresh()  # the conversation is shown again
    until(browser, lambda b: len(b.find_elements(By.CSS_SELECTOR, ".turn")) >= 20)
    assert set(browser.execute_script(tags)) <= SHOWN

    browser.get(f"{address}/library")
    names = [p.replace("alert(1)", "document.title=1") for p in PAYLOADS if "/" not in p][:12]
    for count, name in enumerate(names, start=1):
        (tmp_path / name).write_text("x", "utf-8")
        browser.find_element(By.ID, "files").send_keys(str(tmp_path / name))
        until(browser, lambda b, n=count: taken(b, n))
    assert browser.title
    assert browser.title != "1"
    inside = (
        "return [...new Set([...document.querySelectorAll('#uploads *')].map((e) => e.tagName))]"
    )
    assert set(browser.execute_script(inside)) <= {"LI", "P", "A"}
    assert errors(browser) == []
