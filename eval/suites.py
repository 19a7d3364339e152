"""The suites: which cases are asked on which reports, and a suite opened to be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.assembly import open_assistant
from bot.assistant import Assistant
from eval.cases import list_sources, load_cases, read_sources
from eval.libraries import prepare_library
from eval.metrics import Source
from eval.runner import Suite
from retrieval.documents import Report
from retrieval.search.embedding import LocalEmbedder

HERE = Path(__file__).resolve().parent
REAL, WRITTEN = HERE / "reports", HERE / "reports_written"


@dataclass(frozen=True, slots=True)
class OpenSuite:
    """A suite with an assistant over exactly its reports; ``sources`` are by report id."""

    suite: Suite
    files: tuple[Path, ...]
    assistant: Assistant
    sources: Mapping[str, Source]
    reports: Mapping[str, Report]

    @property
    def gold_trees(self) -> Path:
        """Folder of the gold section trees; it need not exist."""
        return self.suite.reports[0] / "gold"


def choose_suites(files: Sequence[Path] | None, *reports: Path) -> list[Suite]:
    """Return the suites asked for: both of ours, or given case files on folders of reports.

    Of the case files in ``eval/cases`` those named ``written…`` are about the written reports,
    the others about the five real ones; with ``reports`` given, all files are about those folders.
    """
    given = list(files) if files else sorted((HERE / "cases").glob("*.jsonl"))
    if reports and files:
        return [_load(reports[0].name, given, *reports)]
    written = [file for file in given if file.stem.startswith("written")]
    real = [file for file in given if file not in written]
    chosen = [("real", real, REAL), ("written", written, WRITTEN)]
    return [
        _load(name, group, folder)
        for name, group, folder in chosen
        if group and (not reports or folder in [path.resolve() for path in reports])
    ]


def open_suite(
    suite: Suite, *, writer: str, library: Path | None, tell: Callable[[str], None]
) -> OpenSuite:
    """Open a suite on ``library``, or on a cached one that is made or remade if need be.

    Raises the library's errors, each a sentence for people.
    """
    files = tuple(list_sources(*suite.reports))
    folder = library or prepare_library(files, LocalEmbedder(), tell)
    assistant = open_assistant(folder, writer=writer)
    held = [assistant.library.report(summary.id) for summary in assistant.library.reports()]
    sources = {report.id: Source(report.id, report.meta.source, report.text) for report in held}
    return OpenSuite(suite, files, assistant, sources, {r.meta.source: r for r in held})


def _load(name: str, files: Sequence[Path], *reports: Path) -> Suite:
    return Suite(name, load_cases(files, read_sources(*reports)), reports)
