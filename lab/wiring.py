"""How the lab is put into the app: its doors, and the hands that do what is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from flask import Flask

import config
from console import here
from conversation.events import Notice
from conversation.work import Database
from lab import doors
from lab.due import Hands
from lab.provider import LabProvider, ProviderSilent


class House(Protocol):
    """What the lab needs of the app."""

    @property
    def settings(self) -> config.Settings: ...

    @property
    def database(self) -> Database: ...


@dataclass(frozen=True, slots=True)
class Ropes:
    """What a lab pulls: `tend` runs the desk's clocks once, `wake` and `ring` rouse whoever has something to do, `tell`
    keeps news of orders."""

    tend: Callable[[], int]
    wake: Callable[[], None]
    ring: Callable[[list[Notice]], None]
    tell: Callable[[bytes], int]


def add_to(app: Flask, house: House, ropes: Ropes) -> None:
    """Open the lab's doors."""
    given = house.settings
    provider = LabProvider(given.twilio_api_base.rstrip("/")) if given.has_own_provider else None

    def under_way() -> int:
        try:
            return provider.pending() if provider else 0
        except ProviderSilent:
            return 0

    def hold(seconds: float | None) -> None:
        desk = app.extensions[here.EXTENSION]
        app.extensions[here.EXTENSION] = replace(desk, undo_seconds=given.undo_seconds if seconds is None else seconds)

    hands = Hands(house.database, ropes.tend, ropes.wake, ropes.ring, under_way)
    doors.mount(app, doors.Lab(house.database, hands, given.lab_clock.with_name("orders.json"), provider, hold, ropes.tell))
