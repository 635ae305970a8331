"""What exists is documented: settings, commands, figures, verbs, kinds, connectors; and links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from prometheus_client import REGISTRY

import channels
import config
import metrics
import registry
from bot.commands import flows
from bot.understanding.commands import understand
from demo.commands import demo
from handoff.commands import agents, queues
from operations.commands import COMMANDS
from pipeline.commands import replay
from tests import test_architecture

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
EVERY: list[click.Command] = [replay, flows, understand, agents, queues, demo, *COMMANDS]
RUNNING = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")


def headings(name: str) -> set[str]:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    return {line.lstrip("#").strip() for line in text.splitlines() if line.startswith("#")}


def test_every_setting_has_its_heading() -> None:
    missing = {name.upper() for name in config.Settings.model_fields} - headings("running.md")

    assert not missing


def test_no_setting_is_documented_that_does_not_exist() -> None:
    capitals = {heading for heading in headings("running.md") if re.fullmatch(r"[A-Z][A-Z_]+", heading)}

    assert capitals <= {name.upper() for name in config.Settings.model_fields}


def test_every_setting_in_the_example_exists() -> None:
    named = re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)

    assert named and {name.lower() for name in named} <= set(config.Settings.model_fields)


def test_every_command_is_told() -> None:
    missing = [command.name for command in EVERY if f"`flask {command.name}`" not in RUNNING]

    assert not missing


def test_every_command_of_a_group_is_told() -> None:
    pages = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
    missing = [f"{group.name} {name}" for group in EVERY if isinstance(group, click.Group) for name in group.commands
               if f"flask {group.name} {name}" not in pages and f"`{name}`" not in RUNNING]

    assert not missing


def test_every_figure_is_told() -> None:
    ours = {family.name + ("_total" if family.type == "counter" else "") for family in REGISTRY.collect()
            if family.name.startswith("relevo_")}

    assert ours and {name for name in ours if f"`{name}`" not in RUNNING} == set(), metrics.__doc__


def test_every_connector_has_its_heading() -> None:
    assert set(registry.collect("orders", "CONNECTOR")) <= headings("orders.md")


def test_every_channel_kind_has_its_heading() -> None:
    assert set(channels.adapters()) <= headings("channels.md")


def test_the_table_of_imports_is_the_one_that_is_tested() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    told = {row[0]: {word.strip() for word in row[1].split(",")} - {"–"}
            for row in re.findall(r"^\| `(\w+)` \| ([\w, –]+) \|$", page, re.MULTILINE) if row[0] in test_architecture.MAY_IMPORT}
    tested = {name: allowed for name, allowed in test_architecture.MAY_IMPORT.items() if name in told and "everything" not in
              " ".join(told[name])}

    assert {name: told[name] for name in tested} == tested and {"bot", "handoff", "pipeline", "console"} <= tested.keys()


def test_every_module_of_the_desk_has_its_place_on_the_map() -> None:
    named = re.findall(r"`(?:handoff/)?([a-z_*]+\.py)`", (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))
    modules = [path for path in (ROOT / "handoff").glob("*.py") if path.stem != "__init__"]

    assert [path.name for path in modules if not any(path.match(name) for name in named)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)(#[^)]*)?\)", page.read_text(encoding="utf-8"))

    assert [link for link, _ in links if link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_into_a_page_find_their_heading(page: Path) -> None:
    broken = []
    for link, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#([^)]*)\)", page.read_text(encoding="utf-8")):
        target = page.parent / link if link else page
        lines = target.read_text(encoding="utf-8").splitlines()
        known = {re.sub(r"[^\w -]", "", line.lstrip("#").strip().lower()).replace(" ", "-") for line in lines if line[:1] == "#"}
        broken += [anchor] if anchor not in known else []

    assert broken == []


def test_the_readme_fits_a_screen_or_two() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 70


def test_every_decision_is_at_most_a_page() -> None:
    long = [path.name for path in (ROOT / "docs" / "decisions").glob("*.md") if len(path.read_text("utf-8").split()) > 450]

    assert not long
