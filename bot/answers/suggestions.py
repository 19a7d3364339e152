"""When it is not sure what was asked: two or three full questions that may be meant."""

from __future__ import annotations

from collections.abc import Mapping

from bot.evidence.drafting import Draft
from bot.notes import note
from retrieval.question.query import Query
from retrieval.question.request import Ask, Request

# below the first the bot asks back at once; below the second instead of refusing. Of the readings
# of held-out writers under 0.2 four in five were wrong, under 0.45 half (retrieval.question.train)
AT_ONCE, IN_PLACE_OF_A_REFUSAL = 0.15, 0.45
MOST = 3
# said so that nothing of the place spoken of is carried over
_ALL_HELD, _ALL_HELD_EN = "全部报告有哪些", "list all reports of all places"

_WORDED: Mapping[tuple[str, str], str] = {
    ("figure", "tell"): "{who}{theme}是多少",
    ("figure", "change"): "{who}{theme}比上年有什么变化",
    ("figure", "rank"): "各地{theme}谁最多",
    ("figure", "compare"): "各地{theme}对比",
    ("problems", "list"): "{who}列出了哪些问题",
    ("problems", "common"): "各地的共性问题有哪些",
    ("plans", "list"): "{who}下一步打算做什么",
    ("measures", "list"): "{who}{theme}有哪些做法",
    ("measures", "which"): "哪些地方开展了{theme}",
    ("causes", "list"): "{who}{theme}的原因是什么",
    ("honours", "list"): "{who}获得过哪些荣誉",
    ("remedy", "list"): "{who}{theme}的问题打算怎么解决",
    ("meaning", "tell"): "{theme}是什么意思",
    ("report", "overview"): "{who}的报告主要讲了什么",
    ("report", "brief"): "写一段{who}的简报",
    ("report", "which"): "哪些报告提到{theme}",
    ("report", "verify"): "{who}的报告有没有提到{theme}",
    ("holdings", "list"): "现有哪些报告",
}


def suggestions(request: Request, asks: tuple[Ask, ...]) -> tuple[str, ...]:
    """Return up to ``MOST`` full questions that the message may mean, likeliest first."""
    if not asks:
        return ()
    first = asks[0]
    who = "、".join(first.places or first.issuers) + "".join(
        f"{year}年" for year in first.years[:1]
    )
    theme = "、".join(first.theme)
    readings = [(first.content, first.operation), *((c, o) for c, o, _ in request.alternatives)]
    found = []
    for reading in readings:
        words = _WORDED.get(reading)
        if words is None or ("{theme}" in words and not theme) or ("{who}" in words and not who):
            continue
        found.append(words.format(who=who, theme=theme))
    return tuple(dict.fromkeys(found))[:MOST]


def places_meant(query: Query) -> tuple[str, ...]:
    """Return the question once for each held place that a name in it may mean, written out.

    Where none is held: the question which reports there are.
    """
    if not query.ambiguous:
        return ()
    mention = query.ambiguous[0]
    names = ("".join(chain) for chain in mention.held[:MOST])
    asked = tuple(query.question.replace(mention.text, name, 1) for name in names)
    return asked or (_ALL_HELD_EN if query.english else _ALL_HELD,)


def ask_back(questions: tuple[str, ...]) -> Draft:
    """Return the draft that asks which of the questions is meant."""
    asked = (note("may_mean", question=q) for q in questions)
    return Draft((note("unsure"), *asked), status="clarify", answerer="ask_back")
