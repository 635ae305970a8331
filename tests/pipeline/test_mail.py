"""Alarms by e-mail: each once, to a mail server that speaks the protocol, whatever happens on the way."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import config
from conversation import alarms
from conversation.alarms import Trouble
from conversation.tables import Alarm
from conversation.work import Database
from pipeline import mail
from tests.builders import HandClock
from tests.providers.smtp import USER, MailStandIn

KIND, OURS = "twilio-whatsapp", "+34600000002"
WRONG = {"theirs": "https://old.example/hook", "ours": "https://chat.example.com/webhooks/twilio"}


@pytest.fixture
def server() -> Iterator[MailStandIn]:
    with MailStandIn() as standin:
        yield standin


def a_post(server: MailStandIn, **more: Any) -> mail.Post:
    given = {"alert_email": "ops@example.com, ana@example.com", "smtp_url": server.url, "alert_language": "en",
             "public_base_url": "https://chat.example.com"} | more
    post = mail.post_of(config.Settings(_env_file=None, **given))
    assert post is not None
    return post


def raise_one(database: Database, key: str = "callback", **more: Any) -> None:
    with database.work() as work:
        alarms.raise_alarm(work, Trouble(key, **({"text": "callback_wrong", "level": "critical", "facts": WRONG,
                                                  "kind": KIND, "account": OURS} | more)))


def rows(database: Database) -> list[dict[str, Any]]:
    with database.reading() as session:
        return [dict(row) for row in session.execute(select(Alarm.__table__)).mappings()]


def test_an_alarm_is_written_about_once(database: Database, server: MailStandIn) -> None:
    raise_one(database)

    assert [mail.mail_due(database, a_post(server)) for _ in range(3)] == [1, 0, 0]
    assert len(server.letters) == 1 and rows(database)[0]["mailed_at"] is not None


def test_a_letter_says_what_is_wrong_where_and_what_to_do(database: Database, server: MailStandIn) -> None:
    raise_one(database)
    mail.mail_due(database, a_post(server))

    (letter,) = server.letters
    words = letter.get_content()
    assert letter["Subject"].startswith("[Relevo] Trouble: The provider calls https://old.example/hook")
    assert all(said in words for said in (KIND, OURS, "Enter https://chat.example.com/webhooks/twilio in its console",
                                          "https://chat.example.com/console/channels"))
    assert server.envelopes == [("ops@example.com", ("ops@example.com", "ana@example.com"))]


@pytest.mark.parametrize(("language", "word"), [("es", "El proveedor llama"), ("pt", "O provedor chama")])
def test_a_letter_is_in_the_language_of_its_readers(
    database: Database, server: MailStandIn, language: str, word: str
) -> None:
    raise_one(database)
    mail.mail_due(database, a_post(server, alert_language=language))

    assert word in server.letters[0].get_content()


def test_neither_secrets_nor_what_a_customer_wrote_leave_the_house(database: Database, server: MailStandIn) -> None:
    raise_one(database, facts=WRONG | {"text": "Marta: no me llega", "access_token": "EAAsecret"})
    mail.mail_due(database, a_post(server))

    assert not any(word in server.letters[0].as_string() for word in ("Marta", "EAAsecret"))


def test_a_fact_cannot_add_a_header(database: Database, server: MailStandIn) -> None:
    raise_one(database, facts={"theirs": "x\r\nBcc: thief@example.com\r\n\r\n", "ours": "y"})
    mail.mail_due(database, a_post(server))

    assert server.letters[0]["Bcc"] is None and server.envelopes[0][1] == ("ops@example.com", "ana@example.com")


def test_several_alarms_share_a_letter(database: Database, server: MailStandIn) -> None:
    for n in range(3):
        raise_one(database, f"callback:{n}")

    assert mail.mail_due(database, a_post(server)) == 3
    assert len(server.letters) == 1 and "3 troubles" in server.letters[0]["Subject"]


def test_what_is_over_is_not_written_about(database: Database, server: MailStandIn) -> None:
    raise_one(database)
    with database.work() as work:
        alarms.clear(work, "callback")

    assert mail.mail_due(database, a_post(server)) == 0


def test_a_server_that_refuses_is_asked_again_later(
    database: Database, server: MailStandIn, hand_clock: HandClock
) -> None:
    raise_one(database)
    server.refuses = "451 Try again later"
    assert mail.mail_due(database, a_post(server)) == 0
    server.refuses = ""
    assert mail.mail_due(database, a_post(server)) == 0  # not at once
    hand_clock.forward(seconds=31)

    assert mail.mail_due(database, a_post(server)) == 1


def test_the_pauses_between_tries_grow_to_half_an_hour(
    database: Database, server: MailStandIn, hand_clock: HandClock
) -> None:
    raise_one(database)
    server.refuses = "550 No"
    for _ in range(12):
        mail.mail_due(database, a_post(server))
        hand_clock.forward(minutes=31)
    mail.mail_due(database, a_post(server))

    (alarm,) = rows(database)
    assert alarm["mail_tries"] == 13 and alarm["mail_after"] - hand_clock.now() == mail.LAST_RETRY


def test_a_letter_whose_answer_was_lost_comes_again_with_the_same_id(
    database: Database, server: MailStandIn, hand_clock: HandClock
) -> None:
    raise_one(database)
    server.cuts = True
    mail.mail_due(database, a_post(server))
    server.cuts = False
    hand_clock.forward(seconds=31)
    mail.mail_due(database, a_post(server))

    assert len({letter["Message-ID"] for letter in server.letters}) == 1 and len(server.letters) == 2


def test_two_workers_write_once(database: Database, server: MailStandIn) -> None:
    raise_one(database)
    with database.work() as work:
        taken = mail._taken(work)

    assert len(taken) == 1 and mail.mail_due(database, a_post(server)) == 0


def test_whoever_dies_while_writing_is_replaced(database: Database, server: MailStandIn, hand_clock: HandClock) -> None:
    raise_one(database)
    with database.work() as work:
        mail._taken(work)
    hand_clock.forward(minutes=3)

    assert mail.mail_due(database, a_post(server)) == 1


def test_trouble_that_comes_and_goes_is_written_about_every_half_hour(
    database: Database, server: MailStandIn, hand_clock: HandClock
) -> None:
    for _ in range(6):
        raise_one(database)
        mail.mail_due(database, a_post(server))
        with database.work() as work:
            alarms.clear(work, "callback")
        hand_clock.forward(minutes=10)

    assert len(server.letters) == 2


def test_a_server_with_a_password_gets_it(database: Database) -> None:
    with MailStandIn(user=USER) as server:
        raise_one(database)

        assert mail.mail_due(database, a_post(server)) == 1


def test_a_wrong_password_is_no_loss(database: Database) -> None:
    with MailStandIn(user=USER) as server:
        raise_one(database)
        post = a_post(server, smtp_url=server.url.replace("password", "guess"))

        assert mail.mail_due(database, post) == 0 and rows(database)[0]["mail_tries"] == 1


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost that nobody else signed, with its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        (pytest.fail if os.environ.get("REQUIRE_ALL") == "1" else pytest.skip)("There is no openssl here.")
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    subprocess.run([openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost", "-keyout", path, "-out", path.with_suffix(".crt")],
                   check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + path.with_suffix(".crt").read_bytes())
    return path


def test_a_password_goes_over_a_line_that_was_encrypted(
    database: Database, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))
    with MailStandIn(user=USER, certificate=certificate) as server:
        raise_one(database)

        assert mail.mail_due(database, replace(a_post(server), security="starttls")) == 1
        assert server.commands.index("STARTTLS") < server.commands.index("AUTH")


@pytest.mark.parametrize("with_certificate", [True, False])
def test_a_password_never_goes_over_a_line_that_nobody_can_trust(
    database: Database, certificate: Path, with_certificate: bool
) -> None:
    with MailStandIn(user=USER, certificate=certificate if with_certificate else None) as server:
        raise_one(database)

        assert mail.mail_due(database, replace(a_post(server), security="starttls")) == 0
        assert "AUTH" not in server.commands and not server.letters


@pytest.mark.parametrize(("url", "host", "port", "security"), [
    ("smtp://mail.example.com", "mail.example.com", 587, "starttls"),
    ("smtp://u:p%40ss@mail.example.com:25", "mail.example.com", 25, "starttls"),
    ("smtps://mail.example.com", "mail.example.com", 465, "tls"), ("smtp://localhost:25", "localhost", 25, "none")])
def test_the_address_of_a_server_says_how_it_is_spoken_to(url: str, host: str, port: int, security: str) -> None:
    post = mail.post_of(config.Settings(_env_file=None, alert_email="ops@example.com", smtp_url=url))

    assert post and (post.host, post.port, post.security, post.password) == (host, port, security, "p@ss" if "@" in url else "")


@pytest.mark.parametrize("url", ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://mail:port"])
def test_an_address_of_no_server_is_refused_with_the_mend(url: str) -> None:
    with pytest.raises(config.BadSettings, match="SMTP_URL"):
        mail.post_of(config.Settings(_env_file=None, alert_email="ops@example.com", smtp_url=url))


@pytest.mark.parametrize("given", [{"smtp_url": "smtp://localhost"}, {"alert_email": "ops@example.com"}])
def test_half_a_setting_writes_to_nobody(given: dict[str, str]) -> None:
    assert mail.post_of(config.Settings(_env_file=None, **given)) is None


def raise_broken_flow(database: Database, owner: str) -> None:
    facts = {"file": "returns.yaml", "line": 7, "code": "S03", "n": 1, "owner": owner}
    raise_one(database, "flows:folder", text="flows_broken", facts=facts, kind="", account="")


def test_the_owner_of_a_broken_flow_reads_of_it_and_of_nothing_else(database: Database, server: MailStandIn) -> None:
    raise_one(database)
    raise_broken_flow(database, "bea@shop.example")

    assert mail.mail_due(database, a_post(server)) == 2

    assert [to for _, to in server.envelopes] == [("ops@example.com", "ana@example.com"), ("bea@shop.example",)]
    told = server.letters[1].get_content()
    assert "returns.yaml, line 7 (S03)" in told and "callback" not in told


@pytest.mark.parametrize("owner", ["", "ana@example.com", "bea", "bea@x.example, eve@evil.example", "a@b\r\nBcc: eve@evil.example"])
def test_nobody_else_is_written_to_where_the_owner_is_no_other_address(
    database: Database, server: MailStandIn, owner: str
) -> None:
    raise_broken_flow(database, owner)

    assert mail.mail_due(database, a_post(server)) == 1 and len(server.letters) == 1
