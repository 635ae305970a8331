"""A mail server for tests, on loopback: EHLO, STARTTLS where it has a certificate, AUTH PLAIN, MAIL, RCPT, DATA.

Written from RFC 5321, RFC 3207 and RFC 4954. It takes nothing without the password where it has one, and can be told to
refuse, to be away for a while, or to hang up after it has accepted a letter.
"""

from __future__ import annotations

import base64
import socket
import socketserver
import ssl
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Self, cast

USER, PASSWORD = "relevo", "a password of tests"


@dataclass
class MailStandIn:
    """`with MailStandIn() as server:` — `server.url` is what SMTP_URL is set to.

    `refuses` is an answer to every letter (`550 No`) instead of taking it; `cuts` hangs up instead of saying that one was
    taken. With a `certificate` (a PEM file with its key) it offers STARTTLS, and takes a password only after it.
    """

    user: str = ""
    refuses: str = ""
    cuts: bool = False
    certificate: Path | None = None
    letters: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                _Talk(outer, self.request).run()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def url(self) -> str:
        who = f"{self.user}:{PASSWORD.replace(' ', '%20')}@" if self.user else ""
        return f"smtp://{who}localhost:{self._server.server_address[1]}"


class _Talk:
    """One connection."""

    def __init__(self, server: MailStandIn, line: socket.socket) -> None:
        self._server = server
        self._listen(line)
        self._known = not server.user
        self._sender, self._to = "", []  # type: str, list[str]

    def _listen(self, line: socket.socket) -> None:
        self._line, self._reader, self._writer = line, line.makefile("rb"), line.makefile("wb")

    def run(self) -> None:
        try:
            self._say("220 mail.example ESMTP")
            while line := self._reader.readline().decode("ascii", "replace").strip():
                word, _, rest = line.partition(" ")
                self._server.commands.append(word.upper())
                if not self._answer(word.upper(), rest):
                    return
        except OSError:  # whoever does not trust us hangs up in the middle
            return
        finally:
            for one in (self._reader, self._line):
                one.close()

    def _answer(self, word: str, rest: str) -> bool:
        """Answer one command; False: the talk is over."""
        if word == "QUIT":
            self._say("221 Bye")
            return False
        if word == "DATA" and self._known:
            return self._take()
        if word == "STARTTLS" and self._server.certificate:
            self._say("220 Go on")
            trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            trust.load_cert_chain(self._server.certificate)
            self._listen(trust.wrap_socket(self._line, server_side=True))
            return True
        answers = {"EHLO": self._greeting, "HELO": lambda rest: "250 mail.example", "AUTH": self._auth,
                   "MAIL": self._mail, "RCPT": self._rcpt, "RSET": lambda rest: "250 OK", "NOOP": lambda rest: "250 OK"}
        self._say(answers.get(word, lambda rest: "502 Not here")(rest))
        return True

    def _greeting(self, _rest: str) -> str:
        is_open = not isinstance(self._line, ssl.SSLSocket)
        offers = ["STARTTLS"] if self._server.certificate and is_open else ["AUTH PLAIN"] if self._server.user else []
        return "\r\n".join(["250-mail.example", *(f"250-{one}" for one in offers), "250 8BITMIME"])

    def _auth(self, rest: str) -> str:
        _, _, secret = rest.partition(" ")
        told = base64.b64decode(secret).decode().split("\0") if secret else []
        self._known = told == ["", self._server.user, PASSWORD]
        return "235 Welcome" if self._known else "535 Authentication failed"

    def _mail(self, rest: str) -> str:
        self._sender = rest.partition(":")[2].strip("<> ").partition(">")[0]
        return "250 OK" if self._known else "530 Authentication required"

    def _rcpt(self, rest: str) -> str:
        self._to.append(rest.partition(":")[2].strip("<> "))
        return "250 OK"

    def _take(self) -> bool:
        self._say("354 Go on")
        lines = []
        while (line := self._reader.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if self._server.refuses:
            self._say(self._server.refuses)
            return True
        self._server.letters.append(cast(EmailMessage, message_from_bytes(b"".join(lines), policy=policy.default)))
        self._server.envelopes.append((self._sender, tuple(self._to)))
        if self._server.cuts:
            return False
        self._say("250 Taken")
        return True

    def _say(self, line: str) -> None:
        self._writer.write(line.encode() + b"\r\n")
        self._writer.flush()
