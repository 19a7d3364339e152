"""Who answers: the answerers in one ordered list; the first that applies writes.

To add one, write a module in this folder and put an ``Answerer`` into ``ANSWERERS`` before those
that are more general. It has

- ``name``: what answers and the evaluation call it,
- ``applies(desk)``: whether the question is one for it; looks at the question and at what is in
  scope, cheaply, and is never asked about a question that an earlier one answered,
- ``write(desk)``: the draft; or None, if on a closer look it has nothing to say and the next
  in the list is to be asked,
- ``examples`` and ``others``: questions it must and must not answer, as they are asked of the
  small library in ``tests/answering.py`` (several questions of one conversation with `` > ``
  between them); ``tests/test_answers_choose.py`` runs them all,
- ``rescues(desk)``: whether it is to be asked where the first that applied found nothing,
- ``searches``: False for those that need no search. They are asked first, and their desk has
  neither reports nor passages on it.

Nothing else decides who answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.answers import (
    across,
    agreement,
    derived_figures,
    follow_through,
    honours,
    judgements,
    overview,
    remarks,
    remedies,
    shorter,
    single_report,
    table_cells,
    tables,
    themes,
    whole_reports,
)
from bot.answers.facts import one_report
from bot.answers.fields import field_answer
from bot.answers.lists import item, newest_of_one_issuer
from bot.answers.lone_figures import asks_what_figure, figure_meant
from bot.answers.mentions import asked_phrases
from bot.answers.months import in_month
from bot.answers.premised import premised
from bot.answers.stretches import stretched
from bot.answers.thresholds import asks_beyond, beyond
from bot.answers.two_years import beside_the_other_year
from bot.briefing import briefing
from bot.briefing.briefing import Briefing
from bot.evidence.drafting import Desk, Draft
from bot.evidence.silence import silent
from retrieval.question.asking import Kind
from retrieval.question.request import Content, Operation
from retrieval.question.untagged import names_a_thing, subject_of

MAX_BRIEF_REPORTS = 6
# how likely a leaf must answer to be told before what the tags say is asked; in place of silence any
# leaf is told that answers at all
SURE_OF_A_SUBJECT = 0.4


@dataclass(frozen=True, slots=True)
class Answerer:
    """One way to answer; see the module."""

    name: str
    applies: Callable[[Desk], bool]
    write: Callable[[Desk], Draft | Briefing | None]
    examples: tuple[str, ...]
    others: tuple[str, ...] = ()
    searches: bool = True
    rescues: Callable[[Desk], bool] = lambda _desk: False


def answer(desk: Desk, answerers: Sequence[Answerer]) -> Draft | Briefing | None:
    """Return what the first answerer that applies writes, under its name; None if none does.

    Where it finds nothing, those that rescue are asked too before its silence is told.
    """
    quiet: Draft | None = None
    for answerer in answerers:
        made = _under_its_name(desk, answerer) if answerer.applies(desk) else None
        if made is None:
            continue
        if isinstance(made, Briefing) or made.status != "abstained":
            return made
        quiet = made
        break
    for answerer in answerers if quiet is not None else ():
        if answerer.rescues(desk) and (made := _under_its_name(desk, answerer)) is not None:
            return made
    return quiet


def _under_its_name(desk: Desk, answerer: Answerer) -> Draft | Briefing | None:
    made = answerer.write(desk)
    if made is None:
        return None
    if isinstance(made, Briefing):
        return replace(made, draft=replace(made.draft, answerer=answerer.name))
    if desk.query.named:  # nothing from lines that name it not stands beside it
        return replace(made, answerer=answerer.name)
    whole = agreement.also_told(desk, table_cells.every_row(desk, made))
    stepped = stretched(desk, derived_figures.stepped(desk, premised(desk, whole)))
    return replace(beside_the_other_year(desk, stepped), answerer=answerer.name)


# ---- when they apply ----------------------------------------------------------------------


def _of_kind(*kinds: Kind) -> Callable[[Desk], bool]:
    return lambda desk: desk.query.kind in kinds


def _in_one(desk: Desk) -> bool:
    """One report of an asked year, and a question for something in it."""
    asked = desk.query.kind in ("fact", "list", "overview")
    return len(desk.reports) == 1 and asked and not desk.only_years


def _silent_on_year(desk: Desk) -> bool:
    """Another year's report answers for the asked one only in words that name that year."""
    figure = desk.query.kind in ("fact", "rank", "compare") and desk.query.role is None
    return bool(desk.only_years) and not figure and desk.query.ask.content != "honours"


def _is_paragraph(desk: Desk) -> bool:
    asked = briefing.asked(desk.query) and not desk.only_years
    return asked and 0 < len(desk.reports) <= MAX_BRIEF_REPORTS


