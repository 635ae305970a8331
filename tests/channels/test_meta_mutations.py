"""Captures of Meta's posts, broken in every way: nothing raises, and whole members stay as they were."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels import meta
from channels.base import Parsed
from tests.channels.normal_form import faults
from tests.channels.signing import our_accounts
from tests.channels.test_captures import CAPTURES, body_of

APP = our_accounts().meta[0]
BODIES = [path for path in CAPTURES if path.parent.name.startswith("meta-") and '"raw"' not in path.read_text("utf-8")]
STRANGE = st.sampled_from(
    [None, True, 0, -1, 1.5, 1e17, 10**40, "", "x", "\x00", "\ud83d", "ñ👍", "NaN", [], [None], [[]], {}, {"id": []}, {"a": {"b": 1}}]
) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=6,
)
# A member that names nobody but has an id of its own is the contact's (see meta_whatsapp_events).
NOBODY = STRANGE.filter(lambda one: not isinstance(one, dict) or not one.get("id"))
CALM = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)


@cache
def capture(place: int) -> str:
    return json.dumps(json.loads(BODIES[place].read_text("utf-8"))["request"]["json"])


def read(payload: Any) -> Parsed:
    return meta.parse(json.dumps(payload).encode(), APP)


def places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every node below the root."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in inner:
        yield (*path, key)
        yield from places(value, (*path, key))


@st.composite
def broken(draw: st.DrawFn) -> Any:
    """A capture with up to three nodes replaced, dropped or doubled."""
    tree = json.loads(capture(draw(st.integers(0, len(BODIES) - 1))))
    for _ in range(draw(st.integers(1, 3))):
        paths = list(places(tree))
        if not paths:
            break
        *way, last = draw(st.sampled_from(paths))
        parent = tree
        for key in way:
            parent = parent[key]
        how = draw(st.sampled_from(["replace", "drop", "double"]))
        if how == "double" and isinstance(parent, list):
            parent.insert(last, copy.deepcopy(parent[last]))
        elif how == "drop":
            del parent[last]
        else:
            parent[last] = copy.deepcopy(draw(STRANGE))
    return tree


@CALM
@given(broken())
def test_a_broken_post_breaks_nothing_and_stays_in_the_normal_form(payload: Any) -> None:
    parsed = read(payload)

    assert [fault for event in parsed.events for fault in faults(event)] == []
    assert [one for one in parsed.ignored if "error" in one] == []
    assert parsed.events or parsed.ignored


@CALM
@given(broken(), st.integers(0, len(BODIES) - 1))
def test_a_broken_entry_changes_nothing_about_the_others(payload: Any, place: int) -> None:
    whole = json.loads(capture(place))
    alone = read(whole).events
    entries = payload.get("entry") if isinstance(payload, dict) else None
    among = entries if isinstance(entries, list) else [entries]

    if isinstance(whole.get("entry"), list):
        both = read(whole | {"entry": [*whole["entry"], *among, *whole["entry"]]}).events

        assert both[: len(alone)] == alone
        assert both[len(both) - len(alone) :] == alone


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("meta-whatsapp/text", ("changes", 0, "value", "messages")),
        ("meta-whatsapp/status_failed", ("changes", 0, "value", "statuses")),
        ("meta-whatsapp/text", ("changes",)),
        ("meta-messenger/text", ("messaging",)),
        ("meta-instagram/text", ("messaging",)),
    ],
    ids=str,
)
@CALM
@given(st.lists(NOBODY, max_size=3), st.lists(NOBODY, max_size=3))
def test_strange_members_change_nothing_about_the_one_among_them(
    name: str, where: tuple[Any, ...], before: list[Any], after: list[Any]
) -> None:
    path = next(path for path in BODIES if f"{path.parent.name}/{path.stem}" == name)
    kept = json.loads(path.read_text("utf-8"))
    members = kept["request"]["json"]["entry"][0]
    for key in where:
        members = members[key]
    members[:] = [*before, *members, *after]

    assert list(read(kept["request"]["json"]).events) == kept["events"]


@given(st.binary(max_size=200))
def test_arbitrary_bytes_never_raise(body: bytes) -> None:
    assert meta.parse(body, APP).events == ()


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"entry":' * 50_000, b"9" * 100_000, b"\xff\xfe", b"null", b'""', b"1e999"])
def test_what_is_no_post_is_left_out_with_a_reason(body: bytes) -> None:
    assert [one["reason"] for one in meta.parse(body, APP).ignored] == ["unreadable"]


def test_a_post_of_a_thousand_messages_is_read_whole() -> None:
    payload = json.loads(body_of(json.loads(_named("meta-whatsapp/text"))["request"]))
    messages = payload["entry"][0]["changes"][0]["value"]["messages"]
    messages[:] = [{**messages[0], "id": f"wamid.{n}"} for n in range(1000)]

    assert [event["provider_id"] for event in read(payload).events] == [f"wamid.{n}" for n in range(1000)]


def _named(name: str) -> str:
    return next(path.read_text("utf-8") for path in BODIES if f"{path.parent.name}/{path.stem}" == name)
