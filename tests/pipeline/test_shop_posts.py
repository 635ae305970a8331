"""Posts of a shop, kept: together where they come together, each by itself where one is wrong."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, cast

import pytest
from sqlalchemy import func, select

import faults
from conversation.work import Database
from outreach.news import News
from outreach.policy import Policy
from outreach.tables import OrderNews
from pipeline.shop_posts import MOST_WAITING, Crowded, Post, Shelf
from tests.builders import HandClock


@pytest.fixture
def shelf(database: Database) -> Shelf:
    return Shelf(database, Policy)


def news(clock: HandClock, number: int) -> News:
    return News(key=f"key-{number}", kind="shipped", reference=f"LR-{number}", happened_at=clock.now(), facts={})


def count(database: Database) -> int:
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(OrderNews.__table__)).scalar_one()


def test_posts_at_the_same_time_are_each_kept_once(shelf: Shelf, hand_clock: HandClock) -> None:
    told = [news(hand_clock, n % 20) for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda one: shelf.keep("webhook", [one]), told))

    assert sum(kept) == count(shelf.database) == 20


def test_posts_that_waited_for_one_another_share_a_transaction(shelf: Shelf, hand_clock: HandClock) -> None:
    waiting = [Post("webhook", [news(hand_clock, n)]) for n in range(3)]
    shelf._waiting.extend(waiting)
    shelf.keep("webhook", [news(hand_clock, 3)])

    assert [post.kept for post in waiting] == [1, 1, 1]


def test_a_post_that_cannot_be_kept_fails_alone(shelf: Shelf, hand_clock: HandClock) -> None:
    wrong = Post("webhook", [replace(news(hand_clock, 1), kind=cast(Any, None))])
    shelf._waiting.append(wrong)

    assert shelf.keep("webhook", [news(hand_clock, 2)]) == 1
    assert wrong.error is not None and count(shelf.database) == 1


def test_who_posted_what_cannot_be_kept_hears_of_it(shelf: Shelf, hand_clock: HandClock) -> None:
    with pytest.raises(Exception, match="kind"):
        shelf.keep("webhook", [replace(news(hand_clock, 1), kind=cast(Any, None))])


def test_a_database_that_takes_nothing_is_not_waited_for_once_for_each(shelf: Shelf, hand_clock: HandClock) -> None:
    waiting = [Post("webhook", [news(hand_clock, n)]) for n in range(3)]
    shelf._waiting.extend(waiting)
    faults.arm("before commit@shop_posts._store#1:raise")
    try:
        with pytest.raises(faults.Fault):
            shelf.keep("webhook", [news(hand_clock, 3)])
    finally:
        faults.disarm()

    assert [post.error is None for post in waiting] == [False] * 3
    assert shelf.keep("webhook", [news(hand_clock, 3)]) == count(shelf.database) == 1


def test_many_at_once_are_each_kept_and_each_answered(shelf: Shelf, hand_clock: HandClock) -> None:
    with ThreadPoolExecutor(24) as pool:
        kept = list(pool.map(lambda n: shelf.keep("webhook", [news(hand_clock, n % 40)]), range(80)))

    assert (sum(kept), count(shelf.database)) == (40, 40)


def test_a_crowd_of_posts_leaves_room_for_customers(shelf: Shelf, hand_clock: HandClock) -> None:
    shelf._waiting.extend(Post("webhook", []) for _ in range(MOST_WAITING))

    with pytest.raises(Crowded):
        shelf.keep("webhook", [news(hand_clock, 1)])
