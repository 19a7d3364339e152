"""What the bot needs to start: the group of ``bot.settings.Settings`` that is its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from bot.chats.limits import Limits
from bot.records import KEEP_DAYS
from retrieval.errors import ConfigurationError

PER_MINUTE, PER_DAY, PER_DAY_ALL = 60, 500, 5_000
DEFAULT_API = "https://api.telegram.org"
_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{1,100}")
_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")
_SECRET = re.compile(r"[A-Za-z0-9_-]{32,256}")


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram shall push updates: its public address, and ours behind the proxy."""

    url: str
    host: str
    port: int
    secret: str = field(repr=False)


class TelegramSettings(Limits):
    """The bot's settings, by the names of their variables or by their own.

    ``allow`` and ``admins`` are ids of users (positive) and groups (negative); both empty means
    closed, but for those let in by pairing. ``state_path`` is the chats' SQLite file; with
    ``database_url`` it holds the inbox, and all else of the chats is in that PostgreSQL.
    ``pair`` asks for a pairing code at the start. ``health`` is ``host:port`` for operators'
    checks, empty for none; ``proxy`` is the address of the one to go through, None for none;
    ``certificates`` names a file or folder of root certificates to trust in place of the usual
    ones, empty for those. Times in seconds.
    """

    token: str = Field(alias="TELEGRAM_BOT_TOKEN", repr=False)
    api: str = Field(DEFAULT_API, alias="BAOGAO_TELEGRAM_API")
    allow: frozenset[int] = Field(frozenset(), alias="BAOGAO_TELEGRAM_ALLOW")
    admins: frozenset[int] = Field(frozenset(), alias="BAOGAO_TELEGRAM_ADMINS")
    proxy: str | None = Field(None, alias="BAOGAO_TELEGRAM_PROXY", repr=False)
    certificates: str = ""
    per_minute: int = Field(PER_MINUTE, alias="BAOGAO_TELEGRAM_PER_MINUTE")
    per_day: int = Field(PER_DAY, alias="BAOGAO_TELEGRAM_PER_DAY")
    per_day_all: int = Field(PER_DAY_ALL, alias="BAOGAO_TELEGRAM_PER_DAY_ALL")
    webhook: Webhook | None = None
    health: str = Field("", alias="BAOGAO_TELEGRAM_HEALTH")
    log_level: str = Field("INFO", alias="BAOGAO_LOG_LEVEL")
    state_path: Path = Path("chats.sqlite")
    database_url: str | None = Field(None, repr=False)
    keep_days: int = KEEP_DAYS
    pair: bool = False
    concurrency: int = 64
    poll_timeout_s: int = 30
    conflict_limit_s: float = 15.0
    stop_within_s: float = 10.0
    max_age_s: float = 43_200.0

    @classmethod
    def prepared(cls, held: dict[str, str]) -> Mapping[str, Any]:
        """Add the proxy, the certificates and the webhook; there must be a token."""
        held = {name: value.strip() for name, value in held.items() if value.strip()}
        token = held.get("TELEGRAM_BOT_TOKEN", "")
        if not token:
            raise ConfigurationError("未设置 TELEGRAM_BOT_TOKEN：请向 @BotFather 申请机器人令牌。")
        if not _TOKEN.fullmatch(token):
            raise ConfigurationError("TELEGRAM_BOT_TOKEN 的格式不对，应为“数字:字符”。")
        proxy = _proxy(held, held.get("BAOGAO_TELEGRAM_API", DEFAULT_API))
        followed = {"certificates": _certificates(held), "webhook": _webhook(held)}
        return {**held, **followed, "BAOGAO_TELEGRAM_PROXY": proxy}

    @field_validator("api")
    @classmethod
    def _address(cls, api: str) -> str:
        if not api.startswith(("http://", "https://")):
            raise ConfigurationError("BAOGAO_TELEGRAM_API 应以 http:// 或 https:// 开头。")
        return api.rstrip("/")

    @field_validator("allow", "admins", mode="before")
    @classmethod
    def _ids(cls, value: object, info: ValidationInfo) -> object:
        return parse_ids(value, _named(cls, info)) if isinstance(value, str) else value

    @field_validator("per_minute", "per_day", "per_day_all", mode="before")
    @classmethod
    def _count(cls, value: object, info: ValidationInfo) -> object:
        if isinstance(value, str) and not (re.fullmatch("[0-9]{1,7}", value) and int(value)):
            raise ConfigurationError(f"{_named(cls, info)} 应为正整数。")
        return value

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        return value.upper()


