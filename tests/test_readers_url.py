"""Addresses, against a server on this machine; the rules against inner networks without one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from made_documents import make_docx, make_zip, paragraph

from retrieval.errors import UnreadableFile
from retrieval.readers.url import Fetcher, check_public, clean_url, read_urls

WORDS = "青山县2023年法治政府建设情况报告"
PAGE = (
    f"<html><head><title>{WORDS}</title></head><body><h1>{WORDS}</h1><div><p>2023年，青山县扎实推进法治政府建设，现将情况报告如下。</p>"
    '<p><a href="/files/全文.docx">附件：全文.docx</a> <a href="http://other.invalid/x.pdf">别处</a></p></div></body></html>'
)


class _Site(BaseHTTPRequestHandler):
    def do_GET(self):
        bodies = {
            "/robots.txt": b"User-agent: *\nDisallow: /secret",
            "/page.html": PAGE.encode("gb18030"),
            "/files/%E5%85%A8%E6%96%87.docx": make_docx(paragraph("附件里的文字，共十二件。")),
            "/all.zip": make_zip({"一.txt": WORDS.encode()}),
            "/secret": b"x",
            "/plain": WORDS.encode(),
        }
        moved = {"/moved": "/plain", "/round": "/round", "/inside": "http://10.0.0.1/x"}
        if self.path in moved:
            self.send_response(302)
            self.send_header("Location", moved[self.path])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.path == "/cut":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"half")
            return
        if self.path == "/slow":
            self.server.release.wait(20)
            return
        if self.path == "/huge":
            self.send_response(200)
            self.send_header("Content-Length", str(10**9))
            self.end_headers()
            return
        body = bodies.get(self.path)
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    server.daemon_threads = True
    server.release = threading.Event()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.release.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def fetcher() -> Fetcher:
    return Fetcher(allow_private=True, timeout_s=10)


def test_a_page_and_its_attachment_are_read_and_their_addresses_kept(site, fetcher):
    page, attached = read_urls([f"{site}/page.html#top"], fetcher)
    assert page.document is not None
    assert page.document.text.startswith(WORDS)
    assert page.origin == f"{site}/page.html"
    assert page.document.container.url == f"{site}/page.html"
    assert attached.document is not None
    assert attached.document.text == "附件里的文字，共十二件。\n"
    assert attached.source.endswith("/files/全文.docx")


def test_an_archive_at_an_address_is_opened(site, fetcher):
    (member,) = read_urls([f"{site}/all.zip"], fetcher)
    assert member.source == "一.txt"
    assert member.origin == f"{site}/all.zip!/一.txt"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/none", "404"),
        ("/secret", r"robots\.txt"),
        ("/round", "跳转超过"),
        ("/cut", "断开|中断"),
        ("/huge", "上限"),
    ],
)
def test_what_an_address_cannot_give_is_told(site, fetcher, path, reason):
    with pytest.raises(UnreadableFile, match=reason):
        fetcher.fetch(site + path)


def test_a_redirect_is_followed_and_checked_anew(site, fetcher):
    assert fetcher.fetch(f"{site}/moved").url == f"{site}/plain"
    port = int(site.rsplit(":", 1)[1])

    def public_at_first(host, port_asked):
        # The name of the first hop passes for public; where it leads to does not.
        return ["127.0.0.1"] if port_asked == port else ["10.0.0.1"]

    asked: list[str] = []

    def check(host, port_asked):
        asked.append(host)
        return public_at_first(host, port_asked)

    with pytest.raises(UnreadableFile):
        Fetcher(resolve=check, timeout_s=5).fetch(f"{site}/inside")
    assert asked


def test_a_slow_site_is_left_in_time(site):
    with pytest.raises(UnreadableFile, match=r"时限|太慢"):
        Fetcher(allow_private=True, timeout_s=0.3).fetch(f"{site}/slow")


def test_this_machine_is_refused_unless_allowed(site):
    with pytest.raises(UnreadableFile, match="内部网络"):
        Fetcher().fetch(f"{site}/plain")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.5.5", "169.254.169.254", "0.0.0.0", "::1",
        "fe80::1", "fc00::1", "::ffff:127.0.0.1", "100.64.0.1", "224.0.0.1", "2002:7f00:1::",
    ],
)  # fmt: skip
def test_inner_addresses_are_refused(address):
    with pytest.raises(UnreadableFile, match="内部网络"):
        check_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888"])
def test_public_addresses_are_not(address):
    check_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://a/b",
        "http://",
        "http://u:p@a.com/",
        "http://[bad",
        "gopher://x",
    ],
)
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(UnreadableFile):
        clean_url(url)


def test_names_in_chinese_are_encoded():
    assert clean_url("http://政务.公益/报告 1.html?a=一#x") == (
        "http://xn--zfr164b.xn--55qw42g/%E6%8A%A5%E5%91%8A%201.html?a=%E4%B8%80"
    )
