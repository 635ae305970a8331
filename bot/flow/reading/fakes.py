"""The fakes of `_services.yaml`: what the simulator and the tests are answered must fit what the service declares."""

from __future__ import annotations

from collections.abc import Mapping

from bot.flow.findings import Reporter, near
from bot.flow.tree import Items, Node, Table, Text, plain
from bot.flow.values import coerced

OUTCOMES = ("not_found", "failed", "unsure")
_KEYS = ("with", "gives")
_FREE = ("list", "record", "any", "text")


def check(service: str, node: Node | None, inputs: Mapping[str, str], outputs: Mapping[str, str], report: Reporter) -> None:
    """Each fake says `with` which inputs (all, if none) it `gives` which outputs, or one of the outcomes."""
    if node is None or (isinstance(node, Text) and not node.value):
        return
    if not isinstance(node, Items):
        report.error("S05", node, name="fake", shape="- {with: {ref: AB-12345}, gives: {status: shipped}}")
        return
    for fake in node.nodes:
        if not isinstance(fake, Table):
            report.error("S05", fake, name="fake", shape="- {with: {ref: AB-12345}, gives: {status: shipped}}")
            continue
        for name, key in fake.keys.items():
            if name not in _KEYS:
                report.error("S01", key, name=name, near=near(name, _KEYS), known=", ".join(_KEYS))
        given = fake.get("with")
        for name, key in given.keys.items() if isinstance(given, Table) else ():
            if name not in inputs:
                report.error("V04", key, name=name, service=service, near=near(name, inputs), known=", ".join(inputs))
        _check_answer(service, fake, outputs, report)


def _check_answer(service: str, fake: Table, outputs: Mapping[str, str], report: Reporter) -> None:
    answer = fake.get("gives")
    if answer is None:
        report.error("S02", fake, name="gives", verb="fake")
    elif isinstance(answer, Text):
        if answer.value not in OUTCOMES:
            facts = {"near": near(answer.value, OUTCOMES), "known": ", ".join(OUTCOMES)}
            report.error("S09", answer, name="gives", value=answer.value, **facts)
    elif isinstance(answer, Table):
        for name, value in answer.nodes.items():
            if name not in outputs:
                report.error("V15", answer.keys[name], name=name, service=service, near=near(name, outputs))
            elif not _fits(name, value, outputs[name]):
                facts = {"value": plain(value), "kind": outputs[name]}
                report.error("V14", value, name=name, service=service, **facts)
    else:
        report.error("S05", answer, name="gives", shape="{status: shipped}")


def _fits(name: str, value: Node, kind: str) -> bool:
    if kind in _FREE or not isinstance(value, Text) or not value.value:
        return True
    return bool(coerced({name: plain(value)}, {name: kind}))
