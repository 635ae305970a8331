"""Our channels, as far as this house knows without asking anybody: who is told of trouble, and what trouble there is.

The doctor never goes to the network: where a provider calls us is what the watch over channels last found.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from config import BadSettings
from conversation import channel_health, troubles
from conversation.work import open_engine
from operations.checks.finding import Finding, Patient
from pipeline import mail

SHOWN = 5
LANGUAGE = "en"
ASK = "./run flask channels status --check"


def letters(patient: Patient) -> Iterator[Finding]:
    """Whether anybody is written to when something is wrong."""
    try:
        post = mail.post_of(patient.settings)
    except BadSettings as error:
        yield Finding("alert_email", "fail", str(error), "mend SMTP_URL, or remove it together with ALERT_EMAIL")
        return
    if post is not None:
        yield Finding("alert_email", "ok", f"When something is wrong, {len(post.to)} address(es) are written to.")
    elif not patient.is_demo:
        lacking = "SMTP_URL" if patient.settings.alert_email else "ALERT_EMAIL"
        yield Finding("alert_email", "warn", f"{lacking} is not set: when something is wrong nobody is written to.",
                      "set ALERT_EMAIL and SMTP_URL, or look at /console/channels every day")


def troubles_of_channels(patient: Patient) -> Iterator[Finding]:
    """What is wrong with our channels, and whether anybody ever asked where providers call us."""
    url = patient.settings.database_url
    if patient.settings.is_sqlite and not Path(make_url(url).database or "").is_file():
        return
    engine = open_engine(url)
    try:
        with engine.connect().execution_options(relevo_readonly=True) as connection:
            yield from _known(patient, connection)
    except SQLAlchemyError:
        return  # it is away or too old: the check of the database says so
    finally:
        engine.dispose()


def _known(patient: Patient, connection: Connection) -> Iterator[Finding]:
    found = channel_health.open_alarms(connection)
    for alarm in found[:SHOWN]:
        about = " ".join(one for one in (alarm["kind"], alarm["account"]) if one)
        sentence = troubles.what(alarm["text"], alarm["facts"], LANGUAGE)
        yield Finding("channels", "warn", f"{about}: {sentence}" if about else sentence,
                      troubles.next_step(alarm["text"], alarm["facts"], LANGUAGE) or ASK)
    if len(found) > SHOWN:
        yield Finding("channels", "warn", f"{len(found) - SHOWN} more alarms are open.", ASK)
    checked = [row for row in channel_health.findings(connection) if row["check"] == "callback"]
    if not checked and not patient.is_demo:
        yield Finding("callbacks", "warn", "No provider was asked yet where it calls us.", ASK)
    elif checked and all(row["state"] == "ok" for row in checked):
        yield Finding("callbacks", "ok", "Every provider calls us where we are.")


CHECKS = (letters, troubles_of_channels)
