"""An act on a case, and how it is answered: back to its page, or why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from console import answers, here, problems
from console.answers import Said, answer_problem, later, saved
from console.case_sight import seen
from console.errors import ConsoleError
from console.problems import Problem
from console.programs.once import once
from conversation.one_writer import is_busy
from conversation.work import Work
from handoff.errors import HandoffError
from incidents import errors
from incidents.errors import IncidentError

Row = Mapping[str, Any]


def trouble(error: Exception) -> Problem:
    """What an error means for the agent who acted."""
    words = here.texts()
    match error:
        case errors.UnknownCase():
            return Problem(404, "missing", "not_found", words("error.not_found"))
        case errors.BadField(field=field):
            return Problem(422, "invalid", error.code, words.either(f"case.wrong.{field}", "case.wrong.other"), field)
        case errors.StaleCase():
            return Problem(409, "conflict", error.code, words("case.stale"))
        case errors.IllegalStep(state=state):
            return Problem(409, "conflict", error.code, words("case.illegal"), facts={"state": state})
    return problems.problem(error)


def act(key: str, do: Callable[[Work, Row], Any], text: str) -> Response:
    """Do something to a case in one transaction, and go back to its page."""
    try:
        with here.desk().database.work() as work:
            case = seen(work.connection, key)
            done = once(work, lambda work: do(work, case))
    except (IncidentError, HandoffError, ConsoleError, SQLAlchemyError) as error:
        if isinstance(error, SQLAlchemyError) and not is_busy(error):
            raise
        return refused(error)
    told = dict(done) if isinstance(done, dict) else {}
    if here.text_field("stay") and not here.wants_json():  # she is in the conversation, and stays there
        return answers.done(case["conversation_id"], Said(text))
    return saved(url_for("console.incident", incident_id=case["incident_id"]), text, incident=case["incident_id"],
                 code=case["code"], **told)


def refused(error: Exception) -> Response:
    """It was not done, and why."""
    return later(answer_problem(trouble(error)))
