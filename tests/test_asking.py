"""What an answer says about asking again."""

from __future__ import annotations

import pytest

from asking import retry_after

NOW = "Sun, 22 Nov 2026 12:00:00 GMT"
WINDOW = {"date": NOW, "x-ratelimit-limit": "6"}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0.0),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "Sun, 22 Nov 2026 12:00:09 GMT", "date": NOW}, 9.0),
        ({"retry-after": "Sun, 22 Nov 2026 11:00:00 GMT", "date": NOW}, 0.0),
        ({"retry-after": "soon", "date": NOW}, 0.0),
        ({**WINDOW, "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795348801"}, 1.0),
        ({**WINDOW, "x-ratelimit-remaining": "3", "x-ratelimit-reset": "1795348801"}, 0.0),
        ({**WINDOW, "x-ratelimit-remaining": "0", "x-ratelimit-reset": "never"}, 0.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795348801"}, 0.0),
    ],
)
def test_seconds_are_read_from_the_headers(headers: dict[str, str], seconds: float) -> None:
    assert retry_after(headers) == seconds
