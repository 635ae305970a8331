"""A report as its page shows it. No share without what it is a share of, and every number leads to its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import floor
from typing import Any

from flask import url_for

from console import here, measures, naming
from console.report_range import Wanted
from handoff.figure_bot import CAME_BACK, PENDING, SOLVED, TO_PERSON, BotFigures
from handoff.figures import BROKEN, KEPT, NONE, OPEN, SCORES, TARGET, Figures, Spread, Tally, spread

MOST_REASONS = 12
LEAST_MEASURED = 30  # below it nothing is multiplied
BAR = 400
CHART_TOP, CHART_FOOT, CHART_LEFT, CHART_RIGHT = 10, 110, 46, 506
LABELS = 8  # days named under the chart
LEAST_APART = 12  # of two lines that both have their number


@dataclass(frozen=True, slots=True)
class Names:
    """What ids are called."""

    queues: Mapping[str, str]
    promises: Mapping[str, int]
    agents: Mapping[str, str]


def view(figures: Figures, bot: BotFigures, further: Spread, wanted: Wanted, names: Names) -> dict[str, Any]:
    """Everything of the page."""
    total = figures.total
    return {
        "cases": _cases(bot, wanted),
        "saved": _saved(bot, spread(total.hands)),
        "tickets": {"n": _n(total.tickets), "live": total.live, "url": _rows(wanted, "all")},
        "promise": _promise(total, wanted),
        "chart": _chart(figures.days),
        "times": [_time("first", spread(total.first)), _time("next", further), _time("whole", spread(total.whole))],
        "scores": _scores(total, wanted),
        "reasons": _reasons(figures, wanted),
        "queues": [_group(names.queues.get(key, key), tally, wanted, queue=key, promise=names.promises.get(key))
                   for key, tally in _by_size(figures.queues)],
        "agents": [_group(names.agents.get(key, key), tally, wanted, agent=key) for key, tally in _by_size(figures.agents)],
    }


def facts(figures: Figures, bot: BotFigures, further: Spread, wanted: Wanted) -> dict[str, Any]:
    """The same for a program; minutes are of the time a queue was open."""
    return {
        "from": wanted.first.isoformat(), "to": wanted.last.isoformat(), "filters": {k: v for k, v in wanted.filters.items() if v},
        **_tally(figures.total), "next_reply_minutes": _spread(further),
        "reasons": [{"reason": reason, "tickets": n} for reason, n in figures.reasons],
        "days": [{"day": day.isoformat(), "kept": kept, "due": due} for day, kept, due in figures.days],
        "bot": {"cases": bot.total, **{name: bot.counts[name] for name in (SOLVED, CAME_BACK, TO_PERSON, PENDING)}},
        "queues": {key: _tally(tally) for key, tally in figures.queues.items()},
        "agents": {key: _tally(tally) for key, tally in figures.agents.items()},
    }  # fmt: skip


def _cases(bot: BotFigures, wanted: Wanted) -> dict[str, Any]:
    f = here.formats()
    terms = [{"key": name, "n": measures.count(bot.counts[name], f),
              "url": url_for("console.report_cases", **wanted.arguments(show=name))}
             for name in (SOLVED, CAME_BACK, TO_PERSON, PENDING)]
    known = bot.total - bot.counts[PENDING]
    return {"terms": terms, "total": measures.count(bot.total, f), "any": bot.total, "known": known,
            "url": url_for("console.report_cases", **wanted.arguments(show="all")),
            "share": measures.percent(bot.counts[SOLVED], known, f), "solved": bot.counts[SOLVED]}


def _saved(bot: BotFigures, hands: Spread) -> dict[str, Any] | None:
    """What people would have needed: only where enough was measured to multiply with."""
    f, solved = here.formats(), bot.counts[SOLVED]
    if hands.n < LEAST_MEASURED or not solved:
        return None
    return {"solved": measures.count(solved, f), "minutes": measures.minutes(hands.p50, f), "n": hands.n,
            "total": measures.hours(hands.p50 * solved, f)}


def _promise(total: Tally, wanted: Wanted) -> dict[str, Any]:
    f = here.formats()
    return {
        "share": measures.percent(total.promises[KEPT], total.promised, f),
        "due": total.promised,
        "terms": [{"key": name, "n": measures.count(total.promises[name], f), "url": _rows(wanted, name)}
                  for name in (KEPT, BROKEN, OPEN, NONE)],
        "broken": total.promises[BROKEN],
        "broken_url": _rows(wanted, BROKEN),
    }


def _chart(days: Sequence[tuple[date, int, int]]) -> dict[str, Any] | None:
    """One dot a day (a week in a long time) around the line of the target."""
    if not days:
        return None
    f, shares = here.formats(), [kept / due for _, kept, due in days]
    foot = min(0.8, floor(min(shares) * 10) / 10)
    step = (CHART_RIGHT - CHART_LEFT) / max(1, len(days) - 1)
    named = max(1, -(-len(days) // LABELS))
    dots = [{"x": round(CHART_LEFT + place * step, 1), "y": _height(share, foot), "low": share < TARGET,
             "text": measures.percent(kept, due, f), "n": due, "day": f.day(day) if place % named == 0 else "", "full": f.day(day)}
            for place, ((day, kept, due), share) in enumerate(zip(days, shares, strict=True))]
    lines = [{"y": _height(value, foot), "text": f"{round(value * 100)}"} for value in (1.0, TARGET, foot)]
    if lines[1]["y"] - lines[0]["y"] < LEAST_APART:
        lines = lines[1:]
    label = "; ".join(f"{dot['full']} {dot['text']} ({dot['n']})" for dot in dots)
    return {"dots": dots, "lines": lines, "target": _height(TARGET, foot), "percent": round(TARGET * 100), "label": label,
            "low": [dot["full"] for dot in dots if dot["low"]]}


def _height(share: float, foot: float) -> float:
    return round(CHART_FOOT - (share - foot) / (1 - foot) * (CHART_FOOT - CHART_TOP), 1)


def _time(key: str, found: Spread) -> dict[str, Any]:
    f = here.formats()
    return {"key": key, "n": measures.count(found.n, f), "any": found.n > 0,
            "p50": measures.minutes(found.p50, f), "p90": measures.minutes(found.p90, f)}


def _scores(total: Tally, wanted: Wanted) -> dict[str, Any]:
    f, most = here.formats(), max(total.scores.values(), default=0)
    return {"n": total.rated, "mean": measures.score(total.score, f), "url": _rows(wanted, "rated"),
            "bars": [{"score": score, "n": total.scores[score], "width": round(BAR * total.scores[score] / most, 1) if most else 0,
                      "share": measures.percent(total.scores[score], total.rated, f)} for score in SCORES]}


def _reasons(figures: Figures, wanted: Wanted) -> list[dict[str, Any]]:
    words, f = here.texts(), here.formats()
    most = max((n for _, n in figures.reasons), default=1)
    return [{"text": words(f"reasons.{naming.why(reason).key}"), "code": reason, "n": measures.count(n, f),
             "width": round(BAR * n / most, 1), "url": _rows(wanted, f"reason:{reason}"),
             "share": measures.percent(n, figures.total.tickets, f)} for reason, n in figures.reasons[:MOST_REASONS]]


def _group(name: str, tally: Tally, wanted: Wanted, promise: int | None = None, **only: str) -> dict[str, Any]:
    f, first = here.formats(), spread(tally.first)
    address = {**wanted.arguments(), **only, "show": "all"}
    return {
        "name": name, "n": measures.count(tally.tickets, f), "url": url_for("console.report_tickets", **address),
        "promise": promise, "kept": measures.percent(tally.promises[KEPT], tally.promised, f), "due": tally.promised,
        "p50": measures.minutes(first.p50, f) if first.n else "", "p90": measures.minutes(first.p90, f), "first_n": first.n,
        "score": measures.score(tally.score, f), "rated": tally.rated,
    }  # fmt: skip


def _by_size(tallies: Mapping[str, Tally]) -> list[tuple[str, Tally]]:
    return sorted(tallies.items(), key=lambda pair: (-pair[1].tickets, pair[0]))


def _rows(wanted: Wanted, show: str) -> str:
    return url_for("console.report_tickets", **wanted.arguments(show=show))


def _n(value: int) -> str:
    return measures.count(value, here.formats())


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "tickets": tally.tickets, "live": tally.live,
        "promises": {"due": tally.promised, "kept": tally.promises[KEPT], "broken": tally.promises[BROKEN],
                     "open": tally.promises[OPEN], "none": tally.promises[NONE]},
        "first_reply_minutes": _spread(spread(tally.first)), "resolution_minutes": _spread(spread(tally.whole)),
        "ratings": {"n": tally.rated, "mean": round(tally.score, 2) if tally.score is not None else None,
                    "scores": {str(score): tally.scores[score] for score in SCORES}},
    }  # fmt: skip


def _spread(found: Spread) -> dict[str, Any]:
    return {"n": found.n, "p50": round(found.p50, 1) if found.n else None, "p90": round(found.p90, 1) if found.n else None}
