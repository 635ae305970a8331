"""The doctor: looks at everything that makes Relevo unsafe or useless, and says what to do about each.

`python -m operations.doctor` is what ./run asks before it starts with customers: it tells what is not well and ends with
1 when something must not start. `flask doctor` tells everything.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict

import config
from operations.checks import channels, settings, shop, storage, waker
from operations.checks.finding import Check, Finding, Patient

CHECKS: tuple[Check, ...] = (*settings.CHECKS, *storage.CHECKS, *waker.CHECKS, *shop.CHECKS, *channels.CHECKS)
MARKS = {"ok": "  ok  ", " warn": " warn ", "warn": " warn ", "fail": " FAIL "}


def examine(patient: Patient, checks: Sequence[Check] = CHECKS) -> list[Finding]:
    """Everything that was looked at, in the order of the checks."""
    return [finding for check in checks for finding in check(patient)]


def is_fit(findings: Iterable[Finding]) -> bool:
    """Whether Relevo may serve customers."""
    return all(finding.level != "fail" for finding in findings)


def lines(findings: Iterable[Finding]) -> list[str]:
    """For a person: one line each, and below it what to do."""
    told: list[str] = []
    for finding in findings:
        told.append(f"[{MARKS[finding.level]}] {finding.name}: {finding.sentence}")
        if finding.mend:
            told.append(f"         → {finding.mend}")
    return told


def as_json(findings: Sequence[Finding]) -> str:
    """For a machine."""
    return json.dumps({"fit": is_fit(findings), "findings": [asdict(finding) for finding in findings]},
                      ensure_ascii=False, indent=2)


def main() -> int:
    """What ./run asks before it starts."""
    try:
        patient = Patient(config.load(), config.environment())
        findings = examine(patient)
    except config.BadSettings as error:
        print(f"relevo: {error}", file=sys.stderr)
        return 1
    for line in lines(finding for finding in findings if finding.level != "ok"):
        print(f"relevo: {line}", file=sys.stderr)
    return 0 if is_fit(findings) else 1


if __name__ == "__main__":
    raise SystemExit(main())
