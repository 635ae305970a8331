"""A photo on its way through all of Relevo: the webhook, the ring, the worker that is started for it, the folder."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import samples
from tests.channels.signing import twilio_signature
from tests.end_to_end.relevo import ROOT, Relevo, environment
from tests.providers.media import ACCOUNT_SID, AUTH_TOKEN, MediaStandIn

PATIENCE_SECONDS = 30.0
OURS = "+14155238886"


@pytest.fixture
def host() -> Iterator[MediaStandIn]:
    with MediaStandIn() as standin:
        yield standin


def settings(host: MediaStandIn) -> dict[str, str]:
    """Production, but for a provider on loopback."""
    return {"MODE": "lab", "TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_AUTH_TOKEN": AUTH_TOKEN, "TWILIO_WHATSAPP": OURS,
            "TWILIO_API_BASE": host.url, "MEDIA_HOSTS": host.cdn_host, "POLL_SECONDS": "0"}


def write(relevo: Relevo, host: MediaStandIn) -> None:
    """Twilio's webhook of a photo."""
    fields = {"AccountSid": ACCOUNT_SID, "MessageSid": "SM" + "1" * 32, "From": "whatsapp:+34600111222",
              "To": f"whatsapp:{OURS}", "Body": "", "NumMedia": "1", "MediaContentType0": "image/jpeg",
              "MediaUrl0": host.twilio_url(host.put("ME1", samples.a_photo_of_madrid()))}
    url = f"http://127.0.0.1:{relevo.port}/webhooks/twilio"
    headers = {"X-Twilio-Signature": twilio_signature(url, fields, AUTH_TOKEN)}
    urllib.request.urlopen(urllib.request.Request(url, urllib.parse.urlencode(fields).encode(), headers)).close()


def state(data_dir: Path) -> str:
    """How far the one attachment is."""
    database = sqlite3.connect(f"file:{data_dir / 'relevo.db'}?mode=ro", uri=True)
    try:
        return str((database.execute("SELECT state FROM attachment").fetchone() or ["none"])[0])
    finally:
        database.close()


def eventually(look: Callable[[], str], wanted: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while look() != wanted and time.monotonic() < until:
        time.sleep(0.1)
    assert look() == wanted


def test_a_photo_starts_the_worker_of_its_lane_and_is_kept(tmp_path: Path, host: MediaStandIn) -> None:
    with Relevo(tmp_path / "data", settings(host)) as relevo:
        write(relevo, host)

        eventually(lambda: state(relevo.data_dir), "stored")
        assert "bulk" in relevo.pids()

    assert len([path for path in (tmp_path / "data" / "media").rglob("att_*") if path.is_file()]) == 2


def test_without_redis_the_slow_worker_fetches_it_a_few_seconds_later(tmp_path: Path, host: MediaStandIn) -> None:
    data_dir = tmp_path / "data"
    with Relevo(data_dir, settings(host)) as relevo:
        host.fail("500", "500")
        write(relevo, host)
        eventually(lambda: state(data_dir), "remote")
    worker = subprocess.Popen([sys.executable, "-m", "pipeline.worker", "slow"], cwd=ROOT,
                              env=environment(data_dir, **settings(host), REDIS_URL=""))
    try:
        eventually(lambda: state(data_dir), "stored")
    finally:
        worker.kill()
        worker.wait()
