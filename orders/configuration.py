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

import yaml

from orders import connector, kept
from orders.base import Connector
from orders.errors import BadConfiguration
from orders.settings import Settings

MAX_FILE_BYTES = 256 * 1024
MAX_DEPTH = 8

_variable = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_only_a_variable = re.compile(r"(Bearer |Token )?\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_TOP_KEYS = frozenset({"connector", "settings"})
# Below `auth` these need not be secret.
_NO_SECRETS = frozenset({"user"})
_PLAIN_TAGS = frozenset({"tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})


class _Reader:
    """One file on its way from text to settings; keeps the line of every key."""

    def __init__(self, path: Path, environment: Mapping[str, str]) -> None:
        self.path = path
        self.environment = environment
        self.lines: dict[str, int] = {}
        self._seen: set[int] = set()

    def wrong(self, line: int, sentence: str) -> BadConfiguration:
        return BadConfiguration(f"{self.path}:{line}: {sentence}")

    def value(self, node: yaml.Node, key: str = "") -> Any:
        line = node.start_mark.line + 1
        self.lines[key] = line
        if id(node) in self._seen:
            raise self.wrong(line, "anchors and aliases are not read here: write the value out.")
        self._seen.add(id(node))
        if node.tag not in _PLAIN_TAGS:
            raise self.wrong(line, f"the tag {node.tag} is not read here: remove it.")
        if key.count(".") > MAX_DEPTH:
            raise self.wrong(line, "this lies too deep: a connector's settings are flatter.")
        if isinstance(node, yaml.MappingNode):
            return self._table(node, key)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(one, f"{key}.{place}") for place, one in enumerate(node.value)]
        return self._text(node, key)

    def _table(self, node: yaml.MappingNode, key: str) -> dict[str, Any]:
        table: dict[str, Any] = {}
        for name_node, value_node in node.value:
            name, line = str(name_node.value), name_node.start_mark.line + 1
            if name in table:
                raise self.wrong(line, f"“{name}” stands here twice: keep one.")
            place = f"{key}.{name}" if key else name
            table[name] = self.value(value_node, place)
            self.lines[place] = line
        return table

    def _text(self, node: yaml.Node, key: str) -> str:
        text = str(node.value)
        line = node.start_mark.line + 1
        if _is_secret(key) and text and not _only_a_variable.fullmatch(text):
            name = key.rpartition(".")[2].upper().replace("-", "_")
            mend = f"put it into the environment and write “${{SHOP_{name}}}”"
            raise self.wrong(line, f"{key} holds a secret: {mend}.")
        for name in _variable.findall(text):
            if name not in self.environment:
                raise self.wrong(line, f"{key} needs the variable {name}, which is not set: set it in .env.")
        return _variable.sub(lambda found: self.environment[found[1]], text)


def _is_secret(key: str) -> bool:
    parts = key.split(".")
    return parts[:2] == ["settings", "auth"] and parts[-1] not in _NO_SECRETS


def load(path: Path, environment: Mapping[str, str], now: Callable[[], datetime] | None = None) -> Connector:
    """The connector that the file describes; a relative `path` of its settings counts from the file's folder.

    `now` dates what is told while the shop is away. Raises BadConfiguration with file, line, key and mend.
    """
    reader = _Reader(path, environment)
    tree = reader.value(_node(path))
    if not isinstance(tree, dict):
        raise reader.wrong(1, "must begin with a line such as “connector: demo”.")
    try:
        given = Settings(tree)
        name = given.text("connector")
        given.table("settings")
        given.refuse_unknown()
        return _opened(name, _settings(tree, path.parent), now)
    except BadConfiguration as error:
        raise _placed(reader, error) from None


def _opened(name: str, settings: dict[str, Any], now: Callable[[], datetime] | None) -> Connector:
    terms = Settings({"keep": settings.pop("keep", None)}).table("keep")
    shop = connector(name, settings)
    if shop.local or not isinstance(shop, kept.Recorded):
        terms.refuse_unknown()
        return shop
    keep = kept.keep(terms)
    return kept.Keeper(shop, keep, now) if keep.fresh_seconds else shop


def _node(path: Path) -> yaml.Node:
    try:
        raw = path.read_bytes()
    except OSError as error:
        detail = f"{path} cannot be read ({error.strerror}): write it (one line “connector: demo” is enough)."
        raise BadConfiguration(detail + " Its place is the setting ORDERS_CONFIG.") from None
    if len(raw) > MAX_FILE_BYTES:
        raise BadConfiguration(f"{path} is longer than {MAX_FILE_BYTES} bytes: it is not a connector's configuration.")
    try:
        node = yaml.compose(raw.decode("utf-8-sig"), Loader=yaml.CBaseLoader)
    except UnicodeDecodeError:
        raise BadConfiguration(f"{path} is not UTF-8: save it as UTF-8.") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        detail = f"{path}:{line}: is not YAML ({error.problem}): look at the line and the one above."
        raise BadConfiguration(detail) from None
    except (yaml.YAMLError, RecursionError):
        raise BadConfiguration(f"{path} is not YAML: write it anew from the example in docs/orders.md.") from None
    if node is None:
        raise BadConfiguration(f"{path}:1: is empty: write a line “connector: demo”.")
    return node


def _settings(tree: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    settings = dict(tree.get("settings") or {})
    if isinstance(settings.get("path"), str) and settings["path"]:
        settings["path"] = str(folder / settings["path"])
    return settings


def _placed(reader: _Reader, error: BadConfiguration) -> BadConfiguration:
    """The same error with the line of its key, or of the nearest one above it."""
    key = f"settings.{error.key}" if error.key and error.key not in _TOP_KEYS else error.key
    place = key
    while place and place not in reader.lines:
        place = place.rpartition(".")[0]
    detail = error.detail if error.detail.startswith(error.key) else f"{key}: {error.detail}"
    if key != error.key:
        detail = f"{key}{detail.removeprefix(error.key).removeprefix(key)}"
    return BadConfiguration(f"{reader.path}:{reader.lines.get(place, 1)}: {detail}", key=key)
