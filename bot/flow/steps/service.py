"""What `lookup` and `do` share: the service, its inputs, where the answer goes."""

from __future__ import annotations

from collections.abc import Mapping

from bot.flow.arguments import SPECIALS, Arguments
from bot.flow.expression_types import ANY, family
from bot.flow.expressions import Expression
from bot.flow.findings import near
from bot.flow.model import CallPlan
from bot.flow.project import Service
from bot.flow.tree import Text


def plan(arguments: Arguments, is_write: bool) -> CallPlan:
    services = arguments.known.services
    name = arguments.one_of(arguments.verb, "V03", services)
    given = arguments.expressions("with")
    service = services.get(name)
    if service is not None:
        _check_inputs(arguments, service, set(given))
        if service.is_write != is_write:
            right = "do" if service.is_write else "lookup"
            arguments.report.error("V10", arguments.place(arguments.verb), service=name, verb=right)
        check_types(arguments, name, given, service.inputs)
        _check_save(arguments, name)
    timeout, outputs = (service.timeout_seconds, service.outputs) if service is not None else (8.0, {})
    return CallPlan(name, given, arguments.variable("save"), is_write, timeout, outputs)


def check_types(arguments: Arguments, name: str, given: Mapping[str, Expression], wanted: Mapping[str, str]) -> None:
    """A date handed in for an e-mail is a mistake; a text may be anything, which the service finds out."""
    table = arguments.table("with")
    for key, expression in given.items():
        kind = expression.type
        if key in wanted and family(kind) not in (family(wanted[key]), "text", ANY) and family(wanted[key]) != ANY:
            facts = {"wanted": wanted[key], "source": expression.source, "kind": kind}
            arguments.report.error("V12", table.nodes[key], name=key, service=name, **facts)


def _check_save(arguments: Arguments, service: str) -> None:
    save = arguments.get("save")
    name = save.value.strip() if isinstance(save, Text) else ""
    kind = arguments.reading.scope.types.get(name, ANY)
    if kind not in ("record", ANY) and name not in SPECIALS:
        arguments.report.error("V11", save, name=name, kind=kind, service=service)


def _check_inputs(arguments: Arguments, service: Service, given: set[str]) -> None:
    table = arguments.table("with")
    for extra in sorted(given - set(service.inputs)):
        guess = near(extra, service.inputs)
        known = ", ".join(service.inputs)
        arguments.report.error("V04", table.keys[extra], name=extra, service=service.name, near=guess, known=known)
    for needed in service.required:
        if needed not in given:
            arguments.report.error("V08", arguments.place("with"), name=needed, service=service.name)
