"""The ``baogao`` command. Heavy imports wait until a command needs them, so help is instant."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.model.endpoints import spell_proxies
from bot.notes import worded
from bot.terminal import (
    cli_ingest,
    cli_keeping,
    cli_looking,
    cli_model,
    cli_reports,
    cli_serving,
)
from bot.terminal.cli_reports import JsonOption, LibraryOption
from retrieval.errors import BaogaoError

if TYPE_CHECKING:
    from bot.assistant import Assistant
    from retrieval.library.library import Library

NO_WINDOWS = "不能直接在 Windows 上运行，请装在 WSL 里；浏览器仍用 Windows 的，打开同一个地址"

app = typer.Typer(
    name="baogao",
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="""言据 baogao：只依据法治政府建设年度报告回答问题，每句话注明原文出处。

\b
  baogao ingest 报告文件夹/                入库（txt md html pdf docx doc wps zip）
  baogao ask 綦江2023年列出了哪些问题      提问
  baogao chat                              连续提问
  baogao web                               在浏览器里用（也是接口）
  baogao reports                           已入库的报告

\b
环境变量（也可写在 .env）：
  BAOGAO_LIBRARY       报告库目录（默认在用户数据目录）
  OPENAI_API_KEY  OPENAI_BASE_URL  BAOGAO_MODEL     接入兼容 OpenAI 的模型（见 baogao model --help）
  BAOGAO_MODEL_DEADLINE  模型答一个问题最多用多少秒（默认 45）
  BAOGAO_PROMPT_TOKENS   一问给模型看的原文最多多少词元（默认 16000）
  BAOGAO_THOUGHT_TOKENS  会思考的模型另可用多少词元思考（默认 4000）
  BAOGAO_EMBEDDER（local|openai）  BAOGAO_EMBED_MODEL   向量模型
  BAOGAO_CHROMA_URL    使用 Chroma 服务器
  BAOGAO_DATABASE_URL  报告库放在 PostgreSQL（要装 baogao[postgres]），多个进程共用
  BAOGAO_KEEP_ANSWERS  回答记录保留多少天（默认 180，0 为不留）
  BAOGAO_OTEL=1        记录调用链（要装 baogao[otel]），不含提问和原文
  BAOGAO_DEBUG=1       内部错误显示全部详情
  BAOGAO_WEB_PASSWORD  BAOGAO_WEB_KEYS  BAOGAO_WEB_HOSTS   第一个账号 admin 的密码、接口的密钥、别的主机名
  TELEGRAM_BOT_TOKEN  BAOGAO_TELEGRAM_API
  BAOGAO_TELEGRAM_ALLOW  BAOGAO_TELEGRAM_ADMINS     Telegram 机器人
  BAOGAO_TELEGRAM_PROXY（或 https_proxy、all_proxy）  连 Telegram 的代理
