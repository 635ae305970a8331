"""What the shop gave us: its flows, and the way to its orders."""

from __future__ import annotations

from collections.abc import Iterator

import carriers.configuration
import orders.configuration
import outreach.policy
import shop_files
from bot.flow.library import load, sources_of
from incidents import rule_files
from operations.checks.finding import Finding, Level, Patient
from orders.errors import BadConfiguration

SHOWN_FINDINGS = 3


def flows(patient: Patient) -> Iterator[Finding]:
    """Flows that cannot be loaded, and what the linter would rather see otherwise."""
    folder = patient.settings.flows_dir
    loaded = load(folder)
    errors = [finding for finding in loaded.findings if finding.level == "error"]
    if loaded.library is None or errors:
        first = "; ".join(f"{finding.place} {finding.what('en')}" for finding in errors[:SHOWN_FINDINGS])
        yield Finding("flows", "fail", f"The flows in {folder} have {len(errors)} error(s): {first}", "./run flask flows lint")
        return
    if loaded.findings:
        yield Finding("flows", "warn", f"The flows in {folder} have {len(loaded.findings)} warning(s).", "./run flask flows lint")
        return
    yield Finding("flows", "ok", f"The flows in {folder} are good.")


def connector(patient: Patient) -> Iterator[Finding]:
    """Which shop is asked for orders."""
    path = patient.settings.orders_path
    try:
        found = orders.configuration.load(path, patient.environment)
    except BadConfiguration as error:
        yield Finding("orders", "fail", str(error), "see docs/orders.md")
        return
    if found.name == "demo" and not patient.is_demo:
        yield Finding("orders", "warn" if patient.is_lab else "fail",
                      f"{path} asks the demo shop: customers would hear of invented orders.",
                      "name the connector of your shop there; see docs/orders.md")
        return
    yield Finding("orders", "ok", f"Orders come from the connector {found.name}.")


def parcels(patient: Patient) -> Iterator[Finding]:
    """Whom we ask about parcels, when one is late, and the shop's own words about them."""
    wrong = carriers.configuration.check(patient.settings.flows_dir, patient.environment)
    for one in wrong:
        level = "fail" if one.file == carriers.configuration.FILE else "warn"
        yield Finding("parcels", level, str(one), "see docs/carriers.md")
    if not wrong:
        asked = carriers.configuration.load(patient.settings.flows_dir, patient.environment).trackers.by_name
        yield Finding("parcels", "ok", f"Parcels are told by {', '.join(asked)}." if asked else "Parcels are told by the shop's own data.")


def beside(patient: Patient) -> Iterator[Finding]:
    """Which news are told, and what the shop has agreed with its carriers; without these files there is nothing to say."""
    folder = patient.settings.flows_dir
    for name, file, level in _BESIDE:
        if not (folder / file).is_file():
            continue
        wrong = shop_files.findings({file: sources_of(folder).get(file, "")}, folder, patient.environment)
        for one in wrong:
            yield Finding(name, level, f"{one.place} {one.what('en')}", one.mend("en"))
        if not wrong:
            yield Finding(name, "ok", f"{folder / file} is good.")


# Without good rules for its news Relevo does not start; bad claim rules leave ours in force.
_BESIDE: tuple[tuple[str, str, Level], ...] = (("news", outreach.policy.FILE, "fail"), ("claims", rule_files.SHOPS, "warn"))
CHECKS = (flows, connector, parcels, beside)
