"""Shops: where an order stands. Knows nobody.

Each connector is one file of this folder with `CONNECTOR`, a factory: its `name`, and `create(settings)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import registry
from orders.base import Connector
from orders.errors import BadConfiguration


def connector(name: str, settings: Mapping[str, Any]) -> Connector:
    """The connector of this name with these settings. Raises BadConfiguration, which names the setting."""
    known = registry.collect("orders", "CONNECTOR")
    if name not in known:
        raise BadConfiguration(f"There is no connector “{name}”: write one of {', '.join(known)}.", key="connector")
    created: Connector = known[name].create(settings)
    return created