def _named(group: type[BaseModel], info: ValidationInfo) -> str:
    """Return the name of the variable that a field is set by."""
    return group.model_fields[info.field_name or ""].alias or ""


def parse_ids(text: str, name: str) -> frozenset[int]:
    """Read comma-separated ids; empty is nobody, anything but whole numbers is refused."""
    ids = set()
    for item in re.split(r"[,，\s]+", text.strip()) if text.strip() else []:
        if item == "":
            continue
        if item == "*":
            raise ConfigurationError(f"{name} 不接受“*”：请逐个列出用户或群组编号。")
        if not re.fullmatch(r"-?[0-9]{1,19}", item) or int(item) == 0:
            raise ConfigurationError(f"{name} 应为以逗号分隔的数字编号，有一项不是数字。")
        ids.add(int(item))
    return frozenset(ids)


def _proxy(env: Mapping[str, str], api: str) -> str | None:
    """Return the proxy to reach ``api`` through: our own setting, else what all programs are told.

    The common variables (``https_proxy``, ``all_proxy``, ``no_proxy``, in either case) mean here
    what they mean to curl; ``socks://`` is what desktops write for SOCKS 5.
    """
    name, proxy = "BAOGAO_TELEGRAM_PROXY", env.get("BAOGAO_TELEGRAM_PROXY", "")
    if proxy.lower() in ("none", "off", "0"):
        return None
    if not proxy:
        address = urlsplit(api)
        if _bypassed(address.hostname or "", env.get("NO_PROXY", "")):
            return None
        name = (
            f"{address.scheme}_proxy" if f"{address.scheme}_PROXY".upper() in env else "all_proxy"
        )
        proxy = env.get(name.upper(), "")
    if not proxy:
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    scheme, _, rest = proxy.partition("://")
    scheme = "socks5" if scheme.lower() == "socks" else scheme.lower()
    try:
        named = bool(urlsplit(f"{scheme}://{rest}").hostname) and not re.search(r"\s", rest)
        known = scheme in _PROXY_SCHEMES and named
        urlsplit(f"{scheme}://{rest}").port  # noqa: B018  (raises if it is none)
    except ValueError:
        known = False
    if not known:
        raise ConfigurationError(
            f"{name} 应为 http://、https://、socks5:// 或 socks5h:// 开头的代理地址。"
        )
    return f"{scheme}://{rest}"


def _certificates(env: Mapping[str, str]) -> str:
    """Return the file or folder of root certificates that all programs are told to trust."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        value = env.get(name)
        if not value:
            continue
        if not Path(value).exists():
            raise ConfigurationError(f"{name} 所指的证书不存在：{value}")
        return value
    return ""


def _bypassed(host: str, no_proxy: str) -> bool:
    """Tell whether ``no_proxy`` names a host, or a domain it is in."""
    names = [name.strip().lower().lstrip(".") for name in no_proxy.split(",") if name.strip()]
    return any(name == "*" or host == name or host.endswith(f".{name}") for name in names)


def _webhook(env: Mapping[str, str]) -> Webhook | None:
    url = env.get("BAOGAO_TELEGRAM_WEBHOOK", "")
    if not url:
        return None
    if not url.startswith("https://"):
        raise ConfigurationError("BAOGAO_TELEGRAM_WEBHOOK 应为 https:// 开头的公网地址。")
    secret = env.get("BAOGAO_TELEGRAM_SECRET", "")
    if not _SECRET.fullmatch(secret):
        raise ConfigurationError(
            "BAOGAO_TELEGRAM_SECRET 应为至少32个字母、数字、下划线或短横（可用 openssl rand -hex 32 生成）。"
        )
    host, port = parse_address(env.get("BAOGAO_TELEGRAM_LISTEN", "127.0.0.1:8443"),
                               "BAOGAO_TELEGRAM_LISTEN")  # fmt: skip
    return Webhook(url, host, port, secret)


def parse_address(text: str, name: str) -> tuple[str, int]:
    """Read ``host:port``, or raise ``ConfigurationError`` naming the setting."""
    host, _, port = text.strip().rpartition(":")
    if not host or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65_535:
        raise ConfigurationError(f"{name} 应为“地址:端口”，例如 127.0.0.1:8081。")
    return host, int(port)
