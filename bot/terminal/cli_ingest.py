"""The command ``ingest``. ``register`` adds it to the application."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.notes import worded
from bot.terminal.cli_reports import JsonOption, LibraryOption, OpenLibrary
from retrieval.errors import BaogaoError

if TYPE_CHECKING:
    from retrieval.library.ingestion import IngestResult
    from retrieval.library.library import Library

LABELS = {
    "added": "新增",
    "unchanged": "未变",
    "updated": "更新",
    "duplicate": "重复",
    "refused": "拒绝",
    "skipped": "略过",
}


def register(app: typer.Typer, open_library: OpenLibrary) -> None:
    """Add the command to ``app``; ``open_library`` opens what it works on."""

    @app.command()
    def ingest(
        paths: Annotated[
            list[str] | None,
            typer.Argument(metavar="PATH|URL...", help="报告文件、文件夹、压缩包或网址"),
        ] = None,
        urls: Annotated[
            Path | None, typer.Option("--urls", metavar="FILE", help="网址清单，一行一个")
        ] = None,
        allow_private: Annotated[
            bool, typer.Option("--allow-private", help="允许读取本机和内网的网址")
        ] = False,
        prune: Annotated[
            bool, typer.Option("--prune", help="文件夹里已经没有的报告，从库中移除")
        ] = False,
        watch: Annotated[
            bool, typer.Option("--watch", help="读入后继续监视，文件一有变化就更新，按 Ctrl-C 停止")
        ] = False,
        dask: Annotated[
            str | None,
            typer.Option(
                "--dask", metavar="ADDRESS", help="向量交给这个 Dask 集群去算（大批首次入库）"
            ),
        ] = None,
        library: LibraryOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """读入报告；重复的指明与哪份相同，改过的更新，读不了的说明原因。

        能读 txt md html pdf docx doc wps，以及装着它们的 zip；类型看内容，不看后缀。

        例：baogao ingest 2023年报告/ 玉山.docx https://www.example.gov.cn/report.html
        """
        from bot.terminal.progress import ProgressBar
        from retrieval.readers.url import is_address

        given, listed = paths or [], _listed(urls) if urls else []
        if not given and not listed:
            raise typer.BadParameter("请给出报告文件、文件夹或网址，或用 --urls 给出网址清单")
        addresses = [*filter(is_address, given), *listed]
        files = [Path(words) for words in given if not is_address(words)]
        if watch and not files:
            raise typer.BadParameter("--watch 监视的是文件夹和文件，请给出路径")
        started = time.time()
        with open_library(library, create=True) as shelf, _spread(shelf, dask):
            try:
                results = shelf.ingest(
                    files,
                    ProgressBar(),
                    prune=prune,
                    addresses=addresses,
                    allow_private=allow_private,
                )
            except KeyboardInterrupt:
                shelf.refresh()
                kept = len(shelf.reports())
                raise BaogaoError(
                    f"已中断，库中现有 {kept} 份报告、仍可使用；重新运行同一命令会接着做完"
                ) from None
            _show(results, as_json=as_json)
            if watch:
                _follow(shelf, files, started, as_json=as_json, prune=prune)
                return
        if not results:
            raise BaogaoError("没有找到文件，请给出报告文件或所在的文件夹")
        if any(result.status == "refused" for result in results):
            raise typer.Exit(1)


def _show(results: Sequence[IngestResult], *, as_json: bool) -> None:
    for result in results:
        print(json_of(result) if as_json else line_of(result), flush=True)
    if not as_json and len(results) > 1:
        print(account_of(results), flush=True)


def _follow(
    shelf: Library, paths: Sequence[Path], since: float, *, as_json: bool, prune: bool
) -> None:
    """Follow the paths until Ctrl-C, and say what is held then."""
    from bot.terminal.watching import follow, rounds_of

    def tell(words: str) -> None:
        print(words, file=sys.stderr, flush=True)

    def show(results: Sequence[IngestResult]) -> None:
        _show(results, as_json=as_json)

    tell(f"正在监视 {'、'.join(map(str, paths))}，按 Ctrl-C 停止")
    try:
        follow(shelf, paths, rounds_of(paths, since), show, tell, prune=prune)
    except KeyboardInterrupt:
        shelf.refresh()
    tell(f"已停止监视，库中现有 {len(shelf.reports())} 份报告")


@contextmanager
def _spread(shelf: Library, address: str | None) -> Iterator[None]:
    """Let the cluster at ``address`` embed for the library meanwhile."""
    if address is None:
        yield
        return
    from bot.assembly import open_embedder_here
    from retrieval.search.spread_embedding import SpreadEmbedder

    own, embedder = shelf.embedder, SpreadEmbedder(address, open_embedder_here)
    shelf.embedder = embedder
    try:
        yield
    finally:
        shelf.embedder = own
        embedder.close()


def json_of(result: IngestResult) -> str:
    """Return the line of one file for machines."""
    return json.dumps({**result.to_json(), "warnings": worded(result.warnings)}, ensure_ascii=False)


def _listed(file: Path) -> list[str]:
    """Return the addresses of a list, one a line; blank lines and those with # are none."""
    from retrieval.readers.reading import read_file

    try:
        lines = read_file(file).text.splitlines()
    except BaogaoError as error:
        raise BaogaoError(f"网址清单 {file} 读不了：{error}") from error
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def line_of(result: IngestResult) -> str:
    """Return what a person reads of one file: what became of it, why, and what to mind."""
    lines = [f"{LABELS[result.status]}  {result.source}"]
    if result.reason:
        lines[0] += f"：{result.reason}"
    lines += [f"      注意：{warning}" for warning in worded(result.warnings)]
    return "\n".join(lines)


def account_of(results: Sequence[IngestResult]) -> str:
    """Return the sum of a run: ``共 12 个文件：新增 9，重复 1，拒绝 2``."""
    counts = Counter(result.status for result in results)
    parts = [f"{label} {counts[s]}" for s, label in LABELS.items() if counts[s]]  # type: ignore[index]
    return f"共 {len(results)} 个文件：{'，'.join(parts)}"
