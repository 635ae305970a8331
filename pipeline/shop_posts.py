"""What a shop posts, kept: posts that come at the same time share one transaction.

A carrier tells of thousands of parcels in a minute, one a post. Stored one by one, each would wait for a disk, and
customers' messages for all of them. Whoever comes first stores for all who came meanwhile; a post that cannot be kept
fails alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

import faults
from conversation.work import Database
from outreach import rounds, taking
from outreach.news import News
from outreach.policy import Policy

MOST_AT_ONCE = 64  # posts in one transaction
MOST_WAITING = 96  # half the threads that take webhooks: the others are for customers


class Crowded(Exception):
    """So many posts wait that customers would find nobody to take their messages."""


@dataclass(slots=True)
class Post:
    """News of one post, and what became of them. `woken`: it is done, or it is its turn to store for all."""

    source: str
    news: Sequence[News]
    kept: int = 0
    error: Exception | None = None
    is_done: bool = False
    woken: threading.Event = field(default_factory=threading.Event)


@dataclass
class Shelf:
    """Where posts are kept; `keep` returns after the commit."""

    database: Database
    rules: Callable[[], Policy]
    _waiting: list[Post] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _is_led: bool = False

    def keep(self, source: str, news: Sequence[News]) -> int:
        """Store what a shop told; how much of it was new. Raises Crowded, and what the database raised."""
        post = Post(source, news)
        with self._guard:
            if len(self._waiting) >= MOST_WAITING:
                raise Crowded
            self._waiting.append(post)
            leads, self._is_led = not self._is_led, True
        if not leads:
            post.woken.wait()
        if not post.is_done:
            try:
                self._store_next()
            finally:
                self._pass_on()
        if post.error is not None:
            raise post.error
        return post.kept

    def _pass_on(self) -> None:
        """Whoever waits longest stores next."""
        with self._guard:
            self._is_led = bool(self._waiting)
            if self._waiting:
                self._waiting[0].woken.set()

    def _store_next(self) -> None:
        with self._guard:
            posts, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
        try:
            self._store(posts)
        except Exception as error:  # whatever is wrong with one, its neighbours are kept
            for post in posts:
                if len(posts) == 1 or _is_no_storage(error):
                    post.error = error
                else:
                    self._store_alone(post)
        for post in posts:
            post.is_done = True
            post.woken.set()

    def _store_alone(self, post: Post) -> None:
        try:
            self._store([post])
        except Exception as error:  # whoever posted it hears of it
            post.error = error

    def _store(self, posts: Sequence[Post]) -> None:
        policy = self.rules()
        with self.database.work() as work:
            if any(one.cause for post in posts for one in post.news):
                rounds.one_at_a_time(work)  # before the first row is locked, not between two posts
            for source in dict.fromkeys(post.source for post in posts):
                theirs = [post for post in posts if post.source == source]
                fresh = taking.take_keys(work, source, [one for post in theirs for one in post.news], policy)
                for post in theirs:
                    mine = {one.key for one in post.news} & fresh
                    post.kept, fresh = len(mine), fresh - mine


def _is_no_storage(error: Exception) -> bool:
    """The database did not take it: to wait for it once more for each post would only hold up all who come after."""
    return isinstance(error, (DBAPIError, faults.Fault)) and not isinstance(error, (DataError, IntegrityError))
