"""What `lookup` and `do` share: the service, its inputs, where the answer goes."""

from __future__ import annotations

from bot.flow.arguments import Arguments
from bot.flow.findings import near
from bot.flow.model import CallPlan
from bot.flow.project import Service


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
    timeout, outputs = (service.timeout_seconds, service.outputs) if service is not None else (8.0, {})
    return CallPlan(name, given, arguments.variable("save"), is_write, timeout, outputs)


def _check_inputs(arguments: Arguments, service: Service, given: set[str]) -> None:
    table = arguments.table("with")
    for extra in sorted(given - set(service.inputs)):
        guess = near(extra, service.inputs)
        known = ", ".join(service.inputs)
        arguments.report.error("V04", table.keys[extra], name=extra, service=service.name, near=guess, known=known)
    for needed in service.required:
        if needed not in given:
            arguments.report.error("V08", arguments.place("with"), name=needed, service=service.name)
