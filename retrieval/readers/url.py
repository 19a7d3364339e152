"""Addresses → documents: fetched politely, and never from inside the office's own network.

Every hop is checked: the scheme, each address the name resolves to (and the connection goes to that
very address), the site's robots.txt, the size as it arrives. Attachments of a page are followed
one step, on the same site.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit
from urllib.robotparser import RobotFileParser

from retrieval.errors import UnreadableFile
from retrieval.readers.files import MAX_CONTAINER_BYTES, check_size
from retrieval.readers.kinds import kind_of
from retrieval.readers.reading import Read, ReadContainer, read_members, read_report
from retrieval.readers.txt import decode
from retrieval.readers.worker import read_here

AGENT = "baogao"
TIMEOUT_S = 30.0
MAX_REDIRECTS = 5
MAX_ATTACHMENTS = 10
_MAX_ROBOTS = 500_000
_CHUNK = 65_536
_ATTACHED = re.compile(r"\.(?:docx?|wps|pdf|zip|txt)$", re.IGNORECASE)
_REDIRECTS = (301, 302, 303, 307, 308)

Resolve = Callable[[str, int], Sequence[str]]
"""Returns the addresses a host name stands for."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave, and the address that gave it in the end."""

    url: str
    raw: bytes


def is_address(words: str) -> bool:
    """Tell an address, of whatever scheme, from a path."""
    return "://" in words


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of ``host``; raises ``UnreadableFile``."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise UnreadableFile(f"找不到网站 {host[:80]}，请检查网址和网络") from None
    return list(dict.fromkeys(str(info[4][0]) for info in found))


def check_public(address: str) -> None:
    """Refuse an address of this machine, of an inner network, or of no host at all."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        ip = inner or ip
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified:
        raise UnreadableFile(
            "网址指向本机或内部网络，没有打开；确需读取内网网页时加 --allow-private"
        )


class Fetcher:
    """Fetches addresses; remembers each site's robots.txt for its life."""

    def __init__(
        self,
        *,
        allow_private: bool = False,
        timeout_s: float = TIMEOUT_S,
        max_bytes: int = MAX_CONTAINER_BYTES,
        resolve: Resolve = resolve,
    ) -> None:
        self._allow_private = allow_private
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._resolve = resolve
        self._robots: dict[str, RobotFileParser | None] = {}

    def fetch(self, url: str) -> Fetched:
        """Return what ``url`` holds; raises ``UnreadableFile`` with the reason."""
        deadline = time.monotonic() + self._timeout_s
        at = clean_url(url)
        for _ in range(MAX_REDIRECTS + 1):
            if not self._allowed(at, deadline):
                raise UnreadableFile("网站的 robots.txt 不允许程序读取这个页面，没有读取")
            status, moved, raw = self._get(at, deadline, self._max_bytes)
            if status in _REDIRECTS and moved:
                at = clean_url(urljoin(at, moved))
                continue
            if status != 200:
                raise UnreadableFile(f"网站返回 {status}，没有读到内容，请检查网址")
            return Fetched(at, raw)
        raise UnreadableFile(f"网址跳转超过 {MAX_REDIRECTS} 次，没有读取")

    def _allowed(self, url: str, deadline: float) -> bool:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._robots:
            rules: RobotFileParser | None = RobotFileParser()
            assert rules is not None
            status, _, raw = self._get(f"{site}/robots.txt", deadline, _MAX_ROBOTS)
            if status in (401, 403):
                rules.parse(["User-agent: *", "Disallow: /"])
            elif status == 200:
                rules.parse(raw.decode("utf-8", "replace").splitlines())
            else:
                rules = None
            self._robots[site] = rules
        known = self._robots[site]
        return known is None or known.can_fetch(AGENT, url)

    def _get(self, url: str, deadline: float, max_bytes: int) -> tuple[int, str, bytes]:
        """Return status, where it moved to, and the body of one address."""
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        addresses = self._resolve(host, port)
        if not self._allow_private:
            for address in addresses:
                check_public(address)
        if not addresses:
            raise UnreadableFile(f"找不到网站 {host[:80]}，请检查网址和网络")
        connection = _connection(parts.scheme, host, port, addresses[0], deadline)
        try:
            target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
            connection.request(
                "GET", target, headers={"User-Agent": AGENT, "Accept-Encoding": "identity"}
            )
            response = connection.getresponse()
            if response.status in _REDIRECTS:
                return response.status, response.headers.get("Location", ""), b""
            if response.status != 200:
                return response.status, "", b""
            return 200, "", _body(response, connection, deadline, max_bytes)
        except TimeoutError:
            raise _too_slow() from None
        except (OSError, http.client.HTTPException, zlib.error, ValueError) as error:
            raise UnreadableFile(
                f"网站连不上或中断了（{type(error).__name__}），请稍后再试"
            ) from None
        finally:
            connection.close()


