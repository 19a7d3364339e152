"""What a question is taken to ask: kinds, roles, numbers that point, follow-ups."""

from __future__ import annotations

import time

import pytest
from reading import understand

from retrieval.places.places import PlaceIndex
from retrieval.question.addressing import address_of, count_of, item_of, month_of
from retrieval.question.query import MAX_QUESTION_CHARS, Query, State, parts

KNOWN = (
    (("浙江省", "绍兴市", "上虞区"), "绍兴市上虞区人民政府"),
    (("江西省", "上饶市", "玉山县"), "玉山县人民政府"),
    (("浙江省", "绍兴市", "柯桥区"), "绍兴市柯桥区人民政府"),
    (("重庆市", "綦江区"), "重庆市綦江区司法局"),
)
PLACES = PlaceIndex(KNOWN)
YUSHAN, SHANGYU = KNOWN[1][0], KNOWN[0][0]


def asked(question: str, state: State | None = None) -> Query:
    return understand(question, state or State(), PLACES, KNOWN)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("玉山审核了多少件规范性文件", "fact"),
        ("玉山存在哪些问题", "list"),
        ("玉山列了几条问题", "list"),
        ("玉山第二条问题是什么", "item"),
        ("玉山的第二部分是什么", "list"),
        ("上虞（五）怎么说的", "list"),
        ("玉山印发了什么文件", "list"),
        ("玉山社会治理方面的三项工作", "list"),
        ("哪些报告提到枫桥经验", "which"),
        ("哪几个地方把“三项制度”写进报告", "which"),
        ("五份报告里，哪一份没提公平竞争审查", "which"),
        ("有没有提到人工智能的", "which"),
        ("浙江哪些区提到枫桥经验", "which"),
        ("玉山哪个区提到枫桥经验", "fact"),  # one county is not a choice of places
        ("柯桥哪个区政府会议通过了要点", "fact"),
        ("这几份报告按调解成功率从高到低排", "rank"),
        ("行政复议收案最多的是哪里", "rank"),
        ("哪个地方行政复议增长更快", "rank"),
        ("上虞和玉山行政复议谁多", "rank"),
        ("玉山最大的亮点是什么", "list"),
        ("对比玉山和上虞的败诉率", "compare"),
        ("四份报告都是哪一年的", "catalogue"),
        ("哪份报告不完整", "catalogue"),
        ("哪份报告是部门写的", "catalogue"),
        ("有哪些报告", "catalogue"),
        ("玉山", "overview"),
        ("上虞 2022", "overview"),
        ("我想了解一下玉山", "overview"),
        ("上虞的报告多长", "catalogue"),
        ("玉山和上虞的报告", "overview"),
        ("概括玉山的报告", "brief"),
        ("你能干什么", "greeting"),
        ("你好", "greeting"),
        (" \u200b", "empty"),
    ],
)
def test_kind(question: str, kind: str) -> None:
    assert asked(question).kind == kind


@pytest.mark.parametrize(
    ("question", "role"),
    [
        ("玉山的短板有哪些", "problems"),
        ("玉山解决了什么突出问题", None),
        ("玉山中期评估的是哪个规划", None),
        ("玉山下一步怎么干", "plans"),
        ("玉山计划的标题", "plans"),
        ("上虞行政诉讼目标有哪些数", "plans"),
        ("玉山的目标引领机制是什么", None),
        ("玉山执法改革的成效", "measures"),
        ("玉山这些问题的原因有哪些", "causes"),
    ],
)
def test_role(question: str, role: str | None) -> None:
    assert asked(question).role == role


