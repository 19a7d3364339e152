"""When it is not sure what was asked: two or three full questions that may be meant."""

from __future__ import annotations

from collections.abc import Mapping

from bot.evidence.drafting import Draft
from bot.notes import note
from retrieval.genre.english import is_english
from retrieval.question.query import Query
from retrieval.question.request import Ask, Request

# below the first the bot asks back at once, below the second leaves that surely answer the words come
# before what was read, below the third it asks back instead of refusing. Of the readings of held-out
# writers under 0.2 four in five were wrong, under 0.45 half (eval.fits.reader); of 0.25, 0.35, 0.5 and
# 0.7 for the second, 0.5 is right most often on the blind sets (521, 522, 526, 525 of 657)
AT_ONCE, BY_WORDS, IN_PLACE_OF_A_REFUSAL = 0.15, 0.5, 0.45
MOST = 3
# said so that nothing of the place spoken of is carried over
_ALL_HELD, _ALL_HELD_EN = "全部报告有哪些", "list all reports of all places"

# each reading as a question, in Chinese and in English
_WORDED: Mapping[tuple[str, str], tuple[str, str]] = {
    ("figure", "tell"): ("{who}{theme}是多少", "what is {theme} of {who}"),
    ("figure", "change"): (
        "{who}{theme}比上年有什么变化",
        "how did {theme} of {who} change on the year before",
    ),
    ("figure", "rank"): ("各地{theme}谁最多", "which place has the most {theme}"),
    ("figure", "compare"): ("各地{theme}对比", "compare {theme} of all places"),
    ("problems", "list"): ("{who}列出了哪些问题", "what problems did {who} list"),
    ("problems", "common"): ("各地的共性问题有哪些", "what problems do the places share"),
    ("plans", "list"): ("{who}下一步打算做什么", "what does {who} plan next"),
    ("measures", "list"): ("{who}{theme}有哪些做法", "what did {who} do about {theme}"),
    ("measures", "which"): ("哪些地方开展了{theme}", "which places did {theme}"),
    ("causes", "list"): ("{who}{theme}的原因是什么", "what caused {theme} in {who}"),
    ("honours", "list"): ("{who}获得过哪些荣誉", "what honours did {who} win"),
    ("remedy", "list"): ("{who}{theme}的问题打算怎么解决", "how will {who} solve {theme}"),
    ("meaning", "tell"): ("{theme}是什么意思", "what does {theme} mean"),
    ("report", "overview"): ("{who}的报告主要讲了什么", "what does the report of {who} say"),
    ("report", "brief"): ("写一段{who}的简报", "write a paragraph on {who}"),
    ("report", "which"): ("哪些报告提到{theme}", "which reports mention {theme}"),
    ("report", "verify"): (
        "{who}的报告有没有提到{theme}",
        "does the report of {who} mention {theme}",
    ),
    ("holdings", "list"): ("现有哪些报告", "which reports are held"),
}


def suggestions(request: Request, asks: tuple[Ask, ...]) -> tuple[str, ...]:
    """Return up to ``MOST`` full questions that the message may mean, likeliest first."""
    if not asks:
        return ()
    first = asks[0]
    english = is_english(request.question)
    comma, year = (", ", " in {}") if english else ("、", "{}年")
    who = comma.join(first.places or first.issuers) + "".join(map(year.format, first.years[:1]))
    theme = comma.join(first.theme)
    readings = [(first.content, first.operation), *((c, o) for c, o, _ in request.alternatives)]
    found = []
    for reading in readings:
        words = _WORDED.get(reading, ("", ""))[english]
        if not words or ("{theme}" in words and not theme) or ("{who}" in words and not who):
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
