"""What a person sees, against the fake Bot API."""

import io
import time
import zipfile
from pathlib import Path

import pytest
from fake_assistant import FakeAssistant, FakeLibrary
from fake_telegram import BOT_ID, BOT_NAME, FakeTelegram, Sent
from telegram_bench import ADMIN, GROUP, OTHER, STRANGER, TEXTS, USER, Bench, bench

from bot.chats import progress
from bot.chats.feedback import export_cases, list_lines
from bot.values import Sentence

pytestmark = pytest.mark.slow

QUESTION = "乙市行政复议收案多少件"


@pytest.fixture
def running(tmp_path: Path, fake: FakeTelegram):
    with bench(tmp_path, fake, per_minute=50) as b:
        yield b


def answer_to(b: Bench, text: str, user: int = USER, chat: int | None = None) -> Sent:
    before = len(b.fake.messages(chat or user))
    b.fake.say(text, user, chat)
    return b.fake.wait_messages(before + 1, chat or user)[before]


def pressed(b: Bench, sent: Sent, words: str, user: int = USER) -> Sent:
    before = len(b.fake.messages(sent.chat))
    b.fake.press(sent, words, user)
    return b.fake.wait_messages(before + 1, sent.chat)[before]


def toast(b: Bench, sent: Sent, words: str, user: int = USER) -> str:
    before = len(b.fake.messages(method="answerCallbackQuery"))
    b.fake.press(sent, words, user)
    return b.fake.wait(
        lambda f: (
            len(f.messages(method="answerCallbackQuery")) > before
            and f.messages(method="answerCallbackQuery")[before]
        )
    ).text


def test_an_answer_has_its_citation_scope_and_buttons(running: Bench) -> None:
    running.assistant.delay_s = 0.3
    sent = answer_to(running, QUESTION)
    assert sent.text == "一、行政复议收案34件。[1]\n\n范围：乙市 · 2022"
    words = [b["text"] for row in sent.buttons for b in row]
    assert words == ["[1]", "👍", "不对", "✕ 清除范围"]
    assert sent.reply_to is not None
    typing = running.fake.messages(method="sendChatAction")
    assert typing[0].at < sent.at


def test_a_citation_opens_the_official_wording(running: Bench) -> None:
    passage = pressed(running, answer_to(running, QUESTION), "[1]")
    assert ("b", "一、行政复议收案34件。") in passage.entities
    assert "联系电话0571-1234567" in passage.text  # the whole paragraph
    assert ("code", "www.gov.cn") in passage.entities
    assert "来源：乙.txt" in passage.text
    running.fake.press(passage, "下一段")
    following = running.fake.wait(lambda f: f.messages(method="editMessageText"))[0]
    assert following.message_id == passage.message_id
    assert "宣传不够" in following.text
    assert ("i", "二、存在的问题是宣传不够。") in following.entities  # its own heading
    assert "34" not in following.text
    running.fake.press(following, "上一段")
    back = running.fake.wait(lambda f: f.messages(method="editMessageText")[1:])[0]
    assert back.text == passage.text
    running.fake.press(back, "上一段")
    title = running.fake.wait(lambda f: f.messages(method="editMessageText")[2:])[0]
    assert "上一段" not in str(title.buttons)
    running.fake.press(title, "收起")
    running.fake.wait(lambda f: f.messages(method="deleteMessage"))


def test_old_buttons_work_after_a_restart(tmp_path: Path, fake: FakeTelegram) -> None:
    with bench(tmp_path, fake) as b:
        sent = answer_to(b, QUESTION)
    with bench(tmp_path, fake) as b:
        assert "34" in pressed(b, sent, "[1]").text


def test_a_corrected_report_does_not_change_an_old_citation(running: Bench) -> None:
    sent = answer_to(running, QUESTION)
    running.assistant.library.remove("乙.txt")
    running.assistant.library.refresh()
    passage = pressed(running, sent, "[1]")
    assert "已更新或移除" in passage.text
    assert "一、行政复议收案34件。" in passage.text


def test_follow_ups_inherit_until_dropped(running: Bench) -> None:
    sent = answer_to(running, QUESTION)
    assert "宣传不够" in answer_to(running, "存在的问题是").text
    assert "清除" in toast(running, sent, "清除范围")
    assert running.store.conversation(USER, USER).state is None
    answer_to(running, QUESTION)
    answer_to(running, "/new")
    assert running.store.conversation(USER, USER).state is None


