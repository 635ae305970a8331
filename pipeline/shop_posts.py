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

MOST_AT_ONCE = 32  # posts in one transaction


@dataclass(slots=True)
class Post:
    """News of one post, and what became of them."""

    source: str
    news: Sequence[News]
    kept: int = 0
    error: Exception | None = None
    is_done: bool = False


@dataclass
class Shelf:
    """Where posts are kept; `keep` returns after the commit."""

    database: Database
    rules: Callable[[], Policy]
    _waiting: list[Post] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, source: str, news: Sequence[News]) -> int:
        """Store what a shop told; how much of it was new. Raises what the database raised."""
        post = Post(source, news)
        with self._guard:
            self._waiting.append(post)
        while not post.is_done:
            with self._turn:
                if not post.is_done:
                    self._store_next()
        if post.error is not None:
            raise post.error
        return post.kept

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
            for post in posts:
                post.kept = taking.take(work, post.source, post.news, policy)


def _is_no_storage(error: Exception) -> bool:
    """The database did not take it: to wait for it once more for each post would only hold up all who come after."""
    return isinstance(error, (DBAPIError, faults.Fault)) and not isinstance(error, (DataError, IntegrityError))
