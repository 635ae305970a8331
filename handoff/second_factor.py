"""The second factor: a code of an authenticator (TOTP, RFC 6238), or one of ten recovery codes.

The authenticator's key lies sealed (handoff/sealing.py), the recovery codes as hashes. A code opens once: its time step
is kept, and only a later one is taken. The steps before and after this one are taken too, for clocks that differ.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pyotp
from sqlalchemy import bindparam, or_, select, update

from conversation.events import TimelineLine
from conversation.work import Work
from handoff import known_browsers, letters, sessions
from handoff.entrance_errors import NoSecondFactor, WrongCode
from handoff.errors import UnknownAgent
from handoff.sealing import Seal
from handoff.tables import Agent

STEP_SECONDS = 30
ISSUER = "Relevo"
RECOVERY_CODES = 10
RECOVERY_GROUPS, RECOVERY_GROUP = 4, 4
# no letter or digit that looks like another: 78 random bits a code, so that a plain hash is enough
RECOVERY_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"

_agent = Agent.__table__
_by_id = select(_agent).where(_agent.c.agent_id == bindparam("id"))


def new_secret() -> str:
    """A key for an authenticator, as she may type it: 32 letters and digits, 160 random bits."""
    return pyotp.random_base32()


def address(secret: str, email: str) -> str:
    """What the square code says: `otpauth://totp/…`."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=email, issuer_name=ISSUER)


def is_on(agent: Mapping[str, Any]) -> bool:
    return agent["second_factor_at"] is not None


def confirm(work: Work, agent_id: str, seal: Seal, secret: str, code: str) -> list[str]:
    """She has the key and shows it by a code: from now on it is asked for. Returns her recovery codes, shown this once.

    Raises WrongCode.
    """
    step = _step_of(secret, code, work.now)
    if step is None:
        raise WrongCode()
    codes = _new_codes()
    _write(work, agent_id, second_factor=seal.close(secret), second_factor_at=work.now, second_factor_step=step,
           recovery=[_hash(one) for one in codes])
    work.record(TimelineLine("second_factor_on", "", agent_id, data={"agent": agent_id}))
    return codes


def check(work: Work, agent_id: str, seal: Seal, code: str) -> str:
    """Use a code up: `code` of the authenticator, or `recovery`. Raises WrongCode, NoSecondFactor."""
    agent = _locked(work, agent_id)
    if not is_on(agent):
        raise NoSecondFactor()
    if _use_recovery(work, agent, code):
        return "recovery"
    secret = seal.open(agent["second_factor"] or "")
    step = secret and _step_of(secret, code, work.now)
    if not step:
        raise WrongCode()
    fresh = or_(_agent.c.second_factor_step.is_(None), _agent.c.second_factor_step < step)
    used = update(_agent).where(_agent.c.agent_id == agent_id, fresh).values(second_factor_step=step)
    if work.connection.execute(used).rowcount != 1:
        raise WrongCode()
    return "code"


def renew_recovery(work: Work, agent_id: str) -> list[str]:
    """Ten new recovery codes; the old ones open nothing any more. Raises NoSecondFactor."""
    if not is_on(_locked(work, agent_id)):
        raise NoSecondFactor()
    codes = _new_codes()
    _write(work, agent_id, recovery=[_hash(one) for one in codes])
    work.record(TimelineLine("recovery_renewed", "", agent_id, data={"agent": agent_id}))
    return codes


def remove(work: Work, agent_id: str, by: str) -> None:
    """The password alone opens again; browsers that were known are strangers again."""
    _write(work, agent_id, second_factor=None, second_factor_at=None, second_factor_step=None, recovery=[])
    known_browsers.revoke_all(work, agent_id)
    work.record(TimelineLine("second_factor_off", "", by, data={"agent": agent_id}))


def reset(work: Work, agent_id: str, by: str) -> None:
    """She lost it: an admin takes it off. Her log-ins end, and she is told by e-mail. Raises UnknownAgent, NoSecondFactor."""
    agent = _locked(work, agent_id)
    if not is_on(agent):
        raise NoSecondFactor()
    remove(work, agent_id, by)
    sessions.revoke_all(work, agent_id)
    letters.write(work, agent, "second_factor_reset")


def _locked(work: Work, agent_id: str) -> Mapping[str, Any]:
    """Her row, ours until the commit: two requests must not use one recovery code."""
    query = _by_id if work.is_sqlite else _by_id.with_for_update()
    row = work.connection.execute(query, {"id": agent_id}).mappings().first()
    if row is None:
        raise UnknownAgent(agent_id)
    return row


def _write(work: Work, agent_id: str, **values: Any) -> None:
    work.connection.execute(update(_agent).where(_agent.c.agent_id == agent_id).values(**values))


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step that this code is of, within one of this instant."""
    typed = "".join(code.split())
    if not (typed.isascii() and typed.isdigit() and len(typed) == 6):
        return None
    clock, present = pyotp.TOTP(secret, interval=STEP_SECONDS), int(now.timestamp()) // STEP_SECONDS
    near = (present, present - 1, present + 1)
    return next((step for step in near if hmac.compare_digest(clock.generate_otp(step), typed)), None)


def _use_recovery(work: Work, agent: Mapping[str, Any], code: str) -> bool:
    left = [one for one in agent["recovery"] if one != _hash(code)]
    if len(left) == len(agent["recovery"]):
        return False
    _write(work, agent["agent_id"], recovery=left)
    work.record(TimelineLine("recovery_used", "", agent["agent_id"], data={"agent": agent["agent_id"], "left": len(left)}))
    return True


def _new_codes() -> list[str]:
    def group() -> str:
        return "".join(secrets.choice(RECOVERY_SIGNS) for _ in range(RECOVERY_GROUP))

    return ["-".join(group() for _ in range(RECOVERY_GROUPS)) for _ in range(RECOVERY_CODES)]


def _hash(code: str) -> str:
    plain = "".join(sign for sign in code.lower() if sign.isalnum())
    return hashlib.sha256(plain.encode("utf-8")).hexdigest()
