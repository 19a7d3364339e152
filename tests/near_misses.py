"""Lines about real passages, nearly true or true in other words; made by rule, with no lock in sight.

A near miss takes one value of a passage (figure, date, year, body, title, list member) and puts
it where another value of the same passage stands. A right line keeps every value where it is and
changes only the wording: parts left out or put together, their order, light words.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

UNITS = "件|人次|人|次|场|份|个|项|起|宗|家|条|名|户|期|篇|万元|亿元|万人次|万件|个百分点|%"
FIGURE = re.compile(rf"(?<![\d.〔第])(\d+(?:\.\d+)?)(余)?({UNITS})")
DATE = re.compile(r"(?<!\d)\d{1,2}月\d{1,2}日")
YEAR = re.compile(r"(?<!\d)20\d\d年(?!\d*月)")
BODY = re.compile(
    r"(?:区|县|市|省)?(?:政府办公室|政府办|司法局|公安局|法院|检察院|市场监管局|综合执法局|生态环境局|人力社保局|信访局|审计局|教育局|卫健局|财政局|人大|政协|纪委监委|妇联|工会|政务服务中心)"
)
QUOTED = re.compile(r"《[^《》]{3,40}》|“[^“”]{3,30}”")
MEMBER = re.compile(r"(?<=、)[\u4e00-\u9fff]{2,8}(?=、)")
CHANGE = re.compile(
    "(?:同比|同期|较|比|其中)"
)  # of the clause before: not to be told apart from it
ADVERBS = (
    "进一步",
    "不断",
    "积极",
    "扎实",
    "切实",
    "深入",
    "全力",
    "充分",
    "大力",
    "持续",
    "严格",
    "认真",
)


@dataclass(frozen=True, slots=True)
class Trial:
    """A line about a passage."""

    passage: str
    kind: str
    line: str


def passages_of(texts: Iterable[str]) -> list[str]:
    """Return windows of up to three neighbouring sentences that are long enough to say something."""
    found = []
    for text in texts:
        for paragraph in text.splitlines():
            sentences = [s.strip() for s in re.split(r"(?<=。)", paragraph) if len(s.strip()) > 8]
            for at in range(0, len(sentences), 2):
                window = "".join(sentences[at : at + 3])
                if 20 <= len(window) <= 700:
                    found.append(window)
    return found


def clauses_of(passage: str) -> list[tuple[int, int]]:
    """Return where the clauses of a passage stand, those in brackets or quotes left out."""
    found = []
    start = 0
    for match in re.finditer(r"(?:[，。；：;]|(?<!\d)[,:]|[,:](?!\d))+|$", passage):
        words = passage[start : match.start()]
        balanced = all(words.count(a) == words.count(b) for a, b in ("（）", "()", "《》", "“”"))
        if len(words) >= 4 and balanced:
            found.append((start, match.start()))
        start = match.end()
    return found


def _put(passage: str, clause: tuple[int, int], match: re.Match[str], value: str) -> str:
    start, end = clause
    return passage[start : match.start()] + value + passage[match.end() : end]


def near_misses(passage: str, chance: Random) -> Iterator[Trial]:
    """Yield lines in which one value of the passage stands in another's place."""
    spans = clauses_of(passage)
    for kind, pattern in (
        ("figure", FIGURE), ("date", DATE), ("year", YEAR), ("body", BODY), ("title", QUOTED), ("member", MEMBER),
    ):  # fmt: skip
        matches = list(pattern.finditer(passage))
        for match in matches:
            clause = next((c for c in spans if c[0] <= match.start() and match.end() <= c[1]), None)
            others = sorted(
                {
                    m[0]
                    for m in matches
                    if m[0] != match[0]
                    and (kind != "figure" or m[3] == match[3])
                    and not (clause and m[0] in passage[clause[0] : clause[1]])
                    and m[0] not in match[0] and match[0] not in m[0]
                }
            )  # fmt: skip
            if clause is None or not others:
                continue
            rest = passage[clause[0] : match.start()] + passage[match.end() : clause[1]]
            if len(re.findall(r"[\u4e00-\u9fff]", rest)) < 3:
                continue  # nothing says what the value is of
            line = _put(passage, clause, match, chance.choice(others))
            if not any(_leaves_out(line, passage[a:b]) for a, b in spans):
                yield Trial(passage, kind, _dressed(line, chance))
    figures = list(FIGURE.finditer(passage))
    for a, b in itertools.pairwise(figures):
        if a[3] == b[3] and a[1] != b[1]:
            start = max(passage.rfind(mark, 0, a.start()) for mark in "。；;") + 1
            ends = [e for e in (passage.find(mark, b.end()) for mark in "。；;") if e >= 0]
            end = min(ends, default=len(passage))
            if start <= a.start():
                line = (
                    passage[start : a.start()] + b[0] + passage[a.end() : b.start()] + a[0]
                    + passage[b.end() : end]
                )  # fmt: skip
                yield Trial(passage, "figures turned", line.strip() + "。")


