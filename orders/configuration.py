"""The file that says which shop is asked: by default `flows/_orders.yaml`. It holds no secrets, only their names.

    connector: rest
    settings:
      url: https://shop.example/orders/{reference}
      auth: {bearer: "${SHOP_TOKEN}"}

Every value is text; `${NAME}` is taken from the environment. Anchors, tags and doubled keys are refused.
What a shop behind the network says is kept for a while (`orders/kept.py`); `keep: {fresh, stale}` says how long.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml_file
from orders import connector, kept
from orders.base import Connector
from orders.errors import BadConfiguration
from orders.settings import Settings
from yaml_file import Finding, Page

FILE = "_orders.yaml"

_variable = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_only_a_variable = re.compile(r"(Bearer |Token )?\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_TOP_KEYS = ("connector", "settings")
# Below `auth` these need not be secret.
_NO_SECRETS = frozenset({"user"})


def load(path: Path, environment: Mapping[str, str], now: Callable[[], datetime] | None = None) -> Connector:
    """The connector that the file describes; a relative `path` of its settings counts from the file's folder.

    `now` dates what is told while the shop is away. Raises BadConfiguration with file, line, key and mend.
    """
    if not path.exists():
        detail = f"{path} is not there: write it (one line “connector: demo” is enough)."
        raise BadConfiguration(detail + " Its place is the setting ORDERS_CONFIG.")
    page = yaml_file.read(path)
    shop = _opened(page, path.parent, environment, now)
    if shop is None:
        raise BadConfiguration("\n".join(f"{path}:{one.line}: {one.sentence}" for one in page.findings))
    return shop


def check(page: Page, folder: Path, environment: Mapping[str, str]) -> tuple[Finding, ...]:
    """Everything wrong in such a file; `folder` is where it lies. The shop is not asked."""
    shop = _opened(page, folder, environment, None)
    getattr(shop, "close", lambda: None)()
    return tuple(page.findings)


def _opened(
    page: Page, folder: Path, environment: Mapping[str, str], now: Callable[[], datetime] | None
) -> Connector | None:
    """The connector; None where something is wrong, which the page then tells."""
    tree = _filled(page, page.tree, "", environment)
    if page.findings:
        return None
    if not isinstance(tree, dict):
        page.wrong("", "must begin with a line such as “connector: demo”.")
        return None
    if len(yaml_file.named(page, tree, "", _TOP_KEYS)) < len(tree):
        return None
    try:
        given = Settings(tree)
        name = given.text("connector")
        given.table("settings")
        return _made(name, _settings(tree, folder), now)
    except BadConfiguration as error:
        _place(page, error)
        return None


def _made(name: str, settings: dict[str, Any], now: Callable[[], datetime] | None) -> Connector:
    terms = Settings({"keep": settings.pop("keep", None)}).table("keep")
    shop = connector(name, settings)
    if shop.local or not isinstance(shop, kept.Recorded):
        terms.refuse_unknown()
        return shop
    keep = kept.keep(terms)
    return kept.Keeper(shop, keep, now) if keep.fresh_seconds else shop


def _filled(page: Page, value: Any, key: str, environment: Mapping[str, str]) -> Any:
    """The same with `${NAME}` from the environment."""
    if isinstance(value, dict):
        return {name: _filled(page, one, f"{key}.{name}" if key else name, environment) for name, one in value.items()}
    if isinstance(value, list):
        return [_filled(page, one, f"{key}.{place}", environment) for place, one in enumerate(value)]
    return _text(page, value, key, environment) if isinstance(value, str) else value


def _text(page: Page, text: str, key: str, environment: Mapping[str, str]) -> str:
    if _is_secret(key) and text and not _only_a_variable.fullmatch(text):
        name = key.rpartition(".")[2].upper().replace("-", "_")
        page.wrong(key, f"{key} holds a secret: put it into the environment and write “${{SHOP_{name}}}”.")
        return text
    for name in _variable.findall(text):
        if name not in environment:
            page.wrong(key, f"{key} needs the variable {name}, which is not set: set it in .env.")
    return _variable.sub(lambda found: environment.get(found[1], ""), text)


def _is_secret(key: str) -> bool:
    parts = key.split(".")
    return parts[:2] == ["settings", "auth"] and parts[-1] not in _NO_SECRETS


def _settings(tree: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    settings = dict(tree.get("settings") or {})
    if isinstance(settings.get("path"), str) and settings["path"]:
        settings["path"] = str(folder / settings["path"])
    return settings


def _place(page: Page, error: BadConfiguration) -> None:
    """Tells what a connector refused, with the whole key."""
    key = f"settings.{error.key}" if error.key and error.key not in _TOP_KEYS else error.key
    detail = error.detail.removeprefix(error.key).removeprefix(":").strip()
    page.wrong(key, f"{key}: {detail}" if key else detail)
