"""Plug-ins: what a folder offers is what its modules say they offer.

A module that sets the attribute (`ADAPTER`, `STEP`, `CONNECTOR`, `RULE`) is a plug-in; one without it is
shared code. No decorators, no side effects of an import, no list to keep.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any


class DuplicatePlugin(Exception):
    """Two modules of one folder offer a plug-in of the same name; the message names both files."""


@cache
def collect(package: str, attribute: str) -> Mapping[str, Any]:
    """Every plug-in of `package`, by its `name`, in the order of the file names.

    `package` is dotted ("bot.flow.steps"). Raises DuplicatePlugin.
    """
    folder = importlib.import_module(package)
    found: dict[str, Any] = {}
    places: dict[str, str] = {}
    for module_info in sorted(pkgutil.iter_modules(folder.__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{package}.{module_info.name}")
        plugin = getattr(module, attribute, None)
        if plugin is None:
            continue
        if plugin.name in found:
            raise DuplicatePlugin(f"{places[plugin.name]} and {module.__name__} both offer “{plugin.name}”: rename one")
        found[plugin.name] = plugin
        places[plugin.name] = module.__name__
    return MappingProxyType(found)
