"""``python -m eval``: ask the evaluation set, score the answers, print and save the tables."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bot.assembly import open_assistant
from eval.baseline import find_losses, load_baseline, save_baseline
from eval.cases import KINDS, BadCase, load_cases, read_sources
from eval.html_report import format_report
from eval.libraries import cache_folder, prepare_library
from eval.metrics import Source
from eval.results import to_json
from eval.rivals import build_rivals
from eval.runner import Suite, list_tree_faults, run_suite, score_trees
from eval.scoring import SuiteResult
from eval.terminal import format_failures, format_rivals, format_suite
from eval.vectors import RememberingEmbedder
from retrieval.embedding import LocalEmbedder
from retrieval.errors import BaogaoError

HERE = Path(__file__).resolve().parent
REAL, WRITTEN = HERE / "reports", HERE / "reports_written"
OUT = HERE.parent / "eval-out"
BASELINES = HERE / "baselines"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the evaluation; return 0, 1 if it got worse than the baseline, 2 for wrong usage."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.update_baseline is not None and (options.only or options.cases):
        parser.error("a baseline is made of whole suites, without --only and --cases")
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    try:
        suites = [
            _only(suite, options.only) for suite in choose_suites(options.cases, options.reports)
        ]
        runs = [_run(suite, options) for suite in suites if suite.cases]
    except BadCase as error:
        print(error, file=sys.stderr)
        return 2
    except BaogaoError as error:
        print(error, file=sys.stderr)
        return 1
    results = [ours for ours, _ in runs]
    rivals = {ours.name: others for ours, others in runs if others}
    baseline = options.baseline or BASELINES / f"{_writer(results)}.json"
    floors = load_baseline(baseline)
    losses: list[str] = []
    for result, others in runs:
        whole = options.only is None and not options.cases
        floor = floors.get(result.name) if whole else None
        print(format_suite(result, floor.scores if floor else None), end="\n\n")
        if others:
            print(format_rivals(result, others), end="\n\n")
        losses += find_losses(result, floor) if floor else []
        if options.failures:
            print(format_failures(result), end="\n\n")
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
    for loss in losses:
        print(f"worse: {loss}")
    return 1 if losses else 0


def choose_suites(files: Sequence[Path] | None, reports: Path | None) -> list[Suite]:
    """Return the suites asked for: both of ours, or given case files on a folder of reports.

    Of the case files in ``eval/cases`` those named ``written…`` are about the written reports,
    the others about the five real ones; with ``reports`` given, all files are about that folder.
    """
    given = list(files) if files else sorted((HERE / "cases").glob("*.jsonl"))
    if reports is not None and files:
        return [_suite(reports.name, given, reports)]
    written = [file for file in given if file.stem.startswith("written")]
    real = [file for file in given if file not in written]
    chosen = [("real", real, REAL), ("written", written, WRITTEN)]
    return [
        _suite(name, group, folder)
        for name, group, folder in chosen
        if group and (reports is None or reports.resolve() == folder)
    ]


def _suite(name: str, files: Sequence[Path], reports: Path) -> Suite:
    return Suite(name, load_cases(files, read_sources(reports)), reports)


def _only(suite: Suite, kind: str | None) -> Suite:
    cases = tuple(case for case in suite.cases if kind in (None, case.kind))
    return Suite(suite.name, cases, suite.reports)


def _run(suite: Suite, options: argparse.Namespace) -> tuple[SuiteResult, dict[str, SuiteResult]]:
    """Run a suite, and the rivals on it if they are asked for."""
    names = read_sources(suite.reports)
    files = [suite.reports / name for name in names]
    folder = options.library or prepare_library(files, LocalEmbedder(), _tell)
    assistant = open_assistant(folder, writer=options.writer)
    reports = [assistant.library.report(s.id) for s in assistant.library.reports()]
    sources = {r.id: Source(r.id, r.meta.source, r.text) for r in reports}
    by_name = {r.meta.source: r for r in reports}
    tree = score_trees(by_name, suite.reports / "gold")
    if options.failures:
        print(*list_tree_faults(by_name, suite.reports / "gold"), sep="\n")

    def step(done: int, total: int) -> None:
        if sys.stderr.isatty() or done == total:
            print(
                f"\r{suite.name}: {done}/{total}",
                end="\n" if done == total else "",
                file=sys.stderr,
            )

    ours = run_suite(suite, assistant, sources, tree=tree, step=step)
    rivals: dict[str, SuiteResult] = {}
    if options.rivals:
        embedder = RememberingEmbedder(LocalEmbedder(), cache_folder() / "vectors.sqlite")
        with tempfile.TemporaryDirectory() as folder:
            for rival in build_rivals(sources, embedder, Path(folder)):
                _tell(f"{suite.name}: {rival.name}")
                rivals[rival.name] = run_suite(suite, rival, sources, step=step)
    return ours, rivals


def _writer(results: Sequence[SuiteResult]) -> str:
    """Return who wrote: the model, if it wrote any answer."""
    writers = {r.answer["writer"] for suite in results for r in suite.results}
    return "llm" if "llm" in writers else "extractive"


def _tell(line: str) -> None:
    print(line, file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval", description=__doc__)
    add = parser.add_argument
    add("--cases", nargs="+", type=Path, metavar="FILE", help="case files (default: all of ours)")
    add("--reports", type=Path, metavar="DIR", help="the folder of reports the cases are about")
    add("--writer", choices=("auto", "extractive", "llm"), default="auto")
    add("--only", choices=KINDS, metavar="KIND", help=f"one kind of case: {', '.join(KINDS)}")
    add("--out", type=Path, default=OUT, metavar="DIR", help="where results.json goes")
    add("--library", type=Path, metavar="DIR", help="a library to ask instead of a cached one")
    add("--rivals", action="store_true", help="run three rival pipelines on the same questions")
    add(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="the floor to compare with (default: eval/baselines, by writer)",
    )
    add("--update-baseline", metavar="REASON", help="make this run the floor, saying why")
    add("--failures", action="store_true", help="print every failed case")
    return parser


if __name__ == "__main__":
    sys.exit(main())