def test_help_offers_questions_from_the_held_reports(running: Bench) -> None:
    sent = answer_to(running, "/start")
    examples = [row[0]["text"] for row in sent.buttons]
    assert examples == [
        "甲县2023年法治政府建设存在哪些问题？",
        "乙市2022年法治政府建设下一步有哪些安排？",
        "甲县2023年法治政府建设有哪些主要举措？",
    ]
    assert "/status" not in sent.text
    assert "/status" in answer_to(running, "/help", ADMIN).text
    answer = pressed(running, sent, "甲县")
    assert answer.text.startswith("问：甲县2023年法治政府建设存在哪些问题？\n")
    assert running.store.counts(USER).user_day == 1
    assert {c["command"] for c in running.fake.commands} >= {"reports", "brief", "why", "new"}


def test_an_empty_library_says_so(tmp_path: Path, fake: FakeTelegram) -> None:
    with bench(tmp_path, fake, assistant=FakeAssistant(FakeLibrary({}))) as b:
        assert "还没有收录报告" in answer_to(b, "/help").text
        assert answer_to(b, "/reports").text == "还没有收录报告。"
        assert "没有收录" in answer_to(b, "任何问题").text


def test_reports_can_be_browsed(tmp_path: Path, fake: FakeTelegram) -> None:
    texts = {
        f"{n}.txt": f"{'甲省' if n % 2 else '乙省'}{2015 + n % 3}年报告{n}\n正文。\n"
        for n in range(20)
    }
    with bench(tmp_path, fake, assistant=FakeAssistant(FakeLibrary(texts))) as b:
        page = answer_to(b, "/reports")
        assert "20 份" in page.text
        assert "1/3" in str(page.buttons)
        b.fake.press(page, "▶")
        second = b.fake.wait(lambda f: f.messages(method="editMessageText"))[0]
        assert second.text.split("\n")[1].startswith("9. ")
        b.fake.press(second, "甲省")
        narrowed = b.fake.wait(lambda f: f.messages(method="editMessageText")[1:])[0]
        assert "已收录报告 10 份（共 20 份）" in narrowed.text
        assert "乙省" not in narrowed.text
        b.fake.press(narrowed, "2016")
        both = b.fake.wait(lambda f: f.messages(method="editMessageText")[2:])[0]
        assert both.text.count("\n") == 2 * both.text.count(". ") > 0
        assert all("2016" in line for line in both.text.split("\n")[1:])


def test_why_export_brief_and_compare(running: Bench) -> None:
    assert "请先提问" in answer_to(running, "/why").text
    assert "请先提问" in answer_to(running, "/export").text
    assert "例如" in answer_to(running, "/brief").text
    assert "例如" in answer_to(running, "/compare").text
    briefing = answer_to(running, "/brief 乙市2022").text.split("\n\n范围")[0]
    assert briefing.count("[") == 3
    assert "\n" not in briefing
    assert "写法：摘自原文" in answer_to(running, "/why").text
    answer_to(running, "/export")
    file = running.fake.wait(lambda f: f.messages(method="sendDocument"))[0].file
    assert file[0].endswith((".md", ".docx"))
    assert answer_to(running, "/compare 甲县和乙市").text.count("[") == 2
    assert "没有这个命令" in answer_to(running, "/nonsense").text


def test_feedback_takes_a_remark_and_becomes_a_case(running: Bench) -> None:
    sent = answer_to(running, QUESTION)
    assert toast(running, sent, "👍") == "谢谢！"
    prompt = pressed(running, sent, "不对")
    assert "force_reply" in prompt.params["reply_markup"]
    running.fake.wait(lambda _: running.store.expected_remark(USER, prompt.message_id))
    running.fake.say(
        "应为43件",
        reply_to_message={"message_id": prompt.message_id, "from": {"id": BOT_ID, "is_bot": True}},
    )
    running.fake.wait(lambda f: "已记下" in f.messages(USER)[-1].text)
    (line,) = list_lines(running.store)
    assert "不对" in line
    assert line.endswith("备注：应为43件")
    (case,) = export_cases(running.store)
    assert case["question"] == QUESTION
    assert case["docs"] == ["乙.txt"]
    assert case["evidence"] == [{"doc": "乙.txt", "quote": "一、行政复议收案34件。"}]
    assert case["remark"] == "应为43件"


