"""`./run python -m demo.pictures`: a picture of every page, at 390 and 1440 pixels, by day and by night, and our pages beside
the mock-ups they were drawn after. Starts a demo of its own, asks a Chromium, writes `docs/pictures/`.

Needs playwright (requirements-dev.txt) and a Chromium. A page that is added is found by itself, by its route.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from demo.picture_views import View, views
from demo.ports import free_port
from demo.seed import LOGINS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "pictures"
MOCKUPS = FOLDER / "mockups"
SIZES = {"390": (390, 844), "1440": (1440, 900)}
THEMES = ("light", "dark")
QUALITY = 70
START_SECONDS = 60.0
STOP_SECONDS = 15.0
GAP = 24  # pixels between the two pictures of a pair
# our page beside its mock-up: (ours, theirs), both without size and theme
PAIRS = (
    ("conversation-1440-light", "desk-light"), ("conversation-1440-dark", "desk-dark"),
    ("conversations-390-light", "desk-phone-lista-light"), ("conversation-390-light", "desk-phone-light"),
    ("panel-390-light", "desk-phone-ficha-light"), ("supervision-1440-light", "supervisor-light"),
    ("supervision-390-light", "supervisor-phone-light"), ("reports-1440-light", "reports-light"),
    ("flow-1440-light", "flow-light"), ("login-1440-light", "login-light"),
)


def shoot(browser: Browser, base: str, folder: Path, wanted: Sequence[str]) -> list[str]:
    """Make the pictures; returns the names of the views."""
    people = {"boss": _boss(), "ana": "ana@demo.example"}
    contexts = {who: browser.new_context(locale="es-ES", timezone_id="Europe/Madrid", reduced_motion="reduce")
                for who in (*people, "nobody")}
    for who, email in people.items():
        _log_in(contexts[who].new_page(), base, email)
    done = []
    for view in list(views(contexts["ana"].pages[0], base, contexts["boss"].pages[0])):
        if wanted and view.name not in wanted:
            continue
        _shoot_one(contexts[view.who].new_page(), base, view, folder)
        done.append(view.name)
    return done


def _shoot_one(page: Page, base: str, view: View, folder: Path) -> None:
    for (size, (width, height)), theme in product(SIZES.items(), THEMES):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="light" if theme == "light" else "dark")
        answer = page.goto(base + view.address)
        if answer is not None and answer.headers.get("content-type", "").startswith("text/html"):
            if view.does is not None:
                view.does(page)
            _write(folder / f"{view.name}-{size}-{theme}.webp", page.screenshot())
    page.close()


def pair(folder: Path) -> int:
    """Ours on the left, the mock-up on the right, at one height; returns how many pairs there are."""
    made = 0
    for ours, theirs in PAIRS:
        left, right = folder / f"{ours}.webp", MOCKUPS / f"{theirs}.webp"
        if not left.exists() or not right.exists():
            continue
        one, other = Image.open(left).convert("RGB"), Image.open(right).convert("RGB")
        other = other.resize((round(other.width * one.height / other.height), one.height))
        both = Image.new("RGB", (one.width + GAP + other.width, one.height), (128, 128, 128))
        both.paste(one, (0, 0))
        both.paste(other, (one.width + GAP, 0))
        both.save(folder / f"beside-{ours}.webp", quality=QUALITY)
        made += 1
    return made


@contextmanager
def running(data_dir: Path) -> Iterator[str]:
    """A demo of its own; yields its address."""
    port = free_port()
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("TWILIO_", "META_"))}
    given = {**bare, "MODE": "demo", "PORT": str(port), "DATA_DIR": str(data_dir), "FLOWS_WRITE": "0"}
    with subprocess.Popen([sys.executable, "-m", "pipeline.supervisor"], env=given, cwd=ROOT,
                          stdout=subprocess.DEVNULL, start_new_session=True) as process:
        base = f"http://127.0.0.1:{port}"
        try:
            _wait_for(base)
            yield base
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(STOP_SECONDS)


def _wait_for(base: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{base}/", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SystemExit(f"The demo at {base} does not answer.")


def _boss() -> str:
    """The demo's person who may see the most."""
    ranks = {"agent": 0, "supervisor": 1, "admin": 2}
    return max(LOGINS, key=lambda login: ranks[login.person.role]).person.email


def _log_in(page: Page, base: str, email: str) -> None:
    page.goto(f"{base}/console/login")
    page.fill("[name=email]", email)
    page.fill("[name=password]", next(login.password for login in LOGINS if login.person.email == email))
    page.click("form button")


def _write(path: Path, png: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.open(io.BytesIO(png)).convert("RGB").save(path, quality=QUALITY, method=6)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make them all, or those that are named."""
    parser = argparse.ArgumentParser(prog="python -m demo.pictures", description=__doc__)
    parser.add_argument("views", nargs="*", help="names of views; without any, all of them")
    parser.add_argument("--into", type=Path, default=FOLDER, help="the folder they are written into")
    given = parser.parse_args(arguments)
    chromium = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), "")
    if not chromium:
        print("There is no Chromium here: install it (Debian: apt-get install chromium).", file=sys.stderr)
        return 1
    from playwright.sync_api import sync_playwright  # a tool of those who change the code, not of those who run it

    with tempfile.TemporaryDirectory() as data, running(Path(data)) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        done = shoot(browser, base, given.into, given.views)
        browser.close()
    print(f"{len(done)} views: {', '.join(done)}; {pair(given.into)} beside their mock-ups.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
