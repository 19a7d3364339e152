"""Other programs' clients: the real openai client against a real server, the real mcp client."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from answering import assistant_over
from mcp import Client
from web_server import TEXTS, loopback_server

from bot.mcp.server import build_server

QUESTION = "青山县2023年存在哪些问题"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[openai.OpenAI]:
    with (
        loopback_server(tmp_path_factory.mktemp("served")) as address,
        openai.OpenAI(api_key="none", base_url=f"{address}/v1", max_retries=0) as made,
    ):
        yield made


def said(client: openai.OpenAI, *questions: str) -> Any:
    messages: list[Any] = [{"role": "system", "content": "Be brief."}]
    for question in questions:
        messages += [{"role": "user", "content": question}, {"role": "assistant", "content": "…"}]
    return client.chat.completions.create(model="baogao", messages=messages[:-1])


def test_the_openai_client_lists_and_asks(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["baogao"]
    reply = said(client, QUESTION)
    content = reply.choices[0].message.content
    assert "执法力量不足" in content
    assert "[1]" in content
    assert "出处" in content
    citations = reply.choices[0].message.model_extra["citations"]
    assert citations[0]["quote"] in TEXTS["青山.txt"]
    assert reply.usage.total_tokens == 0


def test_the_openai_client_streams_the_same_words(client: openai.OpenAI) -> None:
    chunks = list(
        client.chat.completions.create(
            model="baogao", messages=[{"role": "user", "content": QUESTION}], stream=True
        )
    )
    text = "".join(c.choices[0].delta.content or "" for c in chunks)
    assert text == said(client, QUESTION).choices[0].message.content
    assert len(chunks) > 4
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert chunks[-1].model_extra["citations"]


def test_earlier_messages_are_the_conversation(client: openai.OpenAI) -> None:
    for _ in range(2):  # found again, then remembered
        reply = said(client, "青山县2023年持证率是多少", "那出庭率呢")
        assert "100%" in reply.choices[0].message.content


def test_parts_of_a_message_are_its_text(client: openai.OpenAI) -> None:
    parts = [{"type": "text", "text": QUESTION}]
    reply = client.chat.completions.create(
        model="baogao", messages=[{"role": "user", "content": parts}]
    )
    assert "执法力量不足" in str(reply.choices[0].message.content)


def test_wrong_requests_are_the_clients_errors(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="没有用户的问题"):
        client.chat.completions.create(model="x", messages=[{"role": "system", "content": "x"}])
    with pytest.raises(openai.NotFoundError):
        client.embeddings.create(model="x", input="x")


@pytest.mark.slow
def test_the_mcp_client_finds_and_uses_every_tool(tmp_path: Path) -> None:
    async def use(server: Any) -> None:
        async with Client(server) as agent:
            tools = {tool.name for tool in (await agent.list_tools()).tools}
            assert tools == {"ask", "search", "list_reports", "read_passage", "compare"}

            async def call(tool: str, **given: Any) -> Any:
                result = await agent.call_tool(tool, given)
                assert not result.is_error, result.content
                return result.structured_content

            answer = await call("ask", question=QUESTION)
            cited = answer["citations"][0]
            read = await call(
                "read_passage", report=cited["report"], start=cited["start"], end=cited["end"]
            )
            assert read["text"] == cited["quote"]
            held = await call("list_reports", place="白水")
            assert [row["source"] for row in held["result"]] == ["白水.txt"]
            found = await call("search", words=["首违不罚"])
            assert [row["count"] for row in found["result"]] == [1, 1]
            table = await call("compare", question="对比青山县和白水县2023年受理矛盾纠纷数")
            assert "860件" in str(table["table"])
            followed = await call(
                "ask", question="那出庭率呢", history=["青山县2023年持证率是多少"]
            )
            assert "100%" in followed["answer"]
            wrong = await agent.call_tool("read_passage", {"report": "无此报告"})
            assert wrong.is_error
            assert "无此报告" in str(wrong.content)

    with assistant_over(tmp_path, TEXTS) as assistant:
        asyncio.run(use(build_server(assistant)))
