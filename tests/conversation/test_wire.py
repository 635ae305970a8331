"""The wire to PostgreSQL: a server that falls silent is given up in seconds."""

from __future__ import annotations

import pytest

from conversation.work import Database


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_silent_wire_is_given_up_in_seconds(database: Database) -> None:
    with database.engine.connect() as connection:
        wire = connection.connection.driver_connection.info.get_parameters()

    assert int(wire["tcp_user_timeout"]) <= 15_000
    assert int(wire["keepalives_idle"]) + int(wire["keepalives_interval"]) * int(wire["keepalives_count"]) <= 15
