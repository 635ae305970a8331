"""Setting the logs up from the settings of this process; how a line looks is in `logs.py`."""

from __future__ import annotations

import logs
from config import Settings


def configure(settings: Settings) -> None:
    """One line per record on stderr, from LOG_LEVEL on, without what the settings keep secret."""
    logs.configure(settings.log_level, settings.secret_values, settings.secret_key)
