"""HTTP requests to the Bot API whose replies are looked at before anything is made of them.

A captive portal or a broken proxy answers 200 with a page of its own, a half-written server with
JSON of another shape. python-telegram-bot raises whatever its parsing stumbles over, or hands the
odd value on. Here a reply that is not the Bot API's is one kind of failure, named as such.
"""

from __future__ import annotations

import json
import ssl
from pathlib import Path
from typing import Any

from telegram.error import NetworkError, TelegramError
from telegram.request import HTTPXRequest

from retrieval.errors import ConfigurationError

RESULTS: dict[str, type] = {
    "getUpdates": list,
    "getMe": dict,
    "getFile": dict,
    "sendMessage": dict,
    "sendPhoto": dict,
    "sendDocument": dict,
}  # of the methods whose result is used


class NotTelegrams(NetworkError):
    """A success that is not Telegram's JSON: somebody in between answered, nothing was done."""


class OddResult(TelegramError):
    """Telegram's own success with a result of another shape: it may have been done."""


class StrictRequest(HTTPXRequest):
    """python-telegram-bot's requests, raising ``NotTelegrams`` or ``OddResult`` for odd successes.

    ``proxy`` and ``certificates`` are those of the settings: what the environment says of either
    was read with them.
    """

    def __init__(self, *, proxy: str | None = None, certificates: str = "", **options: Any) -> None:
        trusted: dict[str, Any] = {}
        if certificates:
            folder = Path(certificates).is_dir()
            try:
                trusted["verify"] = ssl.create_default_context(
                    cafile=None if folder else certificates,
                    capath=certificates if folder else None,
                )
            except OSError as exc:
                raise ConfigurationError(f"SSL_CERT_FILE 读不了：{certificates}") from exc
        super().__init__(proxy=proxy, httpx_kwargs={"trust_env": False, **trusted}, **options)

    async def do_request(
        self, url: str, method: str, *args: Any, **kwargs: Any
    ) -> tuple[int, bytes]:
        """Send a request; the body of a success to a POST is sound when this returns."""
        status, body = await super().do_request(url, method, *args, **kwargs)
        if method == "POST" and 200 <= status < 300:
            check_success(url.rsplit("/", 1)[-1], body)
        return status, body

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read the JSON object of a reply; raise ``NotTelegrams`` for anything else."""
        try:
            values = json.loads(payload.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            raise NotTelegrams("not JSON") from None
        if not isinstance(values, dict):
            raise NotTelegrams("not an object")
        parameters = values.get("parameters")
        if parameters is not None and not isinstance(parameters, dict):
            values["parameters"] = None
        return values


def check_success(method: str, body: bytes) -> None:
    """Check the body of a 2xx to a method of the Bot API."""
    values = StrictRequest.parse_json_payload(body)
    if values.get("ok") is not True:
        raise NotTelegrams("not ok")
    result = values.get("result")
    expected = RESULTS.get(method)
    if "result" not in values or (expected is not None and not isinstance(result, expected)):
        raise OddResult(f"{method}: {type(result).__name__}")
    if method.startswith("send") and isinstance(result, dict):
        number = result.get("message_id")
        if not isinstance(number, int) or isinstance(number, bool):
            raise OddResult(f"{method}: no message id")
