"""What a service manager is told: ready, still alive, stopping (systemd's sd_notify protocol).

One datagram a message to the socket that ``NOTIFY_SOCKET`` names. Nothing is told where there is
none, and a manager that does not listen holds up nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Mapping

READY = "READY=1"
ALIVE = "WATCHDOG=1"
STOPPING = "STOPPING=1"


class Supervisor:
    """The service manager that started this process, if one did."""

    def __init__(self, env: Mapping[str, str] | None = None, pid: int | None = None) -> None:
        env = os.environ if env is None else env
        address = env.get("NOTIFY_SOCKET", "")
        # "@" stands for the NUL that begins an abstract address
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        usec = env.get("WATCHDOG_USEC", "")
        ours = env.get("WATCHDOG_PID", "") in ("", str(os.getpid() if pid is None else pid))
        self.watchdog_s = int(usec) / 1e6 if ours and usec.isascii() and usec.isdigit() else 0.0

    def tell(self, message: str) -> None:
        """Send one message, if anybody listens."""
        if not self._address:
            return
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out,
        ):
            out.setblocking(False)
            out.sendto(message.encode(), self._address)

    async def watch(self) -> None:
        """Say twice in each watchdog time that the event loop runs.

        No more than that: a network that is down is waited out, no restart mends it.
        """
        while self.watchdog_s:
            self.tell(ALIVE)
            await asyncio.sleep(self.watchdog_s / 2)
