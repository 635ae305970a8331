"""The file that says which shop is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

import registry
from orders.base import Proof
from orders.configuration import load
from orders.errors import BadConfiguration
from orders.kept import Keeper

REST = """\
connector: rest
settings:
  url: https://shop.example/orders/{reference}
  auth:
    bearer: AUTH
  fields: {reference: number, status: state}
"""
MISSING = "No such file or directory"
KNOWN = ", ".join(registry.collect("orders", "CONNECTOR"))
HERE = Path(__file__).parents[2]


def refusal(folder: Path, text: str) -> str:
    path = folder / "_orders.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadConfiguration) as refused:
        load(path, {"SHOP_TOKEN": "t"})
    return refused.value.detail.replace(str(path), "FILE").replace(str(folder), "FOLDER")


def test_shipped_file_opens_the_demo_shop() -> None:
    assert load(HERE / "flows" / "_orders.yaml", {}).name == "demo"


def test_secret_comes_from_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "_orders.yaml"
    path.write_text(REST.replace("AUTH", '"${SHOP_TOKEN}"'))

    assert load(path, {"SHOP_TOKEN": "t"}).name == "rest"


def test_shop_behind_the_network_is_kept_unless_the_file_says_no(tmp_path: Path) -> None:
    path = tmp_path / "_orders.yaml"
    shops = []
    for keep in ("", "  keep: {fresh: 30, stale: 60}\n", "  keep: {fresh: 0}\n"):
        path.write_text(REST.replace("AUTH", '"${SHOP_TOKEN}"') + keep)
        shops.append(load(path, {"SHOP_TOKEN": "t"}))

    assert [isinstance(shop, Keeper) for shop in shops] == [True, True, False]


def test_relative_path_counts_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("reference,email\n1,marta@example.com\n")
    path = tmp_path / "_orders.yaml"
    path.write_text("connector: csv_file\nsettings: {path: orders.csv}\n")

    assert load(path, {}).find("1", Proof(email="marta@example.com"))


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("", "FILE:1: connector: is missing: add a line “connector: …”."),
        ("- demo", "FILE:1: must begin with a line such as “connector: demo”."),
        ("conector: demo", "FILE:1: “conector” is not known here (did you mean connector?): write one of connector, settings."),
        ("connector: demo\nproofs: [email]", "FILE:2: “proofs” is not known here: write one of connector, settings."),
        ("connector: dmeo", f"FILE:1: connector: There is no connector “dmeo”: write one of {KNOWN}."),
        ("connector: demo\nconnector: rest", "FILE:2: “connector” stands here twice: keep one."),
        ("connector: demo\nsettings: [a]", "FILE:2: settings: must be a table, one “name: value” a line."),
        (
            "connector: &a demo\nsettings: {today: *a}",
            "FILE:2: anchors, and tables this deep, are not read here: write the value out.",
        ),
        ("connector: !x demo", "FILE:1: the tag !x is not read here: remove it."),
        (
            "connector: demo\nsettings:\n  proofs: [phone]\n  today: soon",
            "FILE:4: settings.today: “soon” is not a day: write it as 2026-11-20.",
        ),
        (
            REST.replace("AUTH", "s3cret"),
            "FILE:5: settings.auth.bearer holds a secret: put it into the environment and write “${SHOP_BEARER}”.",
        ),
        (
            REST.replace("AUTH", "${SHOP_TOKE}"),
            "FILE:5: settings.auth.bearer needs the variable SHOP_TOKE, which is not set: set it in .env.",
        ),
        (
            "connector: csv_file\nsettings:\n  path: none.csv",
            f"FILE:3: settings.path: FOLDER/none.csv cannot be read ({MISSING}): put the file there or correct the path.",
        ),
    ],
)
def test_mistake_is_named_with_line_key_and_mend(tmp_path: Path, text: str, detail: str) -> None:
    assert refusal(tmp_path, text) == detail


def test_text_that_is_no_yaml_is_named_with_its_line(tmp_path: Path) -> None:
    assert refusal(tmp_path, "connector: demo\nsettings: [a").startswith("FILE:3: is not YAML (")


def test_missing_file_names_the_setting() -> None:
    with pytest.raises(BadConfiguration, match="Its place is the setting ORDERS_CONFIG"):
        load(Path("nowhere.yaml"), {})


def test_secret_is_never_in_a_message(tmp_path: Path) -> None:
    assert "s3cret" not in refusal(tmp_path, REST.replace("AUTH", "s3cret"))


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    text = "connector: demo\nsettings:\n" + "".join(f"{'  ' * n}a:\n" for n in range(1, 40))

    assert "tables this deep, are not read here" in refusal(tmp_path, text)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    told = refusal(tmp_path, REST.replace("AUTH", "s3cret").replace("{reference: number", '{reference: "${SHOP_TOKE}"'))

    assert [line.partition(": ")[0] for line in told.splitlines()] == ["FILE:5", "FILE:6"]