def test_many_citations_are_paged(tmp_path: Path, fake: FakeTelegram) -> None:
    texts = {"丙.txt": "丙县2021年报告\n" + "".join(f"第{n}条事项办结。\n" for n in range(60))}
    assistant = FakeAssistant(FakeLibrary(texts), lines=50)
    with bench(tmp_path, fake, assistant=assistant) as b:
        sent = answer_to(b, "丙县有哪些事项办结")
        assert "[24]" in str(sent.buttons)
        assert "[25]" not in str(sent.buttons)
        b.fake.press(sent, "更多引文")
        turned = b.fake.wait(lambda f: f.messages(method="editMessageReplyMarkup"))[0]
        assert "'[25]'" in str(turned.buttons)
        assert "'[1]'" not in str(turned.buttons)


def test_a_long_list_is_folded_and_unfolds_whole(tmp_path: Path, fake: FakeTelegram) -> None:
    texts = {"丁.txt": "丁县2021年报告\n" + "".join(f"{n:02}{'字' * 500}。\n" for n in range(60))}
    assistant = FakeAssistant(FakeLibrary(texts), lines=20)
    with bench(tmp_path, fake, assistant=assistant) as b:
        sent = answer_to(b, "丁县有什么字")
        assert sent.text.count("。[") + sent.text.count("报告[") == 8
        assert "还有12条" in sent.text
        assert "范围：" in sent.text
        b.fake.press(sent, "展开其余12条")
        (first,) = b.fake.wait(lambda f: f.messages(method="editMessageText"))
        further = b.fake.wait_messages(3, USER)[1:]
        assert (first.message_id, first.text[:5]) == (sent.message_id, "（1/3）")
        assert [s.text[:5] for s in further] == ["（2/3）", "（3/3）"]
        assert [bool(s.buttons) for s in (first, *further)] == [False, False, True]
        assert sum(s.text.count("。[") for s in (first, *further)) == 19
        assert "展开" not in str(further[-1].buttons)
        assistant.lines = 50
        longer = answer_to(b, "丁县还有什么字")
        b.fake.press(longer, "展开其余42条")
        file = b.fake.wait(lambda f: f.messages(method="sendDocument"))[0].file
        assert file[1].decode().count("[") == 50


def test_short_lists_are_not_folded(tmp_path: Path, fake: FakeTelegram) -> None:
    texts = {"丁.txt": "丁县2021年报告\n" + "".join(f"第{n:02}件事项。\n" for n in range(30))}
    assistant = FakeAssistant(FakeLibrary(texts), lines=20)
    with bench(tmp_path, fake, assistant=assistant) as b:
        sent = answer_to(b, "丁县有哪些事项")
        assert sent.text.count("[") == 20
        assert "展开" not in str(sent.buttons)


def test_a_report_of_the_list_opens(running: Bench) -> None:
    page = answer_to(running, "/reports")
    assert [b["text"] for b in page.buttons[0]] == ["1", "2"]
    card = pressed(running, page, "1")
    assert "地区和年度：乙市 2022" in card.text
    assert "来源：乙.txt" in card.text
    assert "2. 一、行政复议收案34件" in card.text
    number = next(b for row in card.buttons for b in row if b["text"] == "2")
    running.fake.press_data(number["callback_data"], USER, card.message_id)
    part = running.fake.wait_messages(3)[2]
    assert "联系电话0571-1234567" in part.text
    answer = pressed(running, card, "存在哪些问题")
    assert answer.text.startswith("问：乙市2022年法治政府建设存在哪些问题？\n")
    running.fake.press(part, "收起")
    running.fake.wait(lambda f: f.messages(method="deleteMessage"))
    running.assistant.library.remove("乙.txt")
    running.assistant.library.refresh()
    assert "已移除或更新" in pressed(running, page, "1").text


def test_what_may_be_meant_is_offered_as_buttons(tmp_path: Path, fake: FakeTelegram) -> None:
    assistant = FakeAssistant(
        FakeLibrary(TEXTS), suggestions=("乙市行政复议收案多少件", "乙市存在哪些问题")
    )
    with bench(tmp_path, fake, assistant=assistant) as b:
        sent = answer_to(b, "乙市那个")
        assert [row[0]["text"] for row in sent.buttons[:2]] == list(assistant.suggestions)
        assert pressed(b, sent, "收案多少件").text.startswith("问：乙市行政复议收案多少件\n")


