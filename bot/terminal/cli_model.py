"""The command ``model``: what is set, and with ``--check`` what the endpoint can do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.terminal.cli_reports import JsonOption, LibraryOption
from retrieval.errors import BaogaoError, LibraryMissing

if TYPE_CHECKING:
    from bot.model.checkup import Finding

_MARKS = {"ok": "✓", "told": "·", "slow": "!", "failed": "✗"}


def register(app: typer.Typer, folder_of: Callable[[Path | None], Path]) -> None:
    """Add the command to ``app``; ``folder_of`` tells where the library is."""

    @app.command()
    def model(
        check: Annotated[bool, typer.Option("--check", help="真的调用接口，逐项试一遍")] = False,
        library: LibraryOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """看模型怎么设的；加 --check 试一遍：对话、流式、速度、思考、JSON、向量。

        \b
        没有模型也能用：回答摘自原文。接上模型要设三项（写在 .env 里即可）：
          OPENAI_API_KEY   密钥；本机的服务不用
          OPENAI_BASE_URL  地址；不设就是 OpenAI
          BAOGAO_MODEL     模型名

        \b
        例：
          DeepSeek   OPENAI_BASE_URL=https://api.deepseek.com      BAOGAO_MODEL=deepseek-chat
          通义千问   OPENAI_BASE_URL=https://dashscope.aliyuncs.com/compatible-mode/v1
                     BAOGAO_MODEL=qwen-plus
          Ollama     OPENAI_BASE_URL=http://127.0.0.1:11434        BAOGAO_MODEL=qwen3:8b
          llama.cpp、vLLM  OPENAI_BASE_URL=http://127.0.0.1:8080   BAOGAO_MODEL=服务里的名字

        \b
        常见情况：
          要走代理       HTTPS_PROXY=http://… 或 ALL_PROXY=socks5://…；本机地址不走代理
          内网自签证书   SSL_CERT_FILE=根证书.pem
          总是超时       调大 BAOGAO_MODEL_DEADLINE（秒）
          会思考的模型   思考另有篇幅，BAOGAO_THOUGHT_TOKENS（默认 4000 词元）
          向量也用接口   BAOGAO_EMBEDDER=openai BAOGAO_EMBED_MODEL=…，换了要 baogao rebuild

        试的时候会发出两三句自带的例句，不发报告原文。能用时退出码为 0，不能用为 1。
        """
        failed = False
        for finding in _findings(folder_of(library), check=check):
            failed = failed or finding.verdict == "failed"
            if as_json:
                row = {"name": finding.name, "verdict": finding.verdict, "text": finding.text}
                print(json.dumps(row | dict(finding.facts), ensure_ascii=False), flush=True)
            else:
                print(f"{_MARKS[finding.verdict]} {finding.name}：{finding.text}", flush=True)
        if not as_json:
            print(_conclusion(check=check, failed=failed))
        if failed:
            raise typer.Exit(1)


def _conclusion(*, check: bool, failed: bool) -> str:
    if failed:
        return "带 ✗ 的用不了；没有模型或向量时，仍可摘原文回答、按字词检索。"
    return "可以使用。" if check else "加 --check 真的试一遍。"


def _findings(folder: Path, *, check: bool) -> Iterator[Finding]:
    from bot.assembly import DEFAULT_MODEL, open_embedder
    from bot.model.checkup import Finding, check_chat, check_embedder, told_settings
    from bot.model.llm import OpenAIChat
    from bot.settings import Settings, apply_network

    apply_network()
    settings = Settings()
    key, url, name = settings.openai_api_key, settings.openai_base_url, settings.model
    if not key and not url:
        text = "没有设置，回答摘自原文；设置方法见 baogao model --help"
        yield Finding("模型", "told", text, {"model": None})
    else:
        usable = True
        for finding in told_settings(key, url, name or f"{DEFAULT_MODEL}（没有设置 BAOGAO_MODEL）"):
            usable = usable and finding.verdict != "failed"
            yield finding
        if check and usable:
            chat = OpenAIChat.at(
                key, url, name or DEFAULT_MODEL, thought_tokens=settings.thought_tokens
            )
            yield from check_chat(chat, deadline_s=settings.model_deadline_s)
    if not check:
        where = "内置" if settings.embedder == "local" else settings.embed_model or "没有指明"
        yield Finding("向量", "told", where, {"embedder": settings.embedder})
        return
    try:
        embedder = open_embedder(settings)
    except BaogaoError as error:
        yield Finding("向量", "failed", str(error), {"error": str(error)})
        return
    finding = check_embedder(embedder)
    yield finding
    if finding.verdict == "ok":
        yield from _library_findings(folder)


def _library_findings(folder: Path) -> Iterator[Finding]:
    """Tell whether the vectors of the library are those of the embedder that is set."""
    from bot.assembly import open_library
    from bot.model.checkup import Finding

    try:
        with open_library(folder) as library:
            library.embed_query("行政复议")
            reason = library.words_only_in(None)
    except LibraryMissing:
        return
    except BaogaoError as error:
        yield Finding("报告库", "failed", str(error), {"error": str(error)})
        return
    if reason is None:
        yield Finding("报告库", "ok", "向量齐全，与设置一致", {"vectors": True})
    else:
        fix = "再运行一次 baogao ingest" if reason.kind == "no_vectors" else "运行 baogao rebuild"
        yield Finding("报告库", "slow", f"向量不能用，请{fix}", {"vectors": False})
