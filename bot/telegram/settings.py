"""What the bot needs to start, read once from the environment and checked there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

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


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """The bot's settings.

    ``allow`` and ``admins`` are ids of users (positive) and groups (negative); both empty means
    closed, but for those let in by pairing. ``state_path`` is the chats' SQLite file; with
    ``database_url`` it holds the inbox, and all else of the chats is in that PostgreSQL.
    ``health`` is ``host:port`` for operators' checks, empty for none; ``proxy`` is the address of
    the one to go through, None for none; ``certificates`` names a file or folder of root
    certificates to trust in place of the usual ones, empty for those. Times in seconds.
    """

    token: str = field(repr=False)
    state_path: Path
    database_url: str | None = field(default=None, repr=False)
    api: str = DEFAULT_API
    allow: frozenset[int] = frozenset()
    admins: frozenset[int] = frozenset()
    proxy: str | None = field(default=None, repr=False)
    certificates: str = ""
    per_minute: int = PER_MINUTE
    per_day: int = PER_DAY
    per_day_all: int = PER_DAY_ALL
    webhook: Webhook | None = None
    health: str = ""
    concurrency: int = 64
    poll_timeout_s: int = 30
    conflict_limit_s: float = 15.0
    stop_within_s: float = 10.0
    max_age_s: float = 43_200.0
    pair: bool = False
    keep_days: int = 180
    log_level: str = "INFO"

    @classmethod
    def from_env(
        cls, env: Mapping[str, str], state_path: Path, *, pair: bool = False, keep_days: int = 180
    ) -> TelegramSettings:
        """Read the settings, or raise ``ConfigurationError`` naming the one that is wrong.

        ``env`` holds the variables by name; ``pair`` asks for a pairing code at the start,
        ``keep_days`` is how long answers are kept.
        """
        token = env.get("TELEGRAM_BOT_TOKEN", "").strip()
        if not token:
            raise ConfigurationError("未设置 TELEGRAM_BOT_TOKEN：请向 @BotFather 申请机器人令牌。")
        if not _TOKEN.fullmatch(token):
            raise ConfigurationError("TELEGRAM_BOT_TOKEN 的格式不对，应为“数字:字符”。")
        api = (env.get("BAOGAO_TELEGRAM_API") or DEFAULT_API).strip().rstrip("/")
        if not api.startswith(("http://", "https://")):
            raise ConfigurationError("BAOGAO_TELEGRAM_API 应以 http:// 或 https:// 开头。")
        return cls(
            token=token,
            state_path=state_path,
            database_url=env.get("BAOGAO_DATABASE_URL") or None,
            api=api,
            allow=parse_ids(env.get("BAOGAO_TELEGRAM_ALLOW", ""), "BAOGAO_TELEGRAM_ALLOW"),
            admins=parse_ids(env.get("BAOGAO_TELEGRAM_ADMINS", ""), "BAOGAO_TELEGRAM_ADMINS"),
            proxy=_proxy(env, api),
            certificates=_certificates(env),
            per_minute=_count(env, "BAOGAO_TELEGRAM_PER_MINUTE", PER_MINUTE),
            per_day=_count(env, "BAOGAO_TELEGRAM_PER_DAY", PER_DAY),
            per_day_all=_count(env, "BAOGAO_TELEGRAM_PER_DAY_ALL", PER_DAY_ALL),
            webhook=_webhook(env),
            health=env.get("BAOGAO_TELEGRAM_HEALTH", "").strip(),
            pair=pair,
            keep_days=keep_days,
            log_level=(env.get("BAOGAO_LOG_LEVEL") or "INFO").strip().upper(),
        )


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


def _count(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, "").strip()
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,7}", text) or int(text) == 0:
        raise ConfigurationError(f"{name} 应为正整数。")
    return int(text)


def _proxy(env: Mapping[str, str], api: str) -> str | None:
    """Return the proxy to reach ``api`` through: our own setting, else what all programs are told.

    The common variables (``https_proxy``, ``all_proxy``, ``no_proxy``, in either case) mean here
    what they mean to curl; ``socks://`` is what desktops write for SOCKS 5.
    """
    name, proxy = "BAOGAO_TELEGRAM_PROXY", env.get("BAOGAO_TELEGRAM_PROXY", "").strip()
    if proxy.lower() in ("none", "off", "0"):
        return None
    if not proxy:
        address = urlsplit(api)
        common = {key.lower(): value.strip() for key, value in env.items() if value.strip()}
        if _bypassed(address.hostname or "", common.get("no_proxy", "")):
            return None
        name = f"{address.scheme}_proxy" if f"{address.scheme}_proxy" in common else "all_proxy"
        proxy = common.get(name, "")
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
        value = env.get(name, "").strip()
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
    url = env.get("BAOGAO_TELEGRAM_WEBHOOK", "").strip()
    if not url:
        return None
    if not url.startswith("https://"):
        raise ConfigurationError("BAOGAO_TELEGRAM_WEBHOOK 应为 https:// 开头的公网地址。")
    secret = env.get("BAOGAO_TELEGRAM_SECRET", "").strip()
    if not _SECRET.fullmatch(secret):
        raise ConfigurationError(
            "BAOGAO_TELEGRAM_SECRET 应为至少32个字母、数字、下划线或短横（可用 openssl rand -hex 32 生成）。"
        )
    host, port = parse_address(env.get("BAOGAO_TELEGRAM_LISTEN") or "127.0.0.1:8443",
                               "BAOGAO_TELEGRAM_LISTEN")  # fmt: skip
    return Webhook(url, host, port, secret)


def parse_address(text: str, name: str) -> tuple[str, int]:
    """Read ``host:port``, or raise ``ConfigurationError`` naming the setting."""
    host, _, port = text.strip().rpartition(":")
    if not host or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65_535:
        raise ConfigurationError(f"{name} 应为“地址:端口”，例如 127.0.0.1:8081。")
    return host, int(port)