""",
)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"baogao {version('baogao')}")
        raise typer.Exit


@app.callback()
def first_steps(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="显示版本")
    ] = False,
) -> None:
    """Say the three things one can do next where no command is given."""
    if version or context.invoked_subcommand is not None:
        return
    from retrieval.library.ledger import FILE

    held = (_library_folder(None) / FILE).exists()
    print("言据 baogao：只依据法治政府建设年度报告回答问题，每句话注明原文出处。\n")
    print(f"1. 放入报告{'（库中已有报告）' if held else ''}：  baogao ingest 报告文件夹/")
    print("2. 在浏览器里用：  baogao web")
    print("3. 在这里提问：    baogao ask 綦江2023年列出了哪些问题")
    print("\n全部命令：baogao --help")


@app.command()
def reports(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """列出已入库的报告。"""
    from bot.looking import report_row

    with _library(library) as shelf:
        summaries = shelf.reports()
    for summary in summaries:
        if as_json:
            _print_json(report_row(summary))
            continue
        meta = summary.meta
        place = "".join(meta.place) or "地区不详"
        year = f"{meta.year}年度" if meta.year else "年度不详"
        print(f"{summary.id}  {place} {year}  {meta.issuer}")
        print(f"    {meta.title}")
        print(f"    {meta.source}，{summary.chars}字，{summary.chunks}段")
        for warning in worded(summary.warnings):
            print(f"    注意：{warning}")


@app.command()
def sections(
    report: Annotated[str, typer.Argument(help="报告编号、文件名或“地区 年份”")],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """显示一份报告的章节树。例：baogao sections "綦江 2023" """
    from bot.formatting import cut
    from bot.terminal.screen import columns

    width = columns()
    with _library(library) as shelf:
        found = shelf.find(report)
    for leaf in found.sections:
        if as_json:
            _print_json(
                {
                    "path": list(leaf.path),
                    "level": leaf.level,
                    "role": leaf.role,
                    "kind": leaf.kind,
                    "start": leaf.start,
                    "end": leaf.end,
                }
            )
            continue
        words = " ".join(found.quote(leaf.start, leaf.end).split())
        indent = "  " * max(leaf.level - (leaf.kind != "body"), 0)
        print(cut(f"{indent}[{leaf.role}/{leaf.kind}] {words}", width))


@app.command()
def show(
    report: Annotated[str, typer.Argument(help="报告编号、文件名或“地区 年份”")],
    start: Annotated[int, typer.Option(help="起始字符位置")] = 0,
    end: Annotated[int | None, typer.Option(help="结束字符位置（不含）")] = None,
    library: LibraryOption = None,
) -> None:
    """输出一份报告存下的原文（可只取一段）。"""
    with _library(library) as shelf:
        found = shelf.find(report)
    sys.stdout.write(found.quote(max(start, 0), len(found.text) if end is None else end))
    sys.stdout.write("\n")


@app.command()
def retrieve(
    words: Annotated[list[str], typer.Argument(metavar="QUESTION", help="问题")],
    k: Annotated[int, typer.Option("--k", min=1, max=200, help="返回多少段")] = 10,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """只检索，不回答：看一个问题会用到原文哪些段落。"""
    from bot.terminal.screen import Waiting

    with Waiting("正在检索"), _assistant(library) as assistant:
        hits = assistant.retrieve(" ".join(words), k)
        titles = {s.id: s.meta for s in assistant.library.reports()}
    for rank, hit in enumerate(hits, start=1):
        chunk = hit.chunk
        if as_json:
            _print_json(
                {
                    "rank": rank,
                    "report": chunk.report,
                    "source": titles[chunk.report].source,
                    "section_path": list(chunk.path),
                    "start": chunk.start,
                    "end": chunk.end,
                    "text": chunk.text,
                    "score": round(hit.score, 6),
                }
            )
            continue
        print(f"{rank}. {chunk.context}")
        print(f"   {' '.join(chunk.text.split())}")


@app.command()
def ask(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[QUESTION]", help="问题，不加引号也可以")
    ] = None,
    writer: Annotated[
        str, typer.Option(help="auto（有模型就用）、extractive（只摘原文）或 llm")
    ] = "auto",
    batch: Annotated[Path | None, typer.Option(metavar="IN.jsonl", help="批量提问的文件")] = None,
    out: Annotated[Path | None, typer.Option(metavar="OUT.jsonl", help="批量回答写到哪里")] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """回答一个问题，或一批问题。

    例：baogao ask "what problems did 綦江 list"
    """
    cli_reports.check_writer(writer)
    question = " ".join(words or ())
    if (batch is None) == (not words):
        raise typer.BadParameter("请给出一个问题，或用 --batch 给出一批问题")
    if batch is not None:
        with _assistant(library, writer) as assistant:
            _ask_batch(assistant, batch, out)
        return
    if not question.strip():
        raise typer.BadParameter("问题是空的，例如：baogao ask 綦江2023年列出了哪些问题")
    from bot.terminal.screen import Waiting, columns

    with Waiting("正在查阅报告"), _assistant(library, writer) as assistant:
        answer = assistant.ask(question).answer
    if as_json:
        _print_json(answer.to_json())
        return
    from bot.formatting import to_terminal

    print(to_terminal(answer, columns()))
    print(f"\n（回答编号 {answer.id}，baogao why {answer.id} 看它是怎么来的）", file=sys.stderr)


@app.command()
def chat(
    writer: Annotated[str, typer.Option(help="auto、extractive 或 llm")] = "auto",
    library: LibraryOption = None,
) -> None:
    """连续提问，可以追问（“第三条展开讲讲”“换成柯桥”）；输入“新话题”重来，“退出”结束。"""
    from bot.terminal.chat import converse
    from bot.terminal.screen import Waiting

    cli_reports.check_writer(writer)
    with ExitStack() as stack:
        with Waiting("正在打开报告库"):
            assistant = stack.enter_context(_assistant(library, writer))
        converse(assistant, history=_history_file())


@app.command()
def verify(library: LibraryOption = None) -> None:
    """检查报告库是否完好。"""
    from bot.terminal.screen import Waiting

    with Waiting("正在检查"), _library(library, for_rebuild=True) as shelf:
        problems = shelf.verify()
    for problem in problems:
        print(problem)
    if problems:
        raise typer.Exit(1)
    print("报告库完好")


@app.command()
def rebuild(library: LibraryOption = None) -> None:
    """由存下的原文重建全部索引；数据库损坏时尽量救回。"""
    from bot.assembly import mend_library

    for line in mend_library(_library_folder(library), _progress()):
        print(line)
    print("已重建")


@app.command()
def why(
    answer_id: Annotated[str, typer.Argument(help="回答编号（baogao ask 末行，或 --json 的 id）")],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """说明一个回答是怎么来的：怎么理解问题、查了哪里、哪些话被核对拦下。"""
    with _assistant(library, "extractive") as assistant:
        record = assistant.why(answer_id)
    if as_json:
        _print_json(record)
        return
    from bot.chats.why import why_lines

    print("\n".join(why_lines(record)))


@app.command()
def telegram(
    pair: Annotated[bool, typer.Option("--pair", help="启动时打印一次性配对码")] = False,
    library: LibraryOption = None,
) -> None:
    """启动 Telegram 机器人（需要 TELEGRAM_BOT_TOKEN）；默认只答名单里的人，配对码见终端。"""
    from bot.assembly import open_assistant
    from bot.chats.conversations import chats_path
    from bot.settings import Settings
    from bot.telegram.app import run

    folder = _library_folder(library)
    settings = Settings()
    key = settings.openai_api_key
    started = {"state_path": chats_path(folder), "pair": pair}
    bot = settings.telegram.model_copy(update=started)
    code = run(bot, lambda: open_assistant(folder, create=True), secrets=(key,) if key else ())
    if code:
        raise typer.Exit(code)


@app.command()
def feedback(
    verdict: Annotated[str | None, typer.Option(help="只看 good 或 wrong")] = None,
    export: Annotated[
        Path | None, typer.Option(metavar="CASES.jsonl", help="把“不对”的导出为评测题")
    ] = None,
    library: LibraryOption = None,
) -> None:
    """列出用户在 Telegram 和网页里点的 👍 / 不对，或导出为评测题。"""
    from bot.chats.conversations import chats_path, page_chats_path
    from bot.chats.feedback import export_cases, list_lines
    from bot.chats.shared import PAGE_SCHEMA, SCHEMA, open_chats
    from bot.settings import Settings

    folder = _library_folder(library)
    lines, cases = [], []
    url = Settings().database_url
    for name, path, shared, schema in (
        ("telegram", chats_path(folder), url, SCHEMA),
        ("web", page_chats_path(folder), None, PAGE_SCHEMA),
        *((("web", page_chats_path(folder), url, PAGE_SCHEMA),) if url else ()),
    ):
        if shared or path.exists():
            with closing(open_chats(path, shared, schema=schema)) as store:
                lines += [f"{name}  {line}" for line in list_lines(store, verdict)]
                rows = export_cases(store, verdict or "wrong")
                cases += [{**row, "id": f"{name}-{row['id']}"} for row in rows]
    if export is None:
        print("\n".join(lines) or "还没有反馈")
    else:
        told = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases)
        export.write_text(told, "utf-8")
        print(f"已导出{len(cases)}条到 {export}")


# ---- helpers --------------------------------------------------------------------------------


def main() -> None:
    """Run the command line; every expected error is one sentence on stderr and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if sys.platform.startswith("win"):  # the library's locks are those of POSIX
        print(f"baogao: {NO_WINDOWS}", file=sys.stderr)
        sys.exit(1)
    spell_proxies(os.environ)
    try:
        app()
    except BaogaoError as error:
        print(f"baogao: {error}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:
        if _shows_details():
            raise
        print(
            f"baogao: 出现内部错误（{type(error).__name__}），已停下，报告库没有受损；"
            "设置 BAOGAO_DEBUG=1 再运行可看到详情",
            file=sys.stderr,
        )
        sys.exit(1)
    except KeyboardInterrupt:
        print("已中断", file=sys.stderr)
        sys.exit(1)


def _shows_details() -> bool:
    """Tell whether ``BAOGAO_DEBUG`` asks for the trace of an internal error."""
    from bot.settings import Settings

    with suppress(BaogaoError):
        return Settings().debug
    return False


def _ask_batch(assistant: Assistant, source: Path, target: Path | None) -> None:
    """Answer a file of questions in one process, in order; ``history`` is asked first."""
    from bot.terminal.batch import answer_batch
    from bot.terminal.screen import Waiting

    try:
        lines = source.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BaogaoError(f"读不了 {source}：{error}；需要 UTF-8 的 JSONL 文件") from error
    stream = target.open("w", encoding="utf-8") if target else sys.stdout
    try:
        with Waiting("正在逐题回答") as waiting:
            for number, row in enumerate(answer_batch(assistant, lines), 1):
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")
                waiting.tell(f"已答{number}题，共{len(lines)}行")
    finally:
        if target:
            stream.close()


def _history_file() -> Path | None:
    """Where the questions typed in ``chat`` are kept; None where nothing is to be kept."""
    from bot.settings import Settings

    return Path(typer.get_app_dir("baogao")) / "chat_history" if Settings().keep_days else None


def _library_folder(library: Path | None) -> Path:
    from bot.settings import Settings

    if library is not None:
        return library
    return Settings().library or Path(typer.get_app_dir("baogao")) / "library"


@contextmanager
def _library(
    library: Path | None, *, create: bool = False, for_rebuild: bool = False
) -> Iterator[Library]:
    from bot.assembly import open_library

    shelf = open_library(_library_folder(library), create=create, for_rebuild=for_rebuild)
    try:
        yield shelf
    finally:
        shelf.close()


@contextmanager
def _assistant(library: Path | None, writer: str = "auto") -> Iterator[Assistant]:
    from bot.assembly import open_assistant

    assistant = open_assistant(_library_folder(library), writer=writer)
    try:
        yield assistant
    finally:
        assistant.library.close()


def _progress() -> Callable[[Any], None]:
    from bot.terminal.progress import ProgressBar

    return ProgressBar()


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False))


cli_reports.register(app, _assistant, _library)
cli_looking.register(app, _assistant, _library)
cli_ingest.register(app, _library)
cli_serving.register(app, _library_folder)
cli_keeping.register(app, _library, _library_folder)
cli_model.register(app, _library_folder)


if __name__ == "__main__":
    main()
