"""Chroma's own server on loopback, for the tests."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path


def serve(folder: Path) -> Iterator[str]:
    """Start a server over ``folder`` and yield its address."""
    process, port = _start(folder)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()


def _start(folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Run the server; it takes no port 0, so one that lost its port in between is run again."""
    program = Path(sys.executable).with_name("chroma")
    give_up = time.monotonic() + 60
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = subprocess.Popen(
            [program, "run", "--path", folder, "--host", "127.0.0.1", "--port", str(port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return process, port
            assert time.monotonic() < give_up, "Chroma's server does not answer"
            time.sleep(0.2)
        assert time.monotonic() < give_up, f"Chroma's server ended with {process.returncode}"
