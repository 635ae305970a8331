"""A tiny receiver of webhooks on loopback: keeps every form, answers what the test wants."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from aiohttp import web

from demo.loopback import LoopbackServer


class Receiver:
    """`with Receiver([500, 204]) as ours:` answers 500 once, then 204 for good."""

    def __init__(self, answers: list[int] | None = None) -> None:
        self.forms: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self._answers = answers or [204]
        self._thread = LoopbackServer(self._application)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._thread.port}/hook"

    def _application(self) -> web.Application:
        application = web.Application()
        application.router.add_post("/hook", self._take)
        return application

    async def _take(self, request: web.Request) -> web.Response:
        self.forms.append({name: str(value) for name, value in (await request.post()).items()})
        self.headers.append(dict(request.headers))
        self.paths.append(request.path_qs)
        return web.Response(status=self._answers.pop(0) if len(self._answers) > 1 else self._answers[0])