def _too_slow() -> UnreadableFile:
    return UnreadableFile("网站太慢，没有在时限内读完，请稍后再试")


def _connection(
    scheme: str, host: str, port: int, address: str, deadline: float
) -> http.client.HTTPConnection:
    """Return a connection to the very address that was checked, under the name that was asked."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise _too_slow()
    connection = http.client.HTTPConnection(host, port, timeout=left)
    try:
        reached = socket.create_connection((address, port), timeout=left)
        if scheme == "https":
            reached = ssl.create_default_context().wrap_socket(reached, server_hostname=host)
    except TimeoutError:
        raise _too_slow() from None
    except (OSError, ValueError) as error:
        raise UnreadableFile(f"网站连不上（{type(error).__name__}），请检查网址和网络") from None
    connection.sock = reached
    return connection


def _body(
    response: http.client.HTTPResponse,
    connection: http.client.HTTPConnection,
    deadline: float,
    max_bytes: int,
) -> bytes:
    length = response.headers.get("Content-Length", "")
    if length.isdecimal():
        check_size(int(length), max_bytes)
    packed = response.headers.get("Content-Encoding", "").lower() in ("gzip", "deflate")
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if packed else None
    raw = bytearray()
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise _too_slow()
        if connection.sock is not None:
            connection.sock.settimeout(left)
        part = response.read1(_CHUNK)
        if not part:
            break
        raw += unpack.decompress(part, max_bytes + 1) if unpack else part
        check_size(len(raw), max_bytes)
    if length.isdecimal() and not unpack and len(raw) < int(length):
        raise UnreadableFile("网站只传来一部分就断开了，请稍后再试")
    return bytes(raw)


def clean_url(url: str) -> str:
    """Return an address in the form it is asked in, without fragment; refuse what is none."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UnreadableFile("网址写得不对，请检查") from None
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise UnreadableFile("只读 http 和 https 网址，请检查")
    if parts.username or parts.password:
        raise UnreadableFile("网址里带有用户名或密码，没有打开")
    try:
        name = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise UnreadableFile("网址写得不对，请检查") from None
    place = f"[{name}]" if ":" in name else name
    place += f":{port}" if port else ""
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return urlunsplit((parts.scheme.lower(), place, path, query, ""))


def read_urls(
    urls: Sequence[str], fetcher: Fetcher, read_container: ReadContainer = read_here
) -> Iterator[Read]:
    """Yield what each address holds, a page's attachments behind it; one bad one stops no other."""
    met: set[str] = set()
    for url in urls:
        try:
            clean = clean_url(url)
        except UnreadableFile as error:
            yield Read(_shown(url), url, refused=str(error))
            continue
        if clean in met:
            continue
        met.add(clean)
        yield from _read_url(clean, fetcher, read_container, met, follow=True)


def _read_url(
    url: str, fetcher: Fetcher, read_container: ReadContainer, met: set[str], *, follow: bool
) -> Iterator[Read]:
    source = _shown(url)
    try:
        fetched = fetcher.fetch(url)
        kind, _ = kind_of(fetched.raw)
        if kind == "zip":
            yield from read_members(fetched.raw, source, url, read_container)
            return
        attached = _attachments(fetched) if follow and kind == "html" else []
        try:
            document = read_report(fetched.raw, read_container)
        except UnreadableFile as error:
            yield Read(source, url, refused=str(error))
        else:
            container = replace(document.container, url=fetched.url)
            yield Read(source, url, replace(document, container=container))
    except UnreadableFile as error:
        yield Read(source, url, refused=str(error))
        return
    for address in attached:
        if address not in met:
            met.add(address)
            yield from _read_url(address, fetcher, read_container, met, follow=False)


def _attachments(page: Fetched) -> list[str]:
    """Return the addresses of the documents a page links to on its own site."""
    from retrieval.readers.html import links_of

    try:
        source = decode(page.raw)[0]
        links = links_of(source)
    except UnreadableFile:
        return []
    site = urlsplit(page.url).hostname
    found: list[str] = []
    for href, _ in links:
        try:
            address = clean_url(urljoin(page.url, href))
        except (UnreadableFile, ValueError):
            continue
        parts = urlsplit(address)
        if parts.hostname == site and _ATTACHED.search(parts.path) and address not in found:
            found.append(address)
    return found[:MAX_ATTACHMENTS]


def _shown(url: str) -> str:
    """Return an address as a person reads it, on one line."""
    words = unquote(url, errors="replace")
    clean = "".join(c if c.isprintable() and c != " " else "_" for c in words)
    return clean if len(clean) <= 200 else f"{clean[:199]}…"
