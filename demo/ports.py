"""A port for a product that is started beside others."""

from __future__ import annotations

import socket


def free_port() -> int:
    """A port of loopback that is free now, and so is the next, where the stand-in provider listens."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port
