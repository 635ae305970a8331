"""What every connector over a network must do when its shop fails: one case a fault and a question.

It ends in a ConnectorError that says rightly whether asking again may help, or in the truth, and within its time;
never in another's data, and never in a change that is made twice or called made when it was not.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from orders.acting import CHANGES, Action, Acts, Done
from orders.base import Connector, Order, Proof
from orders.errors import ConnectorError, Unsure
from tests.providers.faulty import FaultyShop

# What the rigs set as time limit of a look-up, and what a busy machine may add.
TIMEOUT_SECONDS = 0.35
GRACE_SECONDS = 1.0

# How the names of cases begin whose connector may ask twice.
AGAIN = "is_asked_again"

MARTA = Proof(email="marta@example.com")
OTHERS = ("CD-", "EF-")
NEW_ADDRESS = {"name": "Marta Ríos", "street": "Calle Nueva 9", "postcode": "28014", "city": "Madrid", "country": "ES"}


@dataclass(frozen=True)
class Faulty:
    """A connector over the samples, and the stand-in that can be told to fail."""

    connector: Connector
    shop: FaultyShop


Case = Callable[[Faulty], None]
Question = Callable[[Connector], "Order | None | tuple[Order, ...]"]

QUESTIONS: dict[str, Question] = {
    "find": lambda connector: connector.find("AB-12345", MARTA),
    "desk": lambda connector: connector.find_without_proof("AB-12345"),
    "email": lambda connector: connector.orders_of(MARTA),
    "phone": lambda connector: connector.orders_of(Proof(phone="+34600111222")),
}
# How the shop fails → is that for good, and the codes that say so.
FAILURES: dict[str, tuple[bool, frozenset[str]]] = {
    **{status: (False, frozenset({"unavailable"})) for status in ("500", "502", "503", "504")},
    "429": (False, frozenset({"throttled"})),
    **{mode: (False, frozenset({"unavailable"})) for mode in ("reset", "cut")},
    **{mode: (False, frozenset({"timeout"})) for mode in ("slow", "drip", "drip_headers")},
    **{status: (True, frozenset({"credentials"})) for status in ("401", "403")},
    **{status: (True, frozenset({"refused"})) for status in ("400", "418")},
    **{mode: (True, frozenset({"not_json"})) for mode in ("html", "truncated", "nothing", "deep", "nan")},
    **{mode: (True, frozenset({"shape", "refused"})) for mode in ("word", "error_object")},
    "big": (True, frozenset({"too_big"})),
    "redirect": (True, frozenset({"unavailable", "refused"})),
}
JUNK: tuple[Any, ...] = (None, {"a": [[]]}, "\x00\ud800", 10**30)
MAX_PLACES = 40
SLOW = ("slow", "drip", "drip_headers")


def ends_in_the_right_error(mode: str, ask: Question, rig: Faulty) -> None:
    rig.shop.mode(mode)
    started = time.monotonic()

    error = _error(partial(ask, rig.connector))

    permanent, codes = FAILURES[mode]
    assert error is not None, f"{mode} was taken for an answer"
    assert (error.permanent, error.code in codes) == (permanent, True), f"{mode}: {error.code}, {error.permanent}"
    assert time.monotonic() - started < TIMEOUT_SECONDS + GRACE_SECONDS


def error_tells_nothing_of_the_shops_answer(rig: Faulty) -> None:
    rig.shop.mode("html")

    error = _error(partial(QUESTIONS["find"], rig.connector))

    assert error is not None and not [word for word in ("Maintenance", "12345", "marta") if word in error.detail]


def is_asked_again_when_it_may_pass(mode: str, ask: Question, rig: Faulty) -> None:
    rig.shop.mode(mode, count=1)

    found = ask(rig.connector)

    assert found and [order.reference for order in _orders(found) if order.reference == "AB-12345"]


def another_order_is_never_shown(rig: Faulty) -> None:
    rig.shop.mode("other_order")

    for ask in (QUESTIONS["find"], QUESTIONS["desk"]):
        assert not _references(partial(ask, rig.connector)) - {"AB-12345"}


def another_order_is_not_shown_to_its_own_buyer_under_a_wrong_number(rig: Faulty) -> None:
    rig.shop.mode("other_order")

    assert not _references(lambda: rig.connector.find("AB-12345", Proof(email="john@example.com")))


def search_without_a_filter_shows_nobody_elses_orders(rig: Faulty) -> None:
    rig.shop.mode("everybody")

    assert all(ref.startswith("CD-") for ref in _references(lambda: rig.connector.orders_of(Proof(email="john@example.com"))))
    assert all(ref.startswith("AB-") for ref in _references(lambda: rig.connector.orders_of(MARTA)))


def search_without_a_filter_finds_nobodys_orders_for_nobody(rig: Faulty) -> None:
    rig.shop.mode("everybody")

    assert not _references(lambda: rig.connector.orders_of(Proof(email="nobody@example.com", phone="+34600999888")))


def of_everybodys_orders_the_one_asked_for_is_told(rig: Faulty) -> None:
    rig.shop.mode("everybody")

    for ask in (QUESTIONS["find"], QUESTIONS["desk"]):
        assert not _references(partial(ask, rig.connector)) - {"AB-12345"}
    assert not _references(lambda: rig.connector.find("AB-99999", MARTA))
    assert not _references(lambda: rig.connector.find_without_proof("AB-99999"))


def telephone_that_ends_alike_is_another_buyers(rig: Faulty) -> None:
    rig.shop.mode("everybody")

    assert not _references(lambda: rig.connector.orders_of(Proof(phone="+351600111222")))
    assert all(ref.startswith("AB-") for ref in _references(lambda: rig.connector.orders_of(Proof(phone="+34600111222"))))


def nothing_is_done_to_another_order(kind: str, rig: Faulty) -> None:
    if (shop := _acting(rig, kind)) is None:
        return
    rig.shop.mode("other_order")

    assert isinstance(_said(lambda: shop.act(_action(kind))), ConnectorError) and not rig.shop.done


def answer_with_a_part_bent_is_an_error_or_her_order(junk: Any, ask: Question, rig: Faulty) -> None:
    for place in _places(_told(rig, ask)):
        rig.shop.bend = partial(_bent, place, junk)
        found = _references(partial(ask, rig.connector))
        assert not [ref for ref in found if ref.startswith(OTHERS)], f"{place} as {junk!r}: {found}"


def answer_with_a_part_missing_never_opens_to_a_stranger(rig: Faulty) -> None:
    stranger = Proof(email="mallory@example.com", phone="+34600999888", postcode="99999")
    for place in _places(_told(rig, QUESTIONS["find"])):
        rig.shop.bend = partial(_bent, place, None)
        assert not _references(lambda: rig.connector.find("AB-12345", stranger)), f"without {place}"


def preview_changes_nothing(kind: str, rig: Faulty) -> None:
    if (shop := _acting(rig, kind)) is None:
        return
    assert shop.preview(_action(kind)).refused == ""

    assert not rig.shop.done


def preview_of_an_absent_order_says_so(rig: Faulty) -> None:
    if (shop := _acting(rig, "cancel")) is not None:
        assert shop.preview(_action("cancel", reference="AB-99999")).refused == "absent"


def what_has_left_is_not_cancelled(rig: Faulty) -> None:
    if (shop := _acting(rig, "cancel")) is None:
        return
    action = _action("cancel", reference="AB-12345")

    assert shop.preview(action).refused == "shipped"
    assert getattr(_error(lambda: shop.act(action)), "code", "") == "shipped" and not rig.shop.done


def more_than_was_paid_is_not_given_back(rig: Faulty) -> None:
    if (shop := _acting(rig, "refund")) is None:
        return
    action = _action("refund", amount=Decimal(9999))

    assert shop.preview(action).refused == "too_much"
    assert getattr(_error(lambda: shop.act(action)), "code", "") == "too_much" and not rig.shop.done


def same_key_changes_once(kind: str, rig: Faulty) -> None:
    if (shop := _acting(rig, kind)) is None:
        return
    done = [shop.act(_action(kind)) for _ in range(3)]

    assert rig.shop.done[kind] == 1 and done[0].facts == done[2].facts


def lost_answer_is_unsure_or_found_out_and_never_done_twice(kind: str, rig: Faulty) -> None:
    if (shop := _acting(rig, kind)) is None:
        return
    rig.shop.mode("reset_after", count=1, only_changes=True)

    said = _said(lambda: shop.act(_action(kind)))
    again = _said(lambda: shop.act(_action(kind)))

    assert isinstance(said, Done | Unsure) and isinstance(again, Done), f"{said!r}, {again!r}"
    assert rig.shop.done[kind] == 1


def failing_shop_is_never_called_done(mode: str, kind: str, rig: Faulty) -> None:
    if (shop := _acting(rig, kind)) is None:
        return
    rig.shop.mode(mode, only_changes=True)

    said = _said(lambda: shop.act(_action(kind)))

    assert isinstance(said, ConnectorError), f"{mode} was called {said!r}"
    assert isinstance(said, Unsure) is (mode in MAYBE_DONE) and rig.shop.done[kind] == 0


def change_is_asked_for_once(kind: str, rig: Faulty) -> None:
    if (shop := _acting(rig, kind)) is None:
        return
    rig.shop.mode("500", only_changes=True)

    _said(lambda: shop.act(_action(kind)))

    assert len([asked for asked in rig.shop.asked if rig.shop.changes(asked)]) == 1


# The shop may have done it before it fell silent or spoke nonsense; with the others it certainly has not.
MAYBE_DONE = frozenset({"500", "reset", "slow", "html", "word"})
REFUSED = frozenset({"400", "401", "429"})


def cases() -> Iterator[tuple[str, Case]]:
    """Every case by its name, the quick ones first."""
    modes = sorted(FAILURES, key=lambda mode: mode in SLOW)
    alone: tuple[Case, ...] = (
        error_tells_nothing_of_the_shops_answer, another_order_is_never_shown,
        another_order_is_not_shown_to_its_own_buyer_under_a_wrong_number,
        search_without_a_filter_shows_nobody_elses_orders, search_without_a_filter_finds_nobodys_orders_for_nobody,
        preview_of_an_absent_order_says_so, what_has_left_is_not_cancelled, more_than_was_paid_is_not_given_back,
        answer_with_a_part_missing_never_opens_to_a_stranger, of_everybodys_orders_the_one_asked_for_is_told,
        telephone_that_ends_alike_is_another_buyers,
    )  # fmt: skip
    yield from ((case.__name__, case) for case in alone)
    for kind in CHANGES:
        for acting in (preview_changes_nothing, same_key_changes_once, change_is_asked_for_once, nothing_is_done_to_another_order,
                       lost_answer_is_unsure_or_found_out_and_never_done_twice):  # fmt: skip
            yield f"{acting.__name__}-{kind}", partial(acting, kind)
        for mode in sorted((MAYBE_DONE | REFUSED) - ({"slow"} if kind in ("cancel", "coupon") else set())):
            yield f"failing_shop_is_never_called_done-{mode}-{kind}", partial(failing_shop_is_never_called_done, mode, kind)
    for name in ("find", "email"):
        yield f"{AGAIN}-503-{name}", partial(is_asked_again_when_it_may_pass, "503", QUESTIONS[name])
        yield f"{AGAIN}-reset-{name}", partial(is_asked_again_when_it_may_pass, "reset", QUESTIONS[name])
        for junk in JUNK if name == "find" else JUNK[:1]:
            bent = partial(answer_with_a_part_bent_is_an_error_or_her_order, junk, QUESTIONS[name])
            yield f"answer_with_a_part_bent-{junk!r:.12}-{name}", bent
    for mode in modes:
        for name in QUESTIONS if mode in ("500", "html") else ("find",) if mode in SLOW else ("find", "email"):
            yield f"{mode}-{name}", partial(ends_in_the_right_error, mode, QUESTIONS[name])


CASES: dict[str, Case] = dict(cases())


def _action(kind: str, reference: str = "AB-20001", amount: Decimal = Decimal("10.00")) -> Action:
    return Action(kind, reference, "key-1", amount, "EUR", NEW_ADDRESS, "asked for it")


def _acting(rig: Faulty, kind: str) -> Acts | None:
    connector = rig.connector
    return connector if isinstance(connector, Acts) and kind in connector.actions else None


def _said(act: Callable[[], Done]) -> Done | ConnectorError:
    try:
        return act()
    except ConnectorError as error:
        return error


def _error(ask: Callable[[], Any]) -> ConnectorError | None:
    try:
        ask()
    except ConnectorError as error:
        return error
    return None


def _orders(found: Order | None | tuple[Order, ...]) -> tuple[Order, ...]:
    return found if isinstance(found, tuple) else (found,) if found else ()


def _references(ask: Callable[[], Order | None | tuple[Order, ...]]) -> set[str]:
    try:
        return {order.reference for order in _orders(ask())}
    except ConnectorError:
        return set()


def _told(rig: Faulty, ask: Question) -> list[Any]:
    """The trees that the shop answers with."""
    seen: list[Any] = []

    def remember(tree: Any) -> Any:
        seen.append(tree)
        return tree

    rig.shop.bend = remember
    ask(rig.connector)
    return seen


def _places(trees: list[Any]) -> list[tuple[Any, ...]]:
    """Where something stands in them: some of the places, spread over all."""
    found = list(dict.fromkeys(place for tree in trees for place in _inside(tree, ())))
    return found[:: 1 + len(found) // MAX_PLACES]


def _inside(tree: Any, above: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """Every place of one tree; of a list the first entry."""
    below: list[tuple[Any, ...]] = [above]
    if isinstance(tree, dict):
        below += [place for key, one in tree.items() for place in _inside(one, (*above, key))]
    if isinstance(tree, list) and tree:
        below += _inside(tree[0], (*above, 0))
    return below


def _bent(place: tuple[Any, ...], junk: Any, tree: Any) -> Any:
    """The tree with `junk` at the place; as it is where it has no such place."""
    if not place:
        return junk
    bent = copy.copy(tree)
    try:
        bent[place[0]] = _bent(place[1:], junk, tree[place[0]])
    except (KeyError, IndexError, TypeError):
        return tree
    return bent
