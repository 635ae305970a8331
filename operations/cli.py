"""`./run flask …`: Flask's command line, with the operator's commands beside those that the app brings.

A doctor that only works when the app does would be of little use, and so would a linter that needs flows without
mistakes: these commands are found without the app. When it cannot be made, the reason is told without a stack trace.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

import click
from flask.cli import FlaskGroup
from sqlalchemy.exc import SQLAlchemyError

import config
import logs
import operations.logs
from bot.commands import flows
from bot.understanding.commands import understand
from channels.commands import COMMANDS as CHANNEL_COMMANDS
from channels.commands import channels
from operations import migrations
from operations.channel_status import status
from operations.commands import COMMANDS
from pipeline.flow_commands import COMMANDS as FLOW_COMMANDS
from pipeline.retelling_commands import record_talk, replay_talk
from pipeline.verdict_commands import disputed, precision

T = TypeVar("T")


class House(FlaskGroup):
    """All commands of the house."""

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command `name`; the app is made only for those that need it."""
        return _explained(lambda: super(House, self).get_command(ctx, name))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return _explained(lambda: super(House, self).list_commands(ctx))


def _explained(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except (click.ClickException, click.exceptions.Exit):
        raise
    except Exception as error:  # the top of a command: whatever keeps the app from being made is told, not thrown
        if not logs.is_ours(error):
            raise
        click.echo(f"relevo: {error}", err=True)
        raise click.exceptions.Exit(1) from None


def main() -> None:
    """Run one command."""
    if sys.argv[1:2] == ["channels"] and {one.name for one in CHANNEL_COMMANDS} & set(sys.argv[2:3]):
        # They look at what stands in a file: the settings may be as wrong as they like.
        channels.main(prog_name="./run flask channels", args=sys.argv[2:])
    try:
        settings = config.load()
        operations.logs.configure(settings)
    except config.BadSettings as error:
        click.echo(f"relevo: {error}", err=True)
        raise SystemExit(1) from None
    house = House(add_version_option=False, set_debug_flag=False)
    channels.add_command(status)
    for one in (replay_talk, record_talk, *FLOW_COMMANDS):
        flows.add_command(one)
    for one in (precision, disputed):
        understand.add_command(one)
    for command in (*COMMANDS, flows, understand, channels):
        house.add_command(command)
    try:
        house.main(prog_name="./run flask", args=sys.argv[1:])
    except SQLAlchemyError as error:
        click.echo(f"relevo: {no_database(settings.database_url, error)}", err=True)
        raise SystemExit(1) from None


def no_database(url: str, error: SQLAlchemyError) -> str:
    """Why a command could not use the database, and what to do, without what was in the statement."""
    reason = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
    return (f"The database {migrations.shown(url)} cannot be used ({reason}). If it is new, ./run flask migrate makes "
            "its tables; ./run flask doctor says what else is wrong.")


if __name__ == "__main__":
    main()
