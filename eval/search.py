"""The searches by themselves: words alone, vectors alone and both, on questions that name no place.

``python -m eval.search`` makes 220 reports of counties all over the country from a seed, each deed
of ``search_deeds.tsv`` told in three of them, and asks of every deed in the report's words, in
everyday words, and in everyday words within one province. A report has nothing else in common with
the question, so that what is found was found by the search and not by the scope. Right are all
sentences in scope that tell of the deed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bot.assembly import open_assistant
from bot.assistant import Assistant
from eval.libraries import cache_folder, prepare_library
from eval.metrics import BUDGET_CHARS
from retrieval.documents import Hit
from retrieval.places.gazetteer import Chain, gazetteer
from retrieval.question.query import State
from retrieval.search.embedding import LocalEmbedder
from retrieval.search.retriever import Options, retrieve

DEEDS = Path(__file__).with_name("search_deeds.tsv")
REPORTS, HOLDERS, SEED = 220, 3, 11
HITS, NEAR = 60, 5
SEARCHES = {
    "words": Options(dense=False),
    "vectors": Options(lexical=False),
    "both": Options(),
}
MEASURES = ("evidence in 2,000 chars", "recall@5", "MRR")
_HEAD = "{place}人民政府关于{year}年度法治政府建设情况的报告\n{year}年，{place}推进法治政府建设，现将情况报告如下：\n"
_PARTS = ("一、健全依法决策机制", "二、规范行政执法", "三、化解矛盾纠纷", "四、加强普法宣传")
_COMMON = (
    "召开政府常务会议{}次，集体讨论重大事项{}件。", "审查规范性文件{}件，提出修改意见{}条。",
    "办理行政处罚案件{}件，案卷评查{}卷。", "组织执法人员培训{}期，参训{}人次。",
    "受理矛盾纠纷{}件，调解成功{}件。", "收到行政复议申请{}件，审结{}件。",
    "发生一审行政诉讼案件{}件，负责人出庭{}件。", "开展法治宣传活动{}场，发放资料{}份。",
    "法律援助机构受理案件{}件，接待咨询{}人次。", "公开政府信息{}条，答复依申请公开{}件。",
    "梳理行政权力事项{}项，取消证明事项{}项。", "聘任法律顾问{}名，出具法律意见{}份。",
    "开展双随机抽查{}次，检查市场主体{}户。", "培育法律明白人{}名，建成法治文化阵地{}处。",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """Words to search with, and the sentences that answer: (file name, sentence)."""

    text: str
    form: str
    gold: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Made:
    """Reports as (file name, text) and the questions on them."""

    reports: tuple[tuple[str, str], ...]
    questions: tuple[Question, ...]


def make(count: int = REPORTS, seed: int = SEED) -> Made:
    """Return the made reports and questions; the same for the same arguments."""
    random = Random(seed)
    counties = [chain for chain in gazetteer().chains if len(chain) == 3]
    random.shuffle(counties)
    chosen = counties[:count]
    told: dict[int, list[str]] = {}
    questions: list[Question] = []
    for official, near, everyday in _deeds():
        holders = random.sample(range(count), HOLDERS)
        gold = []
        for holder in holders:
            sentence = f"{official}，惠及群众{random.randint(100, 9000)}人次。"
            told.setdefault(holder, []).append(sentence)
            gold.append((_name(holder), sentence))
        province = chosen[holders[0]][0]
        inside = [g for g, h in zip(gold, holders, strict=True) if chosen[h][0] == province]
        questions += (
            Question(f"哪些地方{near}？", "official words", tuple(gold)),
            Question(f"哪些地方{everyday}？", "everyday words", tuple(gold)),
            Question(f"{province}哪些地方{everyday}？", "in a province", tuple(inside)),
        )
    reports = tuple(
        (_name(i), _report(chain, told.get(i, []), Random(seed * 1_000_003 + i)))
        for i, chain in enumerate(chosen)
    )
    return Made(reports, tuple(questions))


def _deeds() -> Iterator[list[str]]:
    for line in DEEDS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield line.split("\t")


def _name(number: int) -> str:
    return f"{number:03}.txt"


def _report(chain: Chain, deeds: Sequence[str], random: Random) -> str:
    common = [line.format(random.randint(3, 90), random.randint(90, 900)) for line in _COMMON]
    sentences = [*random.sample(common, 10), *deeds]
    random.shuffle(sentences)
    share = -(-len(sentences) // len(_PARTS))
    body = "".join(
        f"{part}\n{''.join(sentences[i * share : (i + 1) * share])}\n"
        for i, part in enumerate(_PARTS)
    )
    return _HEAD.format(place="".join(chain), year=2023) + body


def score(hits: Sequence[Hit], gold: Sequence[tuple[str, int, int]]) -> tuple[float, float, float]:
    """Return evidence recall within the budget, recall@5 and the reciprocal rank of the first."""
    spans = [(hit.chunk.report, hit.chunk.start, hit.chunk.end) for hit in hits]
    read, used = [], 0
    for report, start, end in spans:
        if used + end - start > BUDGET_CHARS:
            break
        used += end - start
        read.append((report, start, end))
    first = next((1 / n for n, s in enumerate(spans, 1) if any(_holds(s, g) for g in gold)), 0.0)
    return _share(read, gold), _share(spans[:NEAR], gold), first


def _share(spans: Sequence[tuple[str, int, int]], gold: Sequence[tuple[str, int, int]]) -> float:
    return sum(any(_holds(span, g) for span in spans) for g in gold) / len(gold)


def _holds(span: tuple[str, int, int], gold: tuple[str, int, int]) -> bool:
    """Tell whether a chunk has most of a sentence."""
    shared = min(span[2], gold[2]) - max(span[1], gold[1])
    return span[0] == gold[0] and shared >= 0.9 * (gold[2] - gold[1])


def measure(made: Made, assistant: Assistant) -> dict[tuple[str, str], tuple[float, ...]]:
    """Return the mean of every measure for each search and form of question, and for all."""
    library = assistant.library
    held = {s.meta.source: library.report(s.id) for s in library.reports()}
    found: dict[tuple[str, str], list[tuple[float, ...]]] = {}
    for question in made.questions:
        gold = []
        for name, sentence in question.gold:
            at = held[name].text.index(sentence)
            gold.append((held[name].id, at, at + len(sentence)))
        query, scope = assistant.settle(question.text, State(), library)[0]
        for search, options in SEARCHES.items():
            hits = retrieve(library, query, scope.reports or None, HITS, options)
            for form in (question.form, "all"):
                found.setdefault((form, search), []).append(score(hits, gold))
    return {
        key: tuple(sum(column) / len(rows) for column in zip(*rows, strict=True))
        for key, rows in found.items()
    }


def format_table(measured: dict[tuple[str, str], tuple[float, ...]]) -> str:
    """Return the means as a table, all questions first."""
    lines = [f"{'questions':<18}{'search':<10}" + "".join(f"{m:>26}" for m in MEASURES), "-" * 106]
    for form, search in sorted(measured, key=lambda key: (key[0] != "all", key[0])):
        values = "".join(f"{value:>26.3f}" for value in measured[form, search])
        lines.append(f"{form:<18}{search:<10}{values}")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> None:
    """Make the reports, ask, print the table."""
    parser = argparse.ArgumentParser(prog="python -m eval.search", description=__doc__)
    parser.add_argument("--reports", type=int, default=REPORTS, help="how many reports are made")
    options = parser.parse_args(argv)
    made = make(options.reports)
    folder = cache_folder() / "search" / str(options.reports)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in made.reports:
        (folder / name).write_text(text, encoding="utf-8")
    library = prepare_library(
        [folder / name for name, _ in made.reports],
        LocalEmbedder(),
        lambda line: print(line, file=sys.stderr),
    )
    print(f"{len(made.reports)} reports, {len(made.questions)} questions")
    print(format_table(measure(made, open_assistant(library, writer="extractive"))))


if __name__ == "__main__":
    main()
