"""How many messages of hers it takes to come to a person, at most, from every place of a board.

A reachability game of two: she takes the smallest of her choices, everything else takes the largest. Solved from the
goal backwards, nearest places first (Knuth, "A generalization of Dijkstra's algorithm", 1977), in the time it takes to
look at each move once. A place that gets no figure is one she can be kept from people for ever.
"""

from __future__ import annotations

import heapq
from collections import defaultdict

from bot.flow.proof.positions import BEST, REST, SUM, Board, Position


def turns(board: Board) -> dict[Position, int]:
    """Places from which a person is sure to be reached, with the most turns it may take."""
    before: dict[Position, list[tuple[Position, int]]] = defaultdict(list)
    missing: dict[Position, int] = {}
    so_far: dict[Position, int] = {}
    nearest: list[tuple[int, int, Position]] = []
    count = 0
    for position, place in board.places.items():
        missing[position] = len(place.moves)
        so_far[position] = 0
        for move in place.moves:
            before[move.to].append((position, move.turns))
        if place.decides == REST or (not place.moves and place.decides != BEST):
            nearest.append((0, count := count + 1, position))
    heapq.heapify(nearest)
    settled: dict[Position, int] = {}
    while nearest:
        most, _, position = heapq.heappop(nearest)
        if position in settled:
            continue
        settled[position] = most
        for earlier, cost in before[position]:
            decides = board.places[earlier].decides
            missing[earlier] -= 1
            if decides == BEST:
                heapq.heappush(nearest, (most + cost, count := count + 1, earlier))
                continue
            so_far[earlier] = so_far[earlier] + most + cost if decides == SUM else max(so_far[earlier], most + cost)
            if missing[earlier] == 0:
                heapq.heappush(nearest, (so_far[earlier], count := count + 1, earlier))
    return settled
