"""Where a model is served, from what people paste into settings.

A key comes with blanks, line breaks or quotes around it; an address without its scheme, without
``/v1``, or with the path of a call still on it. What is meant is clear in each case, so it is
taken; what cannot be meant is one sentence that names the setting.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from retrieval.errors import ConfigurationError

DEFAULT_BASE_URL = "https://api.openai.com/v1"
_AROUND = " \t\r\n\"'`“”‘’「」《》<>;；,，\ufeff\u200b\u00a0\u3000"
_CALLS = re.compile(r"/(?:chat/completions|completions|embeddings|models|responses)/*$", re.I)
_VERSIONED = re.compile(r"/(?:v\d+\w*|openai)(?:/|$)")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.I)
PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is served; ``repr`` hides the key."""

    api_key: str
    base_url: str = DEFAULT_BASE_URL

    def __repr__(self) -> str:
        return f"Endpoint(base_url={self.base_url!r})"

    def cleaned(self) -> Endpoint:
        """Return what is meant by key and address; raises ``ConfigurationError`` for what cannot be."""
        key, url = clean_key(self.api_key), clean_address(self.base_url)
        if not key and urlsplit(url or DEFAULT_BASE_URL).hostname == "api.openai.com":
            raise ConfigurationError("没有设置 OPENAI_API_KEY。")
        return Endpoint(key, url or DEFAULT_BASE_URL)

    @property
    def bases(self) -> tuple[str, ...]:
        """The addresses to try, the likeliest first: most servers want ``/v1``, some do not."""
        path = urlsplit(self.base_url).path.rstrip("/")
        if not path:
            return (f"{self.base_url}/v1", self.base_url)
        return (
            (self.base_url,) if _VERSIONED.search(path) else (self.base_url, f"{self.base_url}/v1")
        )

    @property
    def is_loopback(self) -> bool:
        """Whether the server runs on this machine: no proxy leads there."""
        return _is_loopback(urlsplit(self.base_url).hostname or "")

    @property
    def proxy(self) -> str:
        """The proxy that leads there after the environment; empty if none does."""
        parts = urlsplit(self.base_url)
        if self.is_loopback or proxy_bypass(parts.hostname or ""):
            return ""
        known = getproxies()
        return known.get(parts.scheme) or known.get("all") or ""


def unquoted(value: str) -> str:
    """Return a setting without the blanks and quotes that were pasted with it."""
    return value.strip(_AROUND)


def clean_key(key: str) -> str:
    """Return a key as it is sent; raises ``ConfigurationError`` if it cannot be one."""
    key = re.sub("^(?:bearer|authorization:)\\s+", "", unquoted(key), flags=re.I)
    key = key.removeprefix("OPENAI_API_KEY=").strip(_AROUND)
    if re.search(r"[^\x21-\x7e]", key):
        raise ConfigurationError("OPENAI_API_KEY 里有空格、换行或中文字符，请重新复制密钥。")
    return key


def clean_address(url: str) -> str:
    """Return an address without the path of a call; raises ``ConfigurationError`` if it is none."""
    url = unquoted(url).removeprefix("OPENAI_BASE_URL=").strip(_AROUND)
    if not url:
        return ""
    if not _SCHEME.match(url):
        host = re.split("[:/]", url, maxsplit=1)[0]
        url = f"{'http' if _is_inside(host) else 'https'}://{url}"
    try:
        parts = urlsplit(url)
        fits = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
        fits = fits and parts.port != 0 and not re.search(r"\s", url)
    except ValueError:
        fits = False
    if not fits:
        raise ConfigurationError(
            "OPENAI_BASE_URL 不是网址，应像 https://api.example.com/v1 或 http://127.0.0.1:11434/v1。"
        )
    url = url.partition("#")[0].partition("?")[0].rstrip("/")
    return _CALLS.sub("", url).rstrip("/")


def spell_proxies(
    environment: MutableMapping[str, str], stored: Mapping[str, str] | None = None
) -> None:
    """Write proxies as HTTP clients know them: desktops say ``socks://`` for ``socks5://``.

    What only ``stored`` (a ``.env`` file) names is put where those clients look.
    """
    for name in (*PROXIES, "NO_PROXY", "SSL_CERT_FILE"):
        value = (stored or {}).get(name, "")
        if value and not (environment.get(name) or environment.get(name.lower())):
            environment[name] = value
    for name in (*PROXIES, *(name.lower() for name in PROXIES)):
        value = unquoted(environment.get(name, ""))
        if value.lower().startswith("socks://"):
            value = f"socks5://{value[len('socks://') :]}"
        if value != environment.get(name, ""):
            environment[name] = value


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_inside(host: str) -> bool:
    """Tell whether a bare host is this machine or one of an inner network, served without TLS."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host
