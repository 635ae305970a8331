"""What the flows send: pictures and papers of the shop, from `media/` in the folder of the flows, or any https address.

A flow names a file by its name. Providers fetch it at `/files/flows/<hash of its content>/<name>`: a file that is
changed has another address, so that no provider shows the old one, and only what lies in that folder is ever given out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import structlog

from conversation.events import OutgoingMedia
from conversation.filetypes import ACTIVE, Hint, family, recognize

FOLDER = "media"
DIGEST_LENGTH = 20

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Known:
    """A file as it was when it was last looked at."""

    stamp: tuple[int, int]
    digest: str
    mime: str


@dataclass
class FlowFiles:
    """The files beside the flows. `public_base` is our address as providers call it."""

    flows_dir: Path
    public_base: str
    _known: dict[str, _Known] = field(default_factory=dict)

    def media(self, named: str) -> OutgoingMedia:
        """What `say: media:` names, as a message carries it; without an address where there is no such file."""
        if named.startswith(("https://", "http://")):
            return OutgoingMedia(named)
        known = self._look(named)
        if known is None:
            logger.error("a flow names a file that is not there", file=named[:80], folder=str(self.flows_dir / FOLDER))
            return OutgoingMedia("", filename=named)
        address = f"{self.public_base}/files/flows/{known.digest}/{quote(named, safe='')}"
        return OutgoingMedia(address, family(known.mime), known.mime, named)

    def find(self, digest: str, name: str) -> tuple[Path, str] | None:
        """The file at that address, with its type; None where there is none, or not with this content."""
        known = self._look(name)
        return (self.flows_dir / FOLDER / name, known.mime) if known is not None and known.digest == digest else None

    def _look(self, name: str) -> _Known | None:
        path = self.flows_dir / FOLDER / name
        if not name or "/" in name or "\\" in name or "\x00" in name or name.startswith("."):
            return None
        try:
            found = path.stat()
            known = self._known.get(name)
            if known is not None and known.stamp == (found.st_mtime_ns, found.st_size):
                return known
            content = path.read_bytes()
        except OSError:
            return None
        mime = recognize(content, Hint(filename=name))
        if mime is None or mime in ACTIVE:
            return None
        digest = hashlib.sha256(content).hexdigest()[:DIGEST_LENGTH]
        self._known[name] = _Known((found.st_mtime_ns, found.st_size), digest, mime)
        return self._known[name]