def _is_open(desk: Desk) -> bool:
    """A wish that sections answer: nothing in the question points at one exact place."""
    query = desk.query
    exact = (
        query.field
        or query.address
        or query.month
        or query.documents
        or query.figures
        or query.named
    )
    pointed = exact or query.kind == "item" or asks_beyond(query.topic)
    return not pointed and not desk.only_years


def _wishes(content: Sequence[Content], operations: Sequence[Operation]) -> Callable[[Desk], bool]:
    return lambda desk: (
        _is_open(desk)
        and desk.query.ask.content in content
        and desk.query.ask.operation in operations
    )


def _on_a_theme(applies: Callable[[Desk], bool]) -> Callable[[Desk], bool]:
    return lambda desk: bool(desk.query.ask.theme) and applies(desk)


def _on_an_untagged_subject(desk: Desk) -> bool:
    """A wish for a part of a few reports whose words name a subject that no tag says is one.

    One that leans on the wish before it (怎么说的) is told of several with that.
    """
    ask = desk.query.ask
    whole = ask.content in ("problems", "plans", "remedy", "causes", "report", "measures")
    told = ask.operation in ("list", "tell", "verify", "judge", "overview", "count")
    named = not ask.theme and bool(themes.subject_terms(desk.query))
    if ask.content in ("problems", "plans"):  # 分开列一下 asks for all of them
        named = named and names_a_thing(desk.query.topic)
    if not whole or not told or not named or desk.query.inherited or not _is_open(desk):
        return False
    leans = bool(ask.context) and not subject_of(desk.query.topic)
    return len(desk.reports) == 1 or (1 < len(desk.reports) <= themes.MAX_REPORTS and not leans)


def _told_at_large(desk: Desk) -> Draft | None:
    # 云城的人口: where no figure answers, other words seldom do
    figure = desk.query.ask.content == "figure"
    least = SURE_OF_A_SUBJECT if figure or _on_an_untagged_subject(desk) else 0.0
    return themes.at_large(desk, least)


def _is_open_to_many(desk: Desk) -> bool:
    """A wish of a few reports for neither figures side by side, a lack nor a phrase word for word."""
    query = desk.query
    beside = query.inherited or query.ask.operation in ("compare", "rank", "change")
    exact = query.negated or query.phrase or asked_phrases(query)
    return 1 < len(desk.reports) <= themes.MAX_REPORTS and not beside and not exact


def surely_told(desk: Desk) -> Draft | None:
    """Answer by the leaves of a few reports that surely answer, whatever the wish is; else None.

    A figure is told by what tells how likely a figure answers.
    """
    few = len(desk.reports) == 1 or _is_open_to_many(desk)
    said = themes.subject_terms(desk.query)
    told_in_pairs = _follows_through(desk)
    if desk.query.wants != "text" or not said or told_in_pairs or not _is_open(desk) or not few:
        return None
    made = themes.at_large(desk, SURE_OF_A_SUBJECT)
    return replace(made, answerer="at_large") if made else None


def _may_be_told_elsewhere(desk: Desk) -> bool:
    """A wish in words, of held reports of the asked year, that its own answerer met with silence.

    Whether something is mentioned is told by its very words alone.
    """
    query = desk.query
    told_by_words = query.negated or query.asks_mention or query.ask.content == "holdings"
    # of no subject (存在哪些问题, 有什么变化) nothing else is told; why is seldom asked in terms
    about = query.ask.content == "causes" or bool(themes.subject_terms(query))
    # where no figure answers, other words seldom do
    figure = query.ask.content == "figure" and query.ask.operation == "tell"
    other = query.wants == "text" and not told_by_words and not figure and about
    return other and _is_open(desk) and bool(desk.reports)


def _may_be_told_by_each(desk: Desk) -> bool:
    """A question for figures that no table of indicators told: each report is asked in turn."""
    several = len(desk.reports) > 1 and not desk.only_years
    return desk.query.kind in ("fact", "compare", "rank") and several and _is_open(desk)


def _follows_through(desk: Desk) -> bool:
    """Two years of one place; what reports do best is judged of all of them."""
    of_one = desk.query.ask.operation != "judge" or len(desk.query.places) == 1
    of_all = desk.query.everywhere and not desk.query.places  # 各家怎么清理的
    return of_one and not of_all and not desk.only_years and follow_through.applies(desk)


def _lists_one(desk: Desk) -> bool:
    """A list of one report; of several years of one issuer the newest is meant."""
    one = len(desk.reports) < 2 or newest_of_one_issuer(desk) is not None
    return desk.query.kind == "list" and one


