"""`flask doctor`, `flask backup`, `flask restore`, `flask migrate`: they need the settings, and no app that works."""

from __future__ import annotations

from pathlib import Path

import click

import clock
import config
from operations import backup as backups
from operations import doctor as doctors
from operations import restore as restores
from operations.checks.finding import Patient
from operations.errors import OperationsError
from operations.prepare import bring_up_to_date, place_of
from operations.shop_commands import shop
from pipeline import schema


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="For a machine: one JSON object.")
def doctor(as_json: bool) -> None:
    """Look at everything that makes Relevo unsafe or useless; exit 1 when it must not serve customers."""
    findings = doctors.examine(Patient(_settings(), config.environment()))
    click.echo(doctors.as_json(findings) if as_json else "\n".join(doctors.lines(findings)))
    if not doctors.is_fit(findings):
        raise SystemExit(1)


@click.command("backup")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path | None) -> None:
    """Copy database and flows into FILE (a .tar.gz; default: a dated one in DATA_DIR/backups), while everything runs."""
    try:
        click.echo(backups.make(place_of(_settings()), file, clock.now()))
    except (OperationsError, OSError) as error:
        raise click.ClickException(str(error)) from None


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--force", is_flag=True, help="Also when the database holds something; that is backed up first.")
def restore(file: Path, force: bool) -> None:
    """Put the backup FILE in place of what is there. Relevo must not be running."""
    try:
        manifest = restores.restore(place_of(_settings()), file, clock.now(), force)
    except (OperationsError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Restored what was there on {manifest['made_at']}. ./run brings it up to date and starts.")


@click.command("migrate")
def migrate() -> None:
    """Bring the database up to date; a backup is taken first. ./run does this by itself."""
    try:
        did = bring_up_to_date(_settings())
    except OperationsError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"The database stands at migration {schema.head()}" + ("." if did else ", as before."))


COMMANDS: tuple[click.Command, ...] = (doctor, backup, restore, migrate, shop)


def _settings() -> config.Settings:
    try:
        return config.load()
    except config.BadSettings as error:
        raise click.ClickException(str(error)) from None
