"""The readers of webhooks under atheris: coverage-guided, by hand, for as long as one likes.

    pip install atheris && python -m tests.channels.fuzz -max_total_time=600

Starts from the captures. What is read must never raise, must be JSON, and must be storable as UTF-8 without NUL.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from channels import webhooks
from channels.webhooks import Kept
from tests.channels.signing import our_accounts
from tests.channels.test_captures import CAPTURES, body_of

PROVIDERS = {0: "twilio", 1: "meta"}
PATHS = {"twilio": "/webhooks/twilio/status?part=prt_1", "meta": "/webhooks/meta"}
ACCOUNTS = our_accounts()


def one(data: bytes) -> None:
    """Read one body; its first byte says whose it is."""
    provider = PROVIDERS[data[0] % 2] if data else "meta"
    parsed = webhooks.read(Kept(provider, "POST", PATHS[provider], data[1:]), ACCOUNTS)
    written = json.dumps([parsed.events, parsed.ignored], ensure_ascii=False, allow_nan=False)
    assert "\\u0000" not in written.replace("\\\\", "")  # a backslash that somebody wrote is written as two
    written.encode("utf-8")


def seeds(folder: Path) -> None:
    """Every capture as a file to start from."""
    for n, path in enumerate(CAPTURES):
        request = json.loads(path.read_text("utf-8"))["request"]
        first = b"\x00" if request["provider"] == "twilio" else b"\x01"
        (folder / f"{n:04}").write_bytes(first + body_of(request))


def main() -> None:
    """Fuzz until told to stop; libFuzzer's options are understood."""
    import atheris  # no dependency of the tests: it is for a hand that has ten minutes

    with tempfile.TemporaryDirectory() as folder:
        seeds(Path(folder))
        atheris.instrument_all()
        atheris.Setup([*sys.argv, folder], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