def _lists_each(desk: Desk) -> bool:
    by_part = desk.query.role is not None and desk.query.wants not in ("number", "percent")
    return desk.query.kind in ("list", "compare") and by_part


# ---- the list -----------------------------------------------------------------------------

ANSWERERS: tuple[Answerer, ...] = (
    Answerer(
        "ask_back",
        lambda desk: bool(desk.query.ambiguous) and not desk.query.inherited,
        remarks.ask_back,
        ("鼓楼区存在哪些问题",),
        ("青山县存在哪些问题",),
        searches=False,
    ),
    Answerer(
        "not_held",
        lambda desk: not desk.scope,
        remarks.not_held,
        ("绍兴市上虞区存在哪些问题",),
        ("青山县存在哪些问题",),
        searches=False,
    ),
    Answerer(
        "named_in_others",
        lambda desk: bool(desk.query.named),
        across.of_named,
        ("石桥镇调解纠纷多少件",),
        ("青山县调解纠纷多少件",),
    ),
    Answerer(
        "other_year",
        _silent_on_year,
        silent,
        ("青山县2022年存在哪些问题",),
        ("青山县2023年存在哪些问题",),
    ),
    Answerer(
        "shorter",
        shorter.asks,
        shorter.shorter,
        ("青山县受理了多少件矛盾纠纷 > 短一点",),
        ("青山县存在哪些问题 > 短一点", "青山县受理了多少件矛盾纠纷"),
    ),
    Answerer(
        "statute",
        lambda desk: bool(single_report.statute_lacking(desk)),
        single_report.no_statute,
        ("青山县贯彻《行政处罚法》第五条了吗",),
        ("青山县贯彻落实了哪部条例",),
    ),
    Answerer(
        "table_cells",
        table_cells.may_ask,
        table_cells.cells,
        ("银杏县哪个部门行政处罚最多", "银杏县交通局作出行政处罚多少件"),
        ("银杏县开展宣传活动多少场",),
    ),
    Answerer(
        "agreement",
        agreement.asks,
        agreement.agreement,
        ("银杏县行政复议收案前后对得上吗",),
        ("银杏县行政复议收案多少件",),
    ),
    Answerer(
        "share",
        derived_figures.asks_share,
        derived_figures.shares,
        ("青石县调解成功占受理的比例",),
        ("青石县的调解成功率是多少",),
    ),
    Answerer(
        "rate_again",
        derived_figures.asks_rate_again,
        derived_figures.rate_again,
        ("青石县560件调成551件，报告写98.4%，算下来对吗",),
        ("青石县的调解成功率是98.4%吗",),
    ),
    Answerer(
        "honours",
        lambda desk: (
            desk.query.ask.content == "honours"
            and desk.query.ask.operation in ("list", "tell", "count", "verify", "which")
            and desk.query.kind != "item"
            and not desk.query.address
        ),
        honours.honours,
        ("白水县获得过哪些荣誉",),
        ("青山县存在哪些问题",),
    ),
    Answerer(
        "follow_through",
        _follows_through,
        follow_through.answer,
        (
            "红岩县连续两年都存在的问题有哪些",
            "红岩县2022年说要加强调解，2023年做到了吗",
            "红岩县2023年新出现的短板有哪些",
            "红岩县2022年存在哪些问题 > 哪些到2023年已经解决了",
        ),
        ("红岩县2023年存在哪些问题", "红岩县2023年仍然存在哪些问题"),
    ),
    Answerer(
        "whole_reports",
        lambda desk: _is_open(desk) and whole_reports.applies(desk),
        whole_reports.answer,
        ("红岩县2023年比2022年有什么变化", "青山县和白水县的报告对比一下"),
        ("红岩县2023年存在哪些问题", "红岩县2023年比2022年多培训了多少人次"),
    ),
    Answerer(
        "side_by_side",
        lambda desk: desk.query.ask.operation == "judge" and _is_open(desk),
        judgements.side_by_side,
        ("哪份报告的问题写得最实在",),
        ("青山县存在哪些问题",),
    ),
    Answerer(
        "at_large",
        _on_an_untagged_subject,
        _told_at_large,
        ("青山县矛盾化解这块到底行不行",),
        ("青山县存在哪些问题",),
        rescues=_may_be_told_elsewhere,
    ),
    Answerer(
        "remedies",
        _wishes(("remedy",), ("list", "tell", "verify")),
        remedies.remedies,
        ("青山县的问题打算怎么解决",),
        ("青山县下一步有哪些安排",),
    ),
    Answerer(
        "theme",
        _on_a_theme(
            lambda desk: (
                _wishes(("measures", "report"), ("list", "overview"))(desk)
                or _wishes(("measures",), ("common", "compare"))(desk)
            )
        ),
        themes.themed,
        ("青山县矛盾纠纷化解情况怎么样",),
        ("青山县受理了多少件矛盾纠纷",),
    ),
    Answerer(
        "points",
        lambda desk: _is_paragraph(desk) and desk.query.ask.form.points is not None,
        lambda desk: briefing.in_points(desk, desk.query.ask.form.points or 1),
        ("青山县2023年工作写成两点",),
        ("写一段青山县2023年法治政府建设的简报",),
    ),
    Answerer(
        "brief",
        _is_paragraph,
        briefing.brief,
        (
            "写一段青山县2023年法治政府建设的简报",
            "青山县2023年工作概括成200字",
            "summarise 青山县 in one paragraph",
        ),
        ("青山县存在哪些问题",),
    ),
    Answerer(
        "places_beyond",
        lambda desk: not desk.only_years and tables.asks_beyond(desk),
        tables.beyond,
        ("哪些地方的调解成功率超过99%",),
        ("各县的调解成功率对比",),
    ),
    Answerer(
        "table",
        lambda desk: not desk.only_years and tables.asks_table(desk),
        tables.tabulated,
        ("青山县和白水县受理矛盾纠纷数对比", "各地调解成功率排名"),
        ("青山县受理了多少件矛盾纠纷",),
    ),
    Answerer(
        "page_field",
        lambda desk: _in_one(desk) and desk.query.field is not None,
        lambda desk: field_answer(desk.query.field, desk.reports[0]) if desk.query.field else None,
        ("白水县的报告什么时候发布的",),
        ("白水县发布了多少件规范性文件",),
    ),
    Answerer(
        "month",
        lambda desk: _in_one(desk) and desk.query.month is not None and not desk.query.yes_no,
        lambda desk: in_month(desk, desk.reports[0], desk.query.month or 0),
        ("青山县6月做了什么",),
        ("青山县全年做了什么",),
    ),
    Answerer(
        "rates_beyond",
        lambda desk: _in_one(desk) and asks_beyond(desk.query.topic),
        lambda desk: beyond(desk, desk.reports[0]),
        ("青山县哪些率超过95%",),
        ("青山县的持证率是多少",),
    ),
    Answerer(
        "lone_figure",
        lambda desk: _in_one(desk) and bool(desk.query.figures) and asks_what_figure(desk.query),
        lambda desk: figure_meant(desk, desk.reports[0]),
        ("青山县的96%说的是什么",),
        ("青山县的持证率是96%吗",),
    ),
    Answerer(
        "catalogue",
        _of_kind("catalogue"),
        overview.catalogue,
        ("现在有哪些报告", "哪份报告不完整"),
        ("青山县存在哪些问题",),
    ),
    Answerer(
        "overview",
        lambda desk: desk.query.kind == "overview" and not desk.query.ask.theme,
        single_report.introduction,
        ("介绍一下青山县2023年的报告",),
        ("青山县2023年的报告发布日期",),
    ),
    Answerer(
        "item",
        _of_kind("item"),
        item,
        ("青山县存在哪些问题 > 第二条呢", "青山县存在哪些问题 > 最后一条呢"),
        ("青山县存在哪些问题",),
    ),
    Answerer(
        "which",
        _of_kind("which"),
        across.which,
        ("哪些报告提到了首违不罚",),
        ("青山县提到首违不罚了吗",),
    ),
    Answerer(
        "list",
        _lists_one,
        single_report.items,
        ("青山县存在哪些问题", "青山县下一步有哪些安排"),
        ("青山县受理了多少件矛盾纠纷", "青山县和白水县分别存在哪些问题"),
    ),
    Answerer(
        "list_each",
        _lists_each,
        across.compare,
        ("存在哪些问题",),
        ("青山县存在哪些问题",),
    ),
    Answerer(
        "fact_each",
        lambda desk: desk.query.kind == "rank" or len(desk.reports) != 1,
        across.per_report,
        ("培训了多少人次", "红岩县受理矛盾纠纷多少件"),
        ("青山县培训了多少人次", "红岩县2023年比2022年多受理了多少件矛盾纠纷"),
        rescues=_may_be_told_by_each,
    ),
    Answerer(
        "mention",
        lambda desk: desk.query.asks_mention and desk.query.wants == "text" and not desk.only_years,
        single_report.whether_said,
        ("青山县有没有提到合同审查",),
        ("青山县的合同审查通知是什么",),
    ),
    Answerer(
        "fact",
        lambda desk: len(desk.reports) == 1,
        one_report,
        ("青山县受理了多少件矛盾纠纷", "青山县的持证率是96%吗"),
        ("青山县存在哪些问题",),
    ),
)  # fmt: skip
