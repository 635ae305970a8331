"""`flask incidents …`: the claim rules, from the command line."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from incidents.claim_rules import Period, Rule
from incidents.rule_book import Rules
from incidents.rule_files import SHOPS

incidents = AppGroup("incidents", help="Cases of delivery: what each carrier asks for.")


@incidents.command("rules")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=Path("flows"), show_default=True,
              help="Where the shop's own _claims.yaml lies.")
def rules(folder: Path) -> None:
    """Show what each carrier asks for; what is wrong in a file is told with its line and the mend."""
    found = Rules(folder / SHOPS)
    for key, carrier in found.book.carriers.items():
        for kind, rule in carrier.kinds.items():
            click.echo(f"{key}\t{kind}\t{_period(rule.deadline)}\t{_photos(rule)}\t{', '.join(rule.documents or ()) or '-'}")
    for finding in found.findings:
        click.echo(str(finding), err=True)
    if found.findings:
        raise SystemExit(1)


def _period(period: Period | None) -> str:
    if period is None:
        return "deadline unknown"
    by = " (by law)" if period.by == "law" else ""
    return f"{period.days} {period.count} days from {period.of or 'an unknown day'}{by}"


def _photos(rule: Rule) -> str:
    if rule.photos is None:
        return "photos unknown"
    return ", ".join(f"{count} {kind}" for kind, count in rule.photos.items()) or "no photos"