@pytest.mark.parametrize(
    ("question", "wants", "unit"),
    [
        ("玉山审核了多少件文件", "number", "件"),
        ("玉山调解成功率是多少", "percent", ""),
        ("玉山几月份开的会", "date", ""),
        ("玉山排第几", "ordinal", ""),
        ("玉山谁主持会议", "name", ""),
        ("玉山法律顾问管了多少个亿", "number", "元"),
        ("这几份报告的调解成功率从高到低排", "percent", ""),
        ("行政复议收案最多的是哪里", "number", ""),
        ("哪里行政复议增长更快", "percent", ""),
    ],
)
def test_wants(question: str, wants: str, unit: str) -> None:
    query = asked(question)
    assert (query.wants, query.unit) == (wants, unit)


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("玉山报告由谁发布", "issuer"),
        ("玉山报告是什么单位发布的", "issuer"),
        ("玉山县哪个部门发布了这份报告", "issuer"),
        ("Which bureau issued the Qijiang report?", "issuer"),
        ("玉山报告什么时候发布", "published"),
        ("玉山哪天发的", "published"),
        ("玉山报告的文号", "document_number"),
        ("玉山审核文件多少件", None),
    ],
)
def test_field(question: str, field: str | None) -> None:
    assert asked(question).field == field


@pytest.mark.parametrize(
    ("topic", "steps"),
    [
        ("(五)是什么", [("paren", 5)]),
        ("（十二）讲了什么", [("paren", 12)]),
        ("第三部分的第五条", [("part", 3), ("point", 5)]),
        ("(三)里的第2点", [("paren", 3), ("point", 2)]),
        ("第2部分(一)", [("part", 2), ("paren", 1)]),
        ("“二、”部分讲了什么", [("part", 2)]),
        ("第五条", []),  # an item of the list last shown, no place of its own
        ("第二季度、第三轮", []),
        ("执法人员（不含辅警）", []),
    ],
)
def test_address(topic: str, steps: list[tuple[str, int]]) -> None:
    assert list(address_of(topic)) == steps


@pytest.mark.parametrize(
    ("topic", "item"),
    [
        ("第二条", 2),
        ("第十二个问题", 12),
        ("最后一条呢", -1),
        ("最后一个", -1),
        ("倒数第二条讲什么", -2),
        ("the second problem", 2),
        ("the last one", -1),
        ("第三季度", None),
        ("最后怎么处理的", None),
    ],
)
def test_item(topic: str, item: int | None) -> None:
    assert item_of(topic) == item


@pytest.mark.parametrize(
    ("topic", "month"),
    [
        ("7月份召开了什么会", 7),
        ("十二月做了什么", 12),
        ("8月28日的会", None),
        ("3月和6月的会", None),
        ("几月开的会", None),
    ],
)
def test_month(topic: str, month: int | None) -> None:
    assert month_of(topic) == month


@pytest.mark.parametrize(
    ("topic", "count"),
    [("哪四件事", 4), ("八大机制有哪些", 8), ("社会治理方面的三项工作", 3), ("有哪些机制", None)],
)
def test_count(topic: str, count: int | None) -> None:
    assert count_of(topic) == count


@pytest.mark.parametrize(
    ("question", "topics"),
    [
        ("上虞审了多少件，提了多少条意见", ["审了多少件", "提了多少条意见"]),
        ("上虞复议和诉讼的调撤率", ["复议的调撤率", "诉讼的调撤率"]),
        ("上虞律师几名、案件几件", ["律师几名", "案件几件"]),
        ("上虞审了多少件和提了多少条", ["审了多少件", "提了多少条"]),
        ("上虞审了多少件", ["审了多少件"]),
        ("法院和检察院的联动机制是什么", ["法院和检察院的联动机制是什么"]),
    ],
)
def test_parts(question: str, topics: list[str]) -> None:
    assert [part.topic for part in parts(asked(question))] == topics


def test_a_denied_word_is_not_asked_but_a_question_is() -> None:
    assert "行政复议" in [t.word for t in asked("玉山是不是建立了行政复议委员会").terms]
    assert "信访" not in [t.word for t in asked("玉山受理复议多少件，不是信访").terms]


def test_a_place_put_first_is_a_claim_about_all() -> None:
    query = asked("玉山的调解成功率是最高的，对吧")
    assert (query.kind, query.claimed, query.places) == ("rank", YUSHAN, ())
    two = asked("玉山的败诉率比上虞低，对吧")
    assert (two.kind, two.claimed, two.lowest) == ("rank", YUSHAN, True)
    assert asked("玉山的调解成功率是多少").claimed == ()


