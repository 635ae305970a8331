"""`flask channels …`: what does Relevo make of this? Tools for support; no settings, flows or database are needed.

All commands of this package that look at the wire stand in `COMMANDS`. A command that needs more than this package
(the database, the app) is written where that is at home and added to `channels` by app.py and operations/cli.py.
"""

from __future__ import annotations

import click

COMMANDS: tuple[click.Command, ...] = ()


@click.group()
def channels() -> None:
    """Look at what providers send and at what they would be sent."""


for _command in COMMANDS:
    channels.add_command(_command)
