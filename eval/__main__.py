"""``python -m eval``: ask the evaluation set, score the answers, print and save the tables."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from bot.assistant import Assistant
from eval.ablations import list_ablations
from eval.baseline import find_losses, load_baseline, save_baseline
from eval.blind import Card, format_cards, read_cards, today
from eval.cases import KINDS, BadCase, list_sources
from eval.html_report import format_report
from eval.libraries import cache_folder, prepare_library
from eval.parts import (
    PARTS,
    SCOPE,
    WATCHED,
    ask_all,
    format_worths,
    named_parts,
    watched,
    weigh_part,
)
from eval.results import to_json
from eval.rivals import build_rivals
from eval.runner import Suite, list_tree_faults, run_suite, score_trees
from eval.scoring import SuiteResult
from eval.squad import BadSquad, format_squad, read_squad, score_squad, write_documents
from eval.suites import HERE, REAL, WRITTEN, OpenSuite, choose_suites, open_suite
from eval.terminal import (
    format_failures,
    format_faults,
    format_side_by_side,
    format_suite,
    format_writers,
)
from eval.unheld import sample_unheld
from eval.vectors import RememberingEmbedder
from retrieval.errors import BaogaoError
from retrieval.library.library import Library
from retrieval.search.embedding import LocalEmbedder

OUT = HERE.parent / "eval-out"
BASELINES = HERE / "baselines"
BLIND = HERE / "blind"
MOST_SAID_CASE_BY_CASE = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; return 0, 1 if worse than the baseline, 2 for wrong usage or files."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.update_baseline is not None and (options.only or options.cases or options.limit):
        parser.error("a baseline is made of whole suites, without --only, --cases and --limit")
    try:
        named_parts(options.without or ())
    except ValueError as error:
        parser.error(str(error))
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    try:
        if options.squad:
            return run_squad(options)
        if options.blind:
            return run_blind(options)
        reports = [options.reports] if options.reports else []
        suites = [_only(s, options.only) for s in choose_suites(options.cases, *reports)]
        suites = [_sampled(suite, options.limit) for suite in suites if suite.cases]
        if options.without:
            return run_without(suites, options)
        return run_ablations(suites, options) if options.ablations else run(suites, options)
    except (BadCase, BadSquad) as error:
        _tell(str(error))
        return 2
    except BaogaoError as error:
        _tell(str(error))
        return 1


def run(suites: Sequence[Suite], options: argparse.Namespace) -> int:
    """Score the product on ``suites``, with rivals if asked for; print, save, compare."""
    results: list[SuiteResult] = []
    rivals: dict[str, dict[str, SuiteResult]] = {}
    writers: dict[str, dict[str, SuiteResult]] = {}
    for suite in suites:
        opened = _open(suite, options)
        extra = score_trees(opened.reports, opened.gold_trees)
        if _is_whole(options):
            extra["unheld_answered"] = sample_unheld(opened.assistant)
        if options.failures:
            for fault in list_tree_faults(opened.reports, opened.gold_trees):
                print(fault)
        step = _Counter(suite.name)
        results.append(run_suite(suite, opened.assistant, opened.sources, tree=extra, step=step))
        if any(r.answer["writer"] == "llm" for r in results[-1].results):
            writers[suite.name] = {"extractive": _without_model(opened), "llm": results[-1]}
        if options.rivals:
            rivals[suite.name] = _run_rivals(opened)
    baseline = options.baseline or BASELINES / f"{_writer(results)}.json"
    floors = load_baseline(baseline) if _is_whole(options) else {}
    for result in results:
        floor = floors.get(result.name)
        print(format_suite(result, floor.scores if floor else None), end="\n\n")
        if result.name in rivals:
            print(format_side_by_side({"baogao": result, **rivals[result.name]}), end="\n\n")
        if result.name in writers:
            print(format_writers(writers[result.name]), end="\n\n")
        if options.failures:
            print(format_failures(result), end="\n\n")
            print(format_faults(result), end="\n\n")
    # Saved also when it got worse: the page is where one looks why.
    options.out.mkdir(parents=True, exist_ok=True)
    about = {"writer": options.writer, "only": options.only}
    text = json.dumps(to_json(results, about, rivals), ensure_ascii=False, indent=1)
    (options.out / "results.json").write_text(text + "\n", encoding="utf-8")
    page = format_report(results, floors, rivals)
    (options.out / "report.html").write_text(page, encoding="utf-8")
    _tell(f"saved: {options.out}/results.json and report.html")
    if options.update_baseline is not None:
        save_baseline(baseline, results, options.update_baseline)
        _tell(f"new baseline: {baseline}")
        return 0
    losses = [line for r in results if r.name in floors for line in find_losses(r, floors[r.name])]
    for loss in losses:
        print(f"worse: {loss}")
    return 1 if losses else 0


def run_ablations(suites: Sequence[Suite], options: argparse.Namespace) -> int:
    """Score the product with one part off after the other; print them side by side."""
    for suite in suites:
        opened = open_suite(suite, writer="extractive", library=options.library, tell=_tell)
        scored: dict[str, SuiteResult] = {}
        with tempfile.TemporaryDirectory() as folder:
            ablations = list_ablations(
                opened.assistant.library, opened.files, _embedder(), Path(folder)
            )
            for ablation in ablations:
                step = _Counter(f"{suite.name}: {ablation.name}")
                scored[ablation.name] = run_suite(
                    suite, ablation.assistant, opened.sources, step=step
                )
        print(f"{suite.name}, what each part brings", end="\n\n")
        print(format_side_by_side(scored, across=False), end="\n\n")
    return 0


def run_blind(options: argparse.Namespace) -> int:
    """Ask each blind set; print its first run beside today's."""
    rows = []
    for card, suite in _blind_suites():
        opened = _open(suite, options)
        scored = run_suite(suite, opened.assistant, opened.sources, step=_Counter(card.name))
        rows.append((card, today(scored)))
    print(format_cards(rows))
    return 0


