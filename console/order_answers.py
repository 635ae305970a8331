"""What goes wrong with an action on an order, as an agent and a program are told."""

from __future__ import annotations

from console import here, problems
from console.order_asking import ShopDown, ShopRefuses
from console.order_sight import NotItsOrder
from console.problems import Problem
from handoff import order_errors


def trouble(error: Exception, currency: str = "") -> Problem:
    """The sentence, its status and the field it stands at."""
    words = here.texts()
    match error:
        case ShopRefuses(code=code):
            sentence = words.either(f"order_action.refused.{code}", "order_action.refused.other")
            return Problem(409, "conflict", "shop_refuses", sentence, facts={"reason": code})
        case ShopDown():
            return Problem(503, "busy", "shop_down", words("order_action.shop_down"))
        case NotItsOrder() | order_errors.UnknownOrderAction():
            return Problem(404, "missing", "not_found", words("error.unknown_order_here" if isinstance(error, NotItsOrder)
                                                              else "error.not_found"))
        case order_errors.ReasonMissing() | order_errors.BadAmount():
            field = "reason" if isinstance(error, order_errors.ReasonMissing) else "amount"
            return Problem(422, "invalid", error.code, words(f"error.{error.code}"), field)
        case order_errors.ActionOpen(by=by) | order_errors.ActionUnsure(by=by):
            return Problem(409, "conflict", error.code, words(f"error.{error.code}", by=by), facts={"by": by})
        case order_errors.KeyReused():
            return Problem(409, "conflict", error.code, words("error.key_reused"))
        case order_errors.ActionDecided(by=by, state=state):
            told = words.either(f"order_action.state.{state}", "order_action.state.approved")
            return Problem(409, "conflict", error.code, words("error.action_decided", by=by, state=told.lower()),
                           facts={"by": by, "state": state})
        case order_errors.AboveYourLimit(limit=limit):
            return Problem(409, "conflict", error.code, words("error.above_your_limit", limit=limit), facts={"limit": limit})
    return problems.problem(error)