def test_the_english_are_spoken_to_in_english(running: Bench) -> None:
    sent = answer_to(running, "How many 行政复议 cases did 乙市 receive in 2022?")
    assert "Scope: 乙市 · 2022" in sent.text
    words = [b["text"] for row in sent.buttons for b in row]
    assert words == ["[1]", "👍", "Wrong", "✕ Clear scope"]
    passage = pressed(running, sent, "[1]")
    assert "Source: 乙.txt" in passage.text
    assert [b["text"] for row in passage.buttons for b in row][-2:] == ["Next ▶", "Close"]
    assert "Written by: quotation" in answer_to(running, "/why").text
    help_ = answer_to(running, "/help")
    assert "What problems did 甲县 report in 2023?" in str(help_.buttons)
    assert "please type" in answer_to(running, "\u200b").text.lower()
    assert toast(running, sent, "Clear scope").startswith("Scope cleared")
    assert "用法" not in answer_to(running, "/reports").text
    assert "范围：" in answer_to(running, QUESTION).text  # and the Chinese in Chinese


def test_a_group_asks_by_command(running: Bench) -> None:
    assert "34" in answer_to(running, f"/ask {QUESTION}", USER, GROUP).text
    assert "34" in answer_to(running, f"/ask@{BOT_NAME} {QUESTION}", USER, GROUP).text
    running.fake.say(
        "/ask",
        USER,
        GROUP,
        reply_to_message={
            "message_id": 1,
            "text": QUESTION,
            "from": {"id": OTHER, "is_bot": False},
        },
    )
    assert "34" in running.fake.wait_messages(3, GROUP)[2].text
    assert "例如" in answer_to(running, "/ask", USER, GROUP).text
    assert running.store.counts(USER).user_day == 4


ODD = {
    "voice": {"voice": {"file_id": "v", "file_unique_id": "v", "duration": 3}},
    "photo": {"photo": [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}]},
    "sticker": {"sticker": {"file_id": "s", "emoji": "👍"}},
    "dice": {"dice": {"emoji": "🎲", "value": 3}},
    "new": {"something_new": {"a": 1}},
}


@pytest.mark.parametrize("kind", ODD)
def test_every_kind_of_message_gets_its_line(running: Bench, kind: str) -> None:
    number = running.fake.say(None, **ODD[kind])
    (sent,) = running.fake.wait_messages(1)
    assert sent.reply_to == number
    assert "文字" in sent.text
    assert running.assistant.asked == []
    assert running.store.counts(USER).user_day == 0


def test_a_captioned_picture_is_answered_by_its_words(running: Bench) -> None:
    running.fake.say(None, caption=QUESTION, **ODD["photo"])
    (sent,) = running.fake.wait_messages(1)
    assert sent.text.startswith("（不能识别图片")
    assert "34" in sent.text


def test_an_album_gets_one_line(running: Bench) -> None:
    for _ in range(4):
        running.fake.say(None, media_group_id="g1", **ODD["photo"])
    running.fake.say("/new")
    assert sorted("看不了" in s.text for s in running.fake.wait_messages(2)) == [False, True]
    running.fake.wait(lambda f: not f.pending)
    assert len(running.fake.messages()) == 2


def test_a_changed_question_can_be_asked_by_a_button(running: Bench) -> None:
    message = running.fake.message(QUESTION, edit_date=int(time.time()))
    running.fake.push({"edited_message": message})
    (sent,) = running.fake.wait_messages(1)
    assert "不会重新作答" in sent.text
    assert running.assistant.asked == []
    assert "34" in pressed(running, sent, "按改后的文字问").text


def test_checked_lines_appear_by_edits(tmp_path: Path, fake: FakeTelegram, monkeypatch) -> None:
    monkeypatch.setattr(progress, "FIRST_S", 0.2)
    monkeypatch.setattr(progress, "EDIT_EVERY_S", 0.5)
    assistant = FakeAssistant(FakeLibrary(TEXTS), lines=3, delay_s=2.4)
    with bench(tmp_path, fake, assistant=assistant) as b:
        b.fake.say("乙市2022")
        edits = b.fake.wait(
            lambda f: (
                f.messages(method="editMessageText")
                if any(s.buttons for s in f.messages(method="editMessageText"))
                else None
            )
        )
        first = b.fake.messages(USER)[0]
        assert first.text == "正在查阅报告…"
        assert {s.message_id for s in edits} == {first.message_id}
        shown = [s.text.count("[") for s in edits]
        assert shown == sorted(shown)
        assert edits[-1].text.count("[") == 3
        assert len(b.fake.messages(USER)) == 1


