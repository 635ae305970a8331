"""What a browser calls itself, in two words that its owner recognises: `Firefox · Linux`. Pure."""

from __future__ import annotations

# the first that is found: most browsers claim to be others too
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
             ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
            ("Mac OS X", "Mac"), ("Linux", "Linux"))


def device(user_agent: str) -> str:
    """Browser and system; empty where neither is known."""
    return " · ".join(found for known in (_BROWSERS, _SYSTEMS) if (found := _first(known, user_agent)))


def _first(known: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for sign, name in known if sign in user_agent), "")
