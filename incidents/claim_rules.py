"""What a carrier asks for with a claim: values. None is “no documentation shows it”, which is not the same as “nothing”."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

PHOTO_KINDS = ("item", "box", "label", "document")
DOCUMENTS = ("value_proof", "claim_form", "claim_letter", "goods_description", "id_document", "waybill", "bank_details",
             "police_report")
STATEMENTS = ("packaging_kept", "reported_at_delivery", "trace_done", "not_received", "customer", "warehouse")
# delivery, shipping, promised: days of the order; due: promised or delivery, the first; notice: the carrier's own word
BASES = ("delivery", "shipping", "promised", "due", "notice")
COUNTS = ("calendar", "working")
WORDS = ("carrier", "law")  # whose word a period is
OWN_DAYS = 7  # where nobody says until when, we want to have claimed so many days after the case began
CLAIMANTS = ("sender", "recipient", "account_holder")
DOCUMENTED, PARTLY, UNDOCUMENTED = "documented", "partly", "unknown"


@dataclass(frozen=True, slots=True)
class Period:
    """So many days from a day of the order; `of` is None where it is not said from which. `by`: the carrier's word, or the
    law's where the carrier publishes none."""

    days: int
    of: str | None = None
    count: str = "calendar"
    by: str = "carrier"


@dataclass(frozen=True, slots=True)
class Source:
    url: str
    read: date


@dataclass(frozen=True, slots=True)
class Rule:
    """What one carrier asks for one kind of trouble. `photos` is how many of what, at least."""

    deadline: Period | None = None
    earliest: Period | None = None
    photos: Mapping[str, int] | None = None
    documents: tuple[str, ...] | None = None
    statements: tuple[str, ...] | None = None
    basis: Mapping[str, str] = field(default_factory=dict)
    note: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()

    @property
    def terms(self) -> str:
        """How much of what a claim must have is documented: unknown, partly, documented. A last day alone is none of it."""
        known = [part is not None for part in (self.photos, self.documents, self.statements)]
        return DOCUMENTED if all(known) else PARTLY if any(known) else UNDOCUMENTED


UNKNOWN = Rule()


@dataclass(frozen=True, slots=True)
class CarrierRules:
    """One carrier. `names` is how shops write it, `claims` who may claim, `where` url, email or phone."""

    key: str
    name: str
    names: tuple[str, ...]
    country: str = ""
    language: str = "es"
    claims: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, Rule] = field(default_factory=dict)

    def rule(self, kind: str) -> Rule:
        return self.kinds.get(kind, UNKNOWN)


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All carriers by their key. `own_days`: the shop's own aim where no last day is known."""

    carriers: Mapping[str, CarrierRules] = field(default_factory=dict)
    own_days: int = OWN_DAYS

    def key_of(self, written: str) -> str:
        """The carrier that a shop means by this name; empty for one we have no rules of."""
        folded = _folded(written)
        if not folded:
            return ""
        for key, carrier in self.carriers.items():
            if folded in {_folded(name) for name in (key, carrier.name, *carrier.names)}:
                return key
        words = set(folded.split())
        whole = ((key, name) for key, carrier in self.carriers.items() for name in map(_folded, (key, *carrier.names)))
        return next((key for key, name in whole if name in words), "")

    def rule(self, key: str, kind: str) -> Rule:
        carrier = self.carriers.get(key)
        return carrier.rule(kind) if carrier else UNKNOWN


def _folded(text: str) -> str:
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^0-9a-z]+", " ", bare).split())
