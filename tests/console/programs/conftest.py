"""Programs with keys: each a client that brings its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from console import here
from handoff import keys
from handoff.keys import Integration


@dataclass
class Program:
    """A program that asks with its key."""

    client: Client
    token: str

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {self.token}", **headers})

    def post(self, path: str, body: Any = None, method: str = "POST", **headers: str) -> TestResponse:
        sent = {"Authorization": f"Bearer {self.token}", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers=sent)


def key_of(app: Flask, name: str) -> str:
    """A key that speaks for this agent."""
    with app.extensions[here.EXTENSION].database.work() as work:
        return keys.issue(work, f"agt_{name.lower()}", Integration(name), "agt_sue").token


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """One database is enough here: what is kept under a name has its tests on both (test_once.py)."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'relevo.db')}"


@pytest.fixture
def program(app: Flask) -> Callable[[str], Program]:
    """A program that speaks for the agent of this name."""
    return lambda name: Program(app.test_client(use_cookies=True), key_of(app, name))


@pytest.fixture
def of_ana(program: Callable[[str], Program]) -> Program:
    return program("Ana")


@pytest.fixture
def of_sue(program: Callable[[str], Program]) -> Program:
    return program("Sue")
