"""How a shop writes its numbers, where it does not find them as people do: the setting `reference`."""

from __future__ import annotations

from orders import reference
from orders.reference import Form, fold
from orders.settings import Settings


def form(given: Settings) -> Form | None:
    """From the settings below `reference`; None if there are none. Raises BadConfiguration."""
    pattern, written_so = given.text("pattern", ""), given.text("form", "")
    given.refuse_unknown()
    if not pattern and not written_so:
        return None
    if not pattern or not written_so:
        raise given.wrong("form" if pattern else "pattern", "is missing: pattern and form come together.")
    try:
        return reference.form(pattern, written_so)
    except ValueError as error:
        raise given.wrong("pattern", f"{error}.") from None


def written(number: str, shops: Form | None) -> str:
    """The number as the shop is asked for it; empty if it cannot be one of the shop's."""
    if not fold(number):
        return ""
    return shops.written(number) if shops else number.strip().lstrip("#").strip()