def test_groups_hear_only_when_spoken_to(running: Bench) -> None:
    running.fake.say(QUESTION, USER, GROUP)
    sent = answer_to(running, f"@{BOT_NAME} {QUESTION}", USER, GROUP)
    assert "34" in sent.text
    assert len(running.fake.messages(GROUP)) == 1
    running.fake.say(
        "存在的问题是",
        USER,
        GROUP,
        reply_to_message={"message_id": sent.message_id, "from": {"id": BOT_ID, "is_bot": True}},
    )
    assert "宣传不够" in running.fake.wait_messages(2, GROUP)[1].text
    assert "别人的提问" in toast(running, sent, "[1]", OTHER)
    assert "别人的提问" in toast(running, sent, "不对", OTHER)
    assert "34" in pressed(running, sent, "[1]").text


def test_a_topic_gets_its_answer_in_the_topic(running: Bench) -> None:
    running.fake.say(
        f"@{BOT_NAME} {QUESTION}", USER, GROUP, message_thread_id=77, is_topic_message=True
    )
    assert running.fake.wait_messages(1, GROUP)[0].params["message_thread_id"] == "77"


def test_an_administrator_adds_and_removes_reports(running: Bench) -> None:
    text = "丙县2021年法治政府建设报告\n行政复议收案5件。\n".encode()
    assert "直接发给我" in answer_to(running, "/add", ADMIN).text
    running.fake.upload("../..//丙.txt", text, ADMIN)
    assert running.fake.wait_messages(2, ADMIN)[1].text.split("\n")[:2] == [
        "已添加：丙.txt",
        "识别为：丙县 2021　丙县2021年法治政府建设报告",
    ]
    running.fake.upload("丙.txt", text, ADMIN)
    assert "内容未变" in running.fake.wait_messages(3, ADMIN)[2].text
    assert "5件" in answer_to(running, "丙县行政复议收案").text
    running.fake.upload("空.txt", b" ", ADMIN)
    assert "未能添加：空.txt\n原因：" in running.fake.wait_messages(4, ADMIN)[3].text
    running.fake.upload("大.txt", text, ADMIN, size=20_000_001)
    assert "20 MB" in running.fake.wait_messages(5, ADMIN)[4].text
    confirm = answer_to(running, "/remove 丙.txt", ADMIN)
    assert len(running.assistant.library.reports()) == 3
    running.fake.press(confirm, "确定移除", ADMIN)
    running.fake.wait(
        lambda f: "已移除" in str([s.text for s in f.messages(ADMIN, "editMessageText")])
    )
    assert len(running.assistant.library.reports()) == 2
    gone = answer_to(running, "/remove 丙.txt", ADMIN)
    running.fake.press(gone, "确定移除", ADMIN)
    running.fake.wait(lambda f: "没有找到" in f.messages(ADMIN, "editMessageText")[-1].text)


@pytest.mark.parametrize("text", ["/add", "/remove 甲.txt", "/status"])
def test_users_are_no_administrators(running: Bench, text: str) -> None:
    assert "只有管理员" in answer_to(running, text).text


def test_an_upload_by_a_user_is_refused_before_it_is_fetched(running: Bench) -> None:
    running.fake.upload("丙.txt", b"x", USER)
    assert "只有管理员" in running.fake.wait_messages(1, USER)[0].text
    assert running.fake.number_of("getFile") == 0


def test_a_new_user_is_paired_with_a_code(tmp_path: Path, fake: FakeTelegram, capsys) -> None:
    with bench(tmp_path, fake, allow=frozenset(), admins=frozenset()) as b:
        b.fake.wait(lambda f: f.number_of("getUpdates"))
        code = capsys.readouterr().err.split("/start ")[1].split()[0]
        b.fake.say(QUESTION, STRANGER)
        assert str(STRANGER) in answer_to(b, "/start", STRANGER).text
        assert "管理员" in answer_to(b, f"/start {code}", STRANGER).text
        assert "34" in answer_to(b, QUESTION, STRANGER).text
        assert "报告：2 份" in answer_to(b, "/status", STRANGER).text
        assert len(b.fake.messages(STRANGER)) == 4  # the first question met with silence
        assert code not in b.log.getvalue()


