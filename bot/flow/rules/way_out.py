"""From every question a person is within reach, whatever is answered and whatever fails; see `bot.flow.proof`."""

from __future__ import annotations

from bot.flow.findings import Place
from bot.flow.proof.verdict import prove
from bot.flow.rule import Rule, Subject


def check(subject: Subject) -> None:
    proof = prove(subject.sound, subject.board)
    for trap in proof.traps:
        subject.reporters[trap.flow].error(trap.code, trap.step, path=trap.path)
    if proof.left_alone and "_project" not in subject.broken:
        subject.reporters["_project"].warning("W13", Place(1, 1))


RULE = Rule("way_out", ("W10", "W11", "W12", "W13"), check)