def _leaves_out(line: str, clause: str) -> bool:
    """Tell whether a line is a clause with words left out: true, if not the whole truth."""
    rest = iter(clause)
    return all(sign in rest for sign in line if not sign.isspace())


def _dressed(line: str, chance: Random) -> str:
    """Put light words around a line, as a model does."""
    line = line.strip()
    opening = chance.choice(["", "", "", "全年，", "据报告，", "其中，"])
    return f"{opening}{line}。"


def right_lines(passage: str, chance: Random) -> Iterator[Trial]:
    """Yield lines that tell parts of the passage in slightly other words."""
    spans = clauses_of(passage)
    clauses = [passage[a:b].strip() for a, b in spans if _says_what(passage[a:b])]
    whole = [s.strip() for s in re.split("[。；;]", passage) if _says_what(s)]
    if not clauses or not whole:
        return
    clause = chance.choice(clauses)
    yield Trial(passage, "verbatim clause", f"{clause}。")
    sentence = chance.choice(whole)
    yield Trial(passage, "verbatim sentence", f"{sentence}。")
    bare = _outside_quotes("|".join(ADVERBS), "", sentence)
    if bare != sentence and len(bare) > 8:
        yield Trial(passage, "adverbs dropped", f"{bare}。")
    yield Trial(
        passage, "light words", f"{chance.choice(['据报告，', '全年，', '今年以来，'])}{sentence}。"
    )
    for verb in ("受理", "收到", "审核", "办理", "开展", "化解", "举办"):
        if re.search(f"(?<![共已的])(?<!累计){verb}", sentence) and re.search(
            rf"{verb}[^，。；]*\d", sentence
        ):
            said = _outside_quotes(f"(?<![共已的])(?<!累计){verb}", f"共{verb}", sentence)
            yield Trial(passage, "共", f"{said}。")
            break
    parts = [p for p in re.split("[，,]", sentence) if p]
    if len(parts) >= 3:
        said = "，".join(parts[: chance.randrange(1, len(parts))])
        if _says_what(said):
            yield Trial(passage, "end left out", f"{said}。")
    figured = [c for c in clauses if FIGURE.search(c) and not CHANGE.match(c)]
    if len(figured) >= 2:
        one, two = chance.sample(figured, 2)
        yield Trial(passage, "two clauses merged", f"{one}，{two}。")
        yield Trial(passage, "joined with 并", f"{one}；同时，{two}。")
    if len(whole) >= 2:
        one, two = whole[:2]
        yield Trial(passage, "order changed", f"{two}；{one}。")
    spaced = FIGURE.sub(lambda m: f" {m[0]} ", sentence)
    if spaced != sentence:
        yield Trial(passage, "blanks around figures", f"{spaced.strip()}。")


def _says_what(words: str) -> bool:
    """Tell whether words are a sentence at all: a bare figure or date says nothing of anything."""
    return len(re.findall(r"[\u4e00-\u9fff]", re.sub(r"20\d\d年|[打关]\S?[印闭]", "", words))) >= 5


def _outside_quotes(pattern: str, new: str, text: str) -> str:
    """Replace a pattern where no title or quotation holds it."""
    parts = re.split(r"(《.*》|“[^“”]*”)", text)
    return "".join(p if n % 2 else re.sub(pattern, new, p) for n, p in enumerate(parts))


def real_trials(
    passages: list[str], seed: int, wrong: int, right: int
) -> tuple[list[Trial], list[Trial]]:
    """Return so many near misses and right lines over passages, drawn from all that can be made."""
    chance = Random(seed)
    bad = [t for p in passages for t in near_misses(p, chance)]
    good = [t for p in passages for t in right_lines(p, chance)]
    return chance.sample(bad, min(wrong, len(bad))), chance.sample(good, min(right, len(good)))
