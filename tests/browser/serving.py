"""An app served on loopback for a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from console.pages.live import TAIL

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_ANSWER = "relevo.answer"


class _Handler(WSGIRequestHandler):
    """Closes the answer also when the browser resets the connection; werkzeug's own handler leaves its file open."""

    def connection_dropped(self, error: BaseException, environ: WSGIEnvironment | None = None) -> None:
        close = getattr((environ or {}).get(_ANSWER), "close", None)
        if close is not None:
            close()


@contextmanager
def served(app: Flask, port: int = 0) -> Iterator[str]:
    """Serve the app on this (else a free) port of loopback, with threads, and yield its address without a slash at its end."""

    def noted(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        environ[_ANSWER] = app(environ, start_response)
        return environ[_ANSWER]  # type: ignore[no-any-return]

    server = make_server("127.0.0.1", port, noted, threaded=True, request_handler=_Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        if TAIL in app.extensions:
            app.extensions[TAIL].stop()
        thread.join(5)
        server.server_close()