AFTER_TWO = State(places=(SHANGYU,), topic="审核规范性文件多少件", recent=(YUSHAN, SHANGYU))


@pytest.mark.parametrize("question", ["谁更高？", "哪个多？", "上面说的两个区谁多"])
def test_an_order_without_topic_is_over_the_places_just_asked(question: str) -> None:
    query = asked(question, AFTER_TWO)
    assert (query.kind, query.places) == ("rank", (YUSHAN, SHANGYU))
    assert query.topic == AFTER_TWO.topic
    assert "规范性文件" in [t.word for t in query.terms]


def test_of_more_than_two_the_comparative_means_the_last_two() -> None:
    state = State(places=(YUSHAN,), topic="败诉率", recent=(KNOWN[3][0], SHANGYU, YUSHAN))
    assert asked("谁更高", state).places == (SHANGYU, YUSHAN)
    assert asked("谁最高", state).places == state.recent
    assert asked("所有报告里谁最高", state).places == ()


@pytest.mark.parametrize("question", ["綦江呢", "谢谢，再问下綦江", "换成綦江看看"])
def test_a_switch_of_place_keeps_the_topic(question: str) -> None:
    query = asked(question, AFTER_TWO)
    assert query.places == (KNOWN[3][0],)
    assert query.topic == AFTER_TWO.topic
    assert query.inherited


def test_state_reads_back_what_it_wrote() -> None:
    state = State(
        places=(YUSHAN,), years=(2023,), role="problems", topic="问题", items=(("r", 1, 2),)
    )
    assert State.from_json(state.to_json()) == state


@pytest.mark.parametrize(
    "piece", ["提到", "哪个", "(一)", "第一条的", "目标", "最高", "《", "比", "7月", "和的", "不是"]
)
def test_hostile_questions_are_read_in_time(piece: str) -> None:
    question = piece * (100_000 // len(piece))
    started = time.perf_counter()
    query = asked(question)
    assert time.perf_counter() - started < 2.0
    assert len(query.topic) <= MAX_QUESTION_CHARS


SHANGQIU = ("河南省", "商丘市")
BUREAUS = ((SHANGQIU, "商丘市公安局"), (SHANGQIU, "商丘市市场监督管理局"))


@pytest.mark.parametrize(
    ("question", "issuer"),
    [
        ("商丘公安办案多少", "商丘市公安局"),
        ("商丘市监局电梯抽查多少台", "商丘市市场监督管理局"),
        ("商丘市市监局电梯抽查多少台", "商丘市市场监督管理局"),
        ("商丘市场监管局电梯抽查多少台", "商丘市市场监督管理局"),
        ("How many cases did the Shangqiu Public Security Bureau handle?", "商丘市公安局"),
        ("Shangqiu Bureau of Market Supervision penalties", "商丘市市场监督管理局"),
    ],
)
def test_a_bureau_in_short_after_its_city(question: str, issuer: str) -> None:
    query = understand(question, State(), PlaceIndex(BUREAUS), BUREAUS)
    assert (query.issuers, query.unknown) == ((issuer,), ())
    assert not {"监", "监局", "局", "bureau", "公安"} & {term.word for term in query.terms}


def test_a_bureau_is_a_topic_in_its_citys_own_report() -> None:
    known = (*BUREAUS, (SHANGQIU, "商丘市人民政府"))
    query = understand("商丘公安办案多少", State(), PlaceIndex(known), known)
    assert query.issuers == ()


@pytest.mark.parametrize(
    "question", ["商丘市城管局2023年罚款", "Shangqiu Education Bureau penalties"]
)
def test_a_bureau_nothing_is_held_of_is_not_another(question: str) -> None:
    query = understand(question, State(), PlaceIndex(BUREAUS), BUREAUS)
    assert (query.issuers, query.places) == ((), ())
    assert len(query.unknown) == 1


def test_a_department_in_passing_is_no_body() -> None:
    question = "Did Shangqiu handle cases with the police department in 2023?"
    query = understand(question, State(), PlaceIndex(BUREAUS), BUREAUS)
    assert (query.places, query.unknown) == ((SHANGQIU,), ())