def run_without(suites: Sequence[Suite], options: argparse.Namespace) -> int:
    """Score the product without one part after the other; print what is lost and gained."""
    suites = [*suites, *(suite for _, suite in _blind_suites())] if _is_whole(options) else suites
    parts = named_parts(options.without)
    watch = watched(parts)
    embedder, asked = _embedder(), []
    every = -(-sum(len(suite.cases) for suite in suites) // WATCHED) if watch else 1
    for suite in suites:
        folder = options.library or prepare_library(
            list_sources(*suite.reports), LocalEmbedder(), _tell
        )
        library = Library.open(folder, embedder=embedder)
        asked.append((library, ask_all(suite.cases[::every], Assistant(library), watch)))
        _tell(f"asked as it is: {len(asked)} of {len(suites)} sets of reports")
    worths = []
    for part in parts:
        worths.append(weigh_part(part, asked, watch))
        _tell(format_worths(worths[-1:]).splitlines()[-1])
    print(format_worths(worths))
    if len(worths) <= MOST_SAID_CASE_BY_CASE:
        for worth in worths:
            print(f"\n{worth.part}: lost {', '.join(worth.lost) or '–'}")
            print(f"{worth.part}: gained {', '.join(worth.gained) or '–'}")
    return 0


def run_squad(options: argparse.Namespace) -> int:
    """Score a public reading-comprehension file on a library of its contexts."""
    questions = read_squad(options.squad, options.limit)
    with tempfile.TemporaryDirectory() as folder:
        files = write_documents(questions, Path(folder))
        library = prepare_library(files, LocalEmbedder(), _tell)
    suite = Suite(options.squad.stem, (), ())
    opened = open_suite(suite, writer=options.writer, library=library, tell=_tell)
    print(format_squad(score_squad(questions, opened.assistant, _Counter(suite.name))))
    return 0


def _blind_suites() -> Iterator[tuple[Card, Suite]]:
    for card in read_cards(BLIND, {"real": REAL, "written": WRITTEN}):
        yield card, choose_suites([card.cases], *card.reports)[0]


def _is_whole(options: argparse.Namespace) -> bool:
    return options.only is None and not options.cases and options.limit is None


def _run_rivals(opened: OpenSuite) -> dict[str, SuiteResult]:
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for rival in build_rivals(opened.sources, _embedder(), Path(folder)):
            step = _Counter(f"{opened.suite.name}: {rival.name}")
            results[rival.name] = run_suite(opened.suite, rival, opened.sources, step=step)
    return results


def _without_model(opened: OpenSuite) -> SuiteResult:
    """Score the extractive writer on the cases that a model has just been asked."""
    assistant = Assistant(opened.assistant.library)
    step = _Counter(f"{opened.suite.name}: extractive")
    return run_suite(opened.suite, assistant, opened.sources, step=step)


def _open(suite: Suite, options: argparse.Namespace) -> OpenSuite:
    return open_suite(suite, writer=options.writer, library=options.library, tell=_tell)


def _embedder() -> RememberingEmbedder:
    return RememberingEmbedder(LocalEmbedder(), cache_folder() / "vectors.sqlite")


def _only(suite: Suite, kind: str | None) -> Suite:
    return replace(suite, cases=tuple(c for c in suite.cases if kind in (None, c.kind)))


def _sampled(suite: Suite, limit: int | None) -> Suite:
    """Return every k-th case, so that a small sample has all kinds and all reports."""
    if limit is None or limit >= len(suite.cases):
        return suite
    step = len(suite.cases) / limit
    return replace(suite, cases=tuple(suite.cases[int(i * step)] for i in range(limit)))


def _writer(results: Sequence[SuiteResult]) -> str:
    """Return who wrote: the model, if it wrote any answer."""
    writers = {r.answer["writer"] for suite in results for r in suite.results}
    return "llm" if "llm" in writers else "extractive"


class _Counter:
    """Shows how far a run is on stderr: counting on a terminal, one line elsewhere."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, done: int, total: int) -> None:
        if sys.stderr.isatty() or done == total:
            end = "\n" if done == total else ""
            print(f"\r{self._name}: {done}/{total}", end=end, file=sys.stderr, flush=True)


def _tell(line: str) -> None:
    print(line, file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval", description=__doc__)
    add = parser.add_argument
    add("--cases", nargs="+", type=Path, metavar="FILE", help="case files (default: all of ours)")
    add("--reports", type=Path, metavar="DIR", help="the folder of reports the cases are about")
    add("--writer", choices=("auto", "extractive", "llm"), default="auto")
    add("--only", metavar="KIND", help=f"one kind of case: {', '.join(KINDS)}")
    add("--failures", action="store_true", help="print every failed case and loose citation")
    add("--out", type=Path, default=OUT, metavar="DIR", help="where results.json goes")
    add("--library", type=Path, metavar="DIR", help="a library to ask instead of a cached one")
    add("--rivals", action="store_true", help="run three rival pipelines on the same questions")
    add("--ablations", action="store_true", help="run with one part off after the other instead")
    parts = (
        f"what parts earn, blind sets included: some of {', '.join(PARTS)}; a room or a module "
        f"({', '.join(SCOPE)}) for each of its functions and patterns; one of these "
        "(module:name); if: before a room or a module for each of its conditions; or all"
    )
    add("--without", nargs="+", metavar="PART", help=parts)
    add("--blind", action="store_true", help="ask the blind sets instead: first run and today")
    add("--squad", type=Path, metavar="FILE", help="score a SQuAD-format file instead")
    add(
        "--limit",
        type=int,
        metavar="N",
        help="ask only N questions, evenly spread (of --squad: the first N)",
    )
    floor = "the floor to compare with (default: eval/baselines, by writer)"
    add("--baseline", type=Path, metavar="FILE", help=floor)
    add("--update-baseline", metavar="REASON", help="make this run the floor, saying why")
    return parser


if __name__ == "__main__":
    sys.exit(main())
