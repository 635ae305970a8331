"""`_identity.yaml`: what is a proof, how long it lasts, how many may fail; wrong lines are told with their place."""

from __future__ import annotations

import pytest

from bot.flow.identity_file import Identity
from bot.flow.library import Library, compiled
from tests.bot.flow.builders import sources

SAY = '  - say: {es: "Hola", en: "Hi", pt: "Oi"}\n'


def loaded(text: str) -> tuple[Library | None, list[str]]:
    done = compiled({**sources(main="flow: main\nsteps:\n" + SAY), "_identity.yaml": text})
    return done.readable, [f"{one.file}:{one.line} {one.code}" for one in done.findings if one.level == "error"]


def policy(text: str) -> Identity:
    library, wrong = loaded(text)
    assert library is not None and not wrong
    return library.identity


def test_without_a_file_the_shops_connector_decides_and_the_limits_are_the_usual() -> None:
    assert policy("") == Identity((), 1800.0, (), 5, 10, 30)


def test_kinds_may_count_alone_or_together() -> None:
    assert policy("proofs: [phone, postcode + last_digits]\n").ways == (("phone",), ("postcode", "last_digits"))


@pytest.mark.parametrize(
    ("channel", "ways"), [("meta-messenger", (("email",),)), ("twilio-sms", (("phone",),)), ("lab-web", (("phone",),))]
)
def test_a_channel_may_have_proofs_of_its_own(channel: str, ways: tuple[tuple[str, ...], ...]) -> None:
    assert policy("proofs: [phone]\nby_channel: {messenger: {proofs: email}}\n").ways_at(channel) == ways


def test_limits_and_time_may_be_stricter() -> None:
    strict = policy("lasts: 5m\nlimits: {order_a_day: 2, sender_an_hour: 3}\nproven: visits\n")

    assert (strict.lasts_seconds, strict.order_limit, strict.sender_limit, strict.proven) == (300.0, 2, 3, ("visits",))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("proof: [phone]\n", "_identity.yaml:1 S01"),
        ("proofs: [phone, mail]\n", "_identity.yaml:1 S09"),
        ("proofs: []\n", "_identity.yaml:1 S10"),
        ("lasts: 31m\n", "_identity.yaml:1 S09"),
        ("lasts: soon\n", "_identity.yaml:1 S09"),
        ("\nlimits: {order_a_day: 6}\n", "_identity.yaml:2 S09"),
        ("limits: {sender_an_hour: 11}\n", "_identity.yaml:1 S09"),
        ("limits: {sender_an_hour: 0}\n", "_identity.yaml:1 S09"),
        ("limits: 5\n", "_identity.yaml:1 S05"),
        ("proven: [last_ordr]\n", "_identity.yaml:1 S09"),
        ("by_channel: {sms: {limits: 5}}\n", "_identity.yaml:1 S01"),
        ("- phone\n", "_identity.yaml:1 S05"),
    ],
)
def test_a_wrong_line_is_told_with_its_place_and_nothing_becomes_looser(text: str, told: str) -> None:
    library, wrong = loaded(text)

    assert wrong == [told] and library is not None
    assert (library.identity.order_limit, library.identity.sender_limit, library.identity.lasts_seconds) == (5, 10, 1800.0)
