"""What a check is given and what it answers with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from config import Settings

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `mend` says what to do; it is empty when all is well."""

    name: str
    level: Level
    sentence: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """Whom the doctor looks at: the settings, and the environment that names the secrets of connectors."""

    settings: Settings
    environment: Mapping[str, str]

    @property
    def is_demo(self) -> bool:
        return self.settings.mode == "demo"

    @property
    def is_lab(self) -> bool:
        return self.settings.mode == "lab"

    @property
    def serious(self) -> Level:
        """What is unsafe with customers is no more than a warning in the demo, where there are none."""
        return "warn" if self.is_demo else "fail"


Check = Callable[[Patient], Iterator[Finding]]
