"""`_identity.yaml`: what shows that an order is hers, for how long, and how often anybody may try.

A proof is one kind of fact or several that must fit together (“postcode + last_digits”). Every key may be left out; the
limits may be made stricter, never looser. Keys and defaults: docs/orders.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from bot.flow.findings import Reporter, near
from bot.flow.project import Project, seconds, unknown_keys, word, words
from bot.flow.tree import Items, Node, Table

FILE = "_identity.yaml"
# The service whose answer is an order, shown with a proof only.
SERVICE = "orders.find"
KINDS = ("phone", "email", "postcode", "last_digits")
MOST_SECONDS, FEWEST_SECONDS = 1800.0, 60.0
MOST_OF_ORDER, MOST_OF_SENDER, MOST_BEFORE_ALARM = 5, 10, 1000
_OF_CHANNEL = ("proofs",)
_LIMITS = ("order_a_day", "sender_an_hour", "alarm_an_hour")
_KEYS = ("proofs", "lasts", "proven", "limits", "by_channel")

Way = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """`ways`: each is enough, its kinds must fit together; none: what the shop's connector takes.

    `proven`: what flows remember of a proven order, forgotten with the proof. `alarm`: so many failed proofs in an hour
    and a limit that was met tell the people of the shop. `by_channel`: other ways by kind (`twilio-sms`) or family (`sms`).
    """

    ways: tuple[Way, ...] = ()
    lasts_seconds: float = MOST_SECONDS
    proven: tuple[str, ...] = ()
    order_limit: int = MOST_OF_ORDER
    sender_limit: int = MOST_OF_SENDER
    alarm: int = 30
    by_channel: Mapping[str, tuple[Way, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def ways_at(self, channel: str) -> tuple[Way, ...]:
        """What is a proof on this channel, named by its kind."""
        for name in (channel, channel.rpartition("-")[2]):
            if name in self.by_channel:
                return self.by_channel[name]
        return self.ways


def read_identity(tree: Node | None, project: Project, report: Reporter) -> Identity:
    """Every mistake is reported; what is wrong falls back to its default, which is the strictest that is usual."""
    if not isinstance(tree, Table):
        if tree is not None:
            report.error("S05", tree, name=FILE, shape="proofs: [phone, email, postcode]")
        return Identity()
    unknown_keys(tree, _KEYS, report)
    return replace(
        _limits(_below(tree, "limits", _LIMITS, report), report),
        ways=_ways(tree, report),
        lasts_seconds=_lasts(tree, report),
        proven=_proven(tree, project, report),
        by_channel=_by_channel(tree, report),
    )


def _ways(tree: Table, report: Reporter) -> tuple[Way, ...]:
    found = []
    for written in words(tree, "proofs", report):
        way = tuple(dict.fromkeys(part.strip() for part in written.split("+")))
        for kind in way:
            if kind not in KINDS:
                facts = {"value": kind, "near": near(kind, KINDS), "known": ", ".join(KINDS)}
                report.error("S09", tree.nodes["proofs"], name="proofs", **facts)
        if all(kind in KINDS for kind in way):
            found.append(way)
    if not found and "proofs" in tree.nodes:
        report.error("S10", tree.nodes["proofs"], name="proofs", value="", example="[phone, email]")
    return tuple(found)


def _lasts(tree: Table, report: Reporter) -> float:
    written = word(tree, "lasts", report)
    lasts = seconds(written) if written else MOST_SECONDS
    if lasts is None or not FEWEST_SECONDS <= lasts <= MOST_SECONDS:
        known = f"1m … {int(MOST_SECONDS) // 60}m"
        report.error("S09", tree.nodes["lasts"], name="lasts", value=written, near="", known=known)
        return MOST_SECONDS
    return lasts


def _proven(tree: Table, project: Project, report: Reporter) -> tuple[str, ...]:
    names = words(tree, "proven", report)
    for name in names:
        if name not in project.remembered:
            facts = {"near": near(name, project.remembered), "known": ", ".join(project.remembered)}
            report.error("S09", tree.nodes["proven"], name="proven", value=name, **facts)
    return tuple(names)


def _limits(tree: Table, report: Reporter) -> Identity:
    return Identity(
        order_limit=_limit(tree, "order_a_day", MOST_OF_ORDER, MOST_OF_ORDER, report),
        sender_limit=_limit(tree, "sender_an_hour", MOST_OF_SENDER, MOST_OF_SENDER, report),
        alarm=_limit(tree, "alarm_an_hour", Identity().alarm, MOST_BEFORE_ALARM, report),
    )


def _limit(tree: Table, name: str, default: int, most: int, report: Reporter) -> int:
    written = word(tree, name, report)
    if not written:
        return default
    number = int(written) if written.isascii() and written.isdigit() and len(written) < 6 else 0
    if not 1 <= number <= most:
        report.error("S09", tree.nodes[name], name=name, value=written, near="", known=f"1 … {most}")
        return default
    return number


def _by_channel(tree: Table, report: Reporter) -> Mapping[str, tuple[Way, ...]]:
    channels = _below(tree, "by_channel", None, report)
    ways = {name: _ways(_below(channels, name, _OF_CHANNEL, report), report) for name in channels.nodes}
    return MappingProxyType({name: found for name, found in ways.items() if found})


def _below(tree: Table, name: str, known: tuple[str, ...] | None, report: Reporter) -> Table:
    node = tree.get(name)
    if node is None:
        return Table()
    if not isinstance(node, Table):
        shape = f"{{{', '.join(known)}}}" if known else "sms: {proofs: [phone]}"
        report.error("S05", node if isinstance(node, Items) else tree.keys[name], name=name, shape=shape)
        return Table()
    if known is not None:
        unknown_keys(node, known, report)
    return node
