"""The embedded Valkey: it starts from the wheel, keeps what it took, and answers our few words."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import embedded_redis
from pipeline.children import Child, Recipe


def start(folder: Path) -> Child:
    program = embedded_redis.find_program()
    assert program
    (folder / "run").mkdir(exist_ok=True)
    child = Child(Recipe("valkey", embedded_redis.command(program, folder), 2.0), dict(os.environ), folder / "run")
    child.start()
    while not embedded_redis.answers(url(folder)):
        assert child.reap() is None
    return child


def url(folder: Path) -> str:
    return f"unix://{embedded_redis.socket_path(folder)}"


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Child]:
    child = start(tmp_path)
    yield child
    child.stop(time.monotonic() + 2)


def test_it_answers(valkey: Child, tmp_path: Path) -> None:
    assert embedded_redis.ask(url(tmp_path), "PING") == "PONG"


def test_it_throws_nothing_out(valkey: Child, tmp_path: Path) -> None:
    assert embedded_redis.ask(url(tmp_path), "CONFIG", "GET", "maxmemory-policy") == ["maxmemory-policy", "noeviction"]


def test_it_listens_to_no_network(valkey: Child, tmp_path: Path) -> None:
    assert embedded_redis.ask(url(tmp_path), "CONFIG", "GET", "port") == ["port", "0"]


def test_what_it_took_survives_a_kill(valkey: Child, tmp_path: Path) -> None:
    embedded_redis.ask(url(tmp_path), "RPUSH", "rq:queue:bulk", "a", "b")
    assert valkey.process
    valkey.process.kill()
    valkey.process.wait()
    valkey.reap()

    again = start(tmp_path)
    found = embedded_redis.ask(url(tmp_path), "LLEN", "rq:queue:bulk")
    again.stop(time.monotonic() + 2)

    assert found == 2


def test_missing_keys_and_refusals_are_told_apart(valkey: Child, tmp_path: Path) -> None:
    assert embedded_redis.ask(url(tmp_path), "GET", "nothing") is None

    with pytest.raises(embedded_redis.RedisSilent, match="unknown command"):
        embedded_redis.ask(url(tmp_path), "NONSENSE")


def test_nobody_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(embedded_redis.RedisSilent, match="does not answer"):
        embedded_redis.ask(f"unix://{tmp_path}/none.sock", "PING")


def test_password_and_database_of_the_address_are_used() -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer_ok, args=(server, heard))
        thread.start()
        port = server.getsockname()[1]
        embedded_redis.ask(f"redis://ana:p%40ss@127.0.0.1:{port}/3", "PING")
        thread.join()

    assert [word for word in b"".join(heard).split(b"\r\n") if word.isalnum() or b"@" in word] == [
        b"AUTH", b"ana", b"p@ss", b"SELECT", b"3", b"PING"]


def answer_ok(server: socket.socket, heard: list[bytes]) -> None:
    """A Redis that agrees to the three commands of one connection."""
    connection, _ = server.accept()
    with connection:
        for _ in range(3):
            heard.append(connection.recv(1024))
            connection.sendall(b"+OK\r\n")


def test_a_long_data_folder_gets_a_short_socket(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 120)

    path = embedded_redis.socket_path(long)

    assert len(str(path)) < 100 and path.parent.stat().st_mode & 0o077 == 0


def test_two_long_data_folders_get_two_sockets(tmp_path: Path) -> None:
    one, other = (embedded_redis.socket_path(tmp_path / (letter * 120)) for letter in "xy")

    assert one != other


def test_torn_data_is_put_aside_and_kept(tmp_path: Path) -> None:
    (tmp_path / "valkey").mkdir()
    (tmp_path / "valkey" / "torn").touch()

    embedded_redis.put_aside(tmp_path)

    assert (tmp_path / "valkey.broken" / "torn").exists() and not (tmp_path / "valkey").exists()
