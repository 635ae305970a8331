"""The tables of errors: enough of them, each with a class and a finer action where there is one."""

from __future__ import annotations

import inspect
import re

import pytest

from channels import meta_errors, twilio_errors, verdicts
from channels.delivery import ACTIONS, CLASSES, UNKNOWN, Verdict, table

TABLES = [twilio_errors, meta_errors]
# The rows of docs/channels.md, "Error classes": what the providers' pages say that a sender must do.
ROWS = {
    "twilio-sms": {
        "RATE": "20429 21611 30001 63018", "RATE/day": "30022 30023 30027 63038", "WINDOW": "63016", "OPTOUT": "21610",
        "CONFIG": "20003 20404 30002 21212 21603 21606 21607 30032 30034 63001 63007 63008 63020",
        "CONFIG/region": "21408", "CONFIG/recipient": "21608 63015",
        "CONFIG/template": "21654 21655 21656 63027 63028 63040 63041", "DEAD": "21211 21214 21217 30005",
        "DEAD/pair": "21612", "DEAD/other": "21614 30006 63003 63024",
        "CONTENT/plain": "21617 21620 21623 63005 63006 63019 63021 63030 63034", "RETRY": "30017 30410 63009 63012",
        "RETRY/late": "30003", "RETRY/once": "30008", "FINAL": "63013 63032", "FINAL/blocked": "30004",
        "FINAL/filtered": "30007",
    },
    "meta-whatsapp": {
        "RATE": "4 17 32 613 80007 130429 133016", "RATE/pair": "131056", "RATE/spam": "131048", "WINDOW": "131047",
        "OPTOUT/marketing": "131050", "RETRY": "1 2 131000 131016 133004 131052", "RETRY/media": "131053",
        "CONFIG": "0 3 10 190 200 299 368 131031 131042 131045 131057 131037", "CONFIG/recipient": "131030",
        "CONFIG/template": "132000 132001 132005 132007 132012 132015 132016 132068 132069", "CONFIG/tag": "100/1893061",
        "DEAD/other": "131026", "DEAD/phone": "131062", "DEAD": "551 551/1545041 100/2018001",
        "CONTENT/ours": "100 131008 131009 131021", "CONTENT/plain": "131051 36000", "FINAL": "130497",
        "FINAL/rest": "131049 130472", "FINAL/foreign": "138000 139000",
    },
}
CODES = [(kind, code, name) for kind, rows in ROWS.items() for name, codes in rows.items() for code in codes.split()]


@pytest.mark.parametrize(("kind", "code", "name"), CODES)
def test_a_code_asks_for_what_the_provider_says(kind: str, code: str, name: str) -> None:
    error_class, _, action = name.partition("/")

    assert verdicts.verdict(kind, code) == Verdict(error_class, action)


@pytest.mark.parametrize("module", TABLES)
def test_each_provider_has_sixty_codes_of_every_class(module: object) -> None:
    found = module.VERDICTS  # type: ignore[attr-defined]

    assert len({code.partition("/")[0] for code in found}) >= 60
    assert {one.error_class for one in found.values()} == set(CLASSES)


@pytest.mark.parametrize("module", TABLES)
def test_a_table_names_where_its_codes_were_read(module: object) -> None:
    assert re.search(r"Sources.*read 2026-\d\d-\d\d", inspect.getdoc(module) or "", re.DOTALL)


def test_every_action_is_asked_for_by_some_code() -> None:
    used = {(one.error_class, one.action) for module in TABLES for one in module.VERDICTS.values() if one.action}

    assert used == {(name, action) for name, actions in ACTIONS.items() for action in actions}


@pytest.mark.parametrize("lines", ["1 RATE a\n1 RATE b", "1 RATHER a", "1 RATE/soon a", "1 RATE"])
def test_a_table_that_contradicts_itself_is_refused(lines: str) -> None:
    with pytest.raises(ValueError):
        table(lines)


def test_a_subcode_tells_whatever_code_it_came_with() -> None:
    assert meta_errors.code_of("200", "2018278") == "10/2018278"
    assert meta_errors.code_of("100", "5") == "100"


def test_what_nobody_knows_is_final_unless_it_passes() -> None:
    assert meta_errors.verdict("131999") == UNKNOWN
    assert meta_errors.verdict("131999", transient=True) == Verdict("RETRY")


@pytest.mark.parametrize(("code", "name"), [("http 502", "RETRY"), ("http 401", "CONFIG"), ("http 429", "RATE"), ("http 418", "FINAL")])
def test_a_status_without_a_code_has_a_class_too(code: str, name: str) -> None:
    assert verdicts.verdict("twilio-sms", code).error_class == name


@pytest.mark.parametrize(
    ("code", "label"),
    [("99999", "99999"), ("21610", ""), ("http 502", ""), ("not_ours", ""), ("", ""), ("x" * 50, "other"), ("1" * 12, "other")])
def test_what_is_counted_of_unknown_codes_has_an_end(code: str, label: str) -> None:
    assert verdicts.unknown_label("twilio-sms", code) == label