def test_text_from_reports_and_users_is_escaped(tmp_path: Path, fake: FakeTelegram) -> None:
    texts = {
        "<b>.txt": "戊县2020年<i>报告\n<a href='http://evil.example'>点我</a>&amp;行政复议。\n"
    }
    with bench(tmp_path, fake, assistant=FakeAssistant(FakeLibrary(texts))) as b:
        sent = answer_to(b, "戊县行政复议<b>")
        assert "<a href='http://evil.example'>点我</a>&amp;行政复议。" in sent.text
        assert [tag for tag, _ in sent.entities if tag not in ("code", "i")] == []
        assert "&lt;b&gt;" not in pressed(b, sent, "[1]").text


@pytest.mark.parametrize(
    ("text", "expected"),
    [("\u200b", "请直接输入问题"), ("问" * 1_001, "问题过长"), ("问" * 4_096, "问题过长")],
)
def test_odd_messages_get_a_hint_and_no_work(running: Bench, text: str, expected) -> None:
    assert expected in answer_to(running, text).text
    assert running.assistant.asked == []


def test_an_answer_without_scope_has_no_scope_button(tmp_path: Path, fake: FakeTelegram) -> None:
    assistant = FakeAssistant(FakeLibrary({}))
    with bench(tmp_path, fake, assistant=assistant) as b:
        sent = answer_to(b, "没有这样的地方")
        assert "范围" not in sent.text
        assert "清除" not in str(sent.buttons)


def test_notes_are_set_apart_from_claims(tmp_path: Path, fake: FakeTelegram) -> None:
    from dataclasses import replace

    assistant = FakeAssistant(FakeLibrary(TEXTS))
    assistant.shape = lambda a: replace(
        a, sentences=(*a.sentences, Sentence("原文共1条。", "note")), warnings=("报告不完整。",)
    )
    with bench(tmp_path, fake, assistant=assistant) as b:
        sent = answer_to(b, QUESTION)
        assert ("i", "原文共1条。") in sent.entities
        assert ("i", "⚠ 报告不完整。") in sent.entities


def test_the_items_of_a_list_are_numbered_unless_the_report_does() -> None:
    from bot.chats.blocks import plain_text
    from bot.chats.views import answer_blocks
    from bot.values import Answer

    lines = [
        Sentence("共4条：", "note"),
        Sentence("人员不足。", "claim", (1,)),
        Sentence("（二）经费不足。", "claim", (2,)),
        Sentence("三是宣传不够。", "claim", (3,)),
        Sentence("12.5%未达标。", "claim", (4,)),
        Sentence("摘自原文", "note"),
        Sentence("另见。", "claim", (5,)),
    ]
    answer = Answer("a", "q", "answered", tuple(lines))
    assert plain_text(answer_blocks(answer, "")).split("\n") == [
        "共4条：", "1. 人员不足。[1]", "（二）经费不足。[2]", "三是宣传不够。[3]", "4. 12.5%未达标。[4]",
        "摘自原文", "另见。[5]",
    ]  # fmt: skip


def test_a_briefing_is_exported_for_the_word_processor(running: Bench) -> None:
    pytest.importorskip("docx")
    answer_to(running, "/brief 乙市2022")
    answer_to(running, "/export")
    name, data = running.fake.wait(lambda f: f.messages(method="sendDocument"))[0].file
    assert name.endswith(".docx")
    with zipfile.ZipFile(io.BytesIO(data)) as document:
        assert "行政复议收案34件" in document.read("word/document.xml").decode()


def test_a_stored_answer_is_the_answer() -> None:
    from fake_assistant import FakeState

    from bot.chats.views import stored_answer

    answer = FakeAssistant(FakeLibrary(TEXTS), lines=3).ask(QUESTION, FakeState()).answer
    again = stored_answer(answer.to_json())
    assert (again.sentences, again.citations, again.text) == (
        answer.sentences, answer.citations, answer.text
    )  # fmt: skip


def test_each_reports_lines_stand_apart() -> None:
    from bot.chats.blocks import plain_text
    from bot.chats.views import answer_blocks
    from bot.values import Answer

    lines = (
        Sentence("最多的是乙市（计算）", "note"),
        Sentence("乙市：", "note"),
        Sentence("收案34件", "claim", (1,)),
        Sentence("甲县：", "note"),
        Sentence("收案12件", "claim", (2,)),
    )
    assert plain_text(answer_blocks(Answer("a", "q", "answered", lines), "")) == (
        "最多的是乙市（计算）\n\n乙市：\n收案34件[1]\n\n甲县：\n收案12件[2]"
    )
