"""Files in the folder of the flows that are no flows: who reads each, and what is wrong in it.

The linter, the editor of the flows and whoever publishes ask here: a mistake is told where somebody writes, and not only
when the house starts next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

import carriers.configuration
import carriers.sayings
import orders.configuration
import outreach.policy
import yaml_file
from bot.flow.findings import Finding, Place, Reporter, near
from bot.flow.library import SHARED
from incidents import rule_files
from yaml_file import Page

Reader = Callable[[Page, Path, Mapping[str, str]], Iterable[yaml_file.Finding]]


class _Whatever(dict[str, str]):
    """An environment in which every variable is set: whether one is, is no matter of the file."""

    def __contains__(self, name: object) -> bool:
        return True


ANYWHERE: Mapping[str, str] = MappingProxyType(_Whatever())


def _carriers(page: Page, folder: Path, environment: Mapping[str, str]) -> Iterable[yaml_file.Finding]:
    return carriers.configuration.look(page, environment)


def _parcels(page: Page, folder: Path, environment: Mapping[str, str]) -> Iterable[yaml_file.Finding]:
    return carriers.sayings.look(page)


def _outreach(page: Page, folder: Path, environment: Mapping[str, str]) -> Iterable[yaml_file.Finding]:
    return outreach.policy.look(page)


def _claims(page: Page, folder: Path, environment: Mapping[str, str]) -> Iterable[yaml_file.Finding]:
    """As it lies in the folder: it is in no set that is published."""
    wrong = rule_files.with_shops(rule_files.ours()[0], folder / rule_files.SHOPS)[1]
    return [yaml_file.Finding(one.file, one.line, f"{one.text} {one.mend}") for one in wrong]


# Each with the page that describes it.
READERS: Mapping[str, tuple[Reader, str]] = {
    carriers.configuration.FILE: (_carriers, "docs/carriers.md"),
    carriers.configuration.WORDS_FILE: (_parcels, "docs/carriers.md"),
    outreach.policy.FILE: (_outreach, "docs/outreach.md"),
    orders.configuration.FILE: (orders.configuration.check, "docs/orders.md"),
    rule_files.SHOPS: (_claims, "docs/incidents.md"),
}


def findings(
    files: Mapping[str, str], folder: Path = Path(), environment: Mapping[str, str] = ANYWHERE
) -> tuple[Finding, ...]:
    """What is wrong in those of `files` (names and texts) that others than the flows read, and which nobody reads."""
    beside = [name for name in sorted(files) if name.startswith("_") and name not in SHARED]
    return tuple(one for name in beside for one in _of(name, files[name], folder, environment))


def _of(name: str, text: str, folder: Path, environment: Mapping[str, str]) -> list[Finding]:
    report = Reporter(name, text)
    if name in READERS:
        read, page = READERS[name]
        for one in read(yaml_file.parsed(name, text.encode()), folder, environment):
            report.error("F04", Place(one.line, 1), problem=one.sentence, page=page)
    else:
        known = sorted({*SHARED, *READERS})
        report.warning("F05", Place(1, 1), name=name, near=near(name, known), known=", ".join(known))
    return report.findings
