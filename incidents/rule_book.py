"""The claim rules as they are now: ours, read once, and the shop's file, looked at again when it was written."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

from incidents import rule_files
from incidents.claim_rules import RuleBook
from incidents.rule_files import Finding


@dataclass
class Rules:
    """Safe to share by threads. `path` is the shop's own file; without one ours alone are in force."""

    path: Path | None = None
    _ours: tuple[RuleBook, list[Finding]] = field(default_factory=rule_files.ours)
    _seen: tuple[int, int] | None = None
    _book: RuleBook | None = None
    _findings: list[Finding] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def book(self) -> RuleBook:
        return self._looked()[0]

    @property
    def findings(self) -> list[Finding]:
        """What is wrong in the files; what could be read of them is in force."""
        return self._looked()[1]

    def _looked(self) -> tuple[RuleBook, list[Finding]]:
        with self._lock:
            stamp = self._stamp()
            if self._book is None or stamp != self._seen:
                ours, findings = self._ours
                self._book, more = rule_files.with_shops(ours, self.path) if self.path else (ours, [])
                self._seen, self._findings = stamp, [*findings, *more]
            return self._book, self._findings

    def _stamp(self) -> tuple[int, int]:
        try:
            found = self.path.stat() if self.path else None
        except OSError:
            found = None
        if found is None:
            return 0, 0
        return found.st_mtime_ns, found.st_size
