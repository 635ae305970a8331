"""The page of the readings as a whole: the box, the policy with its trial, and how right each rule is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from werkzeug.wrappers import Response

from bot.escalation import Policy, policy_from
from bot.understanding.lexicon import SHIPPED, Book
from bot.understanding.order_numbers import DEFAULT
from console import flow_shop, here, nav, policy_form, policy_trial, reading_views, screens, talk_lines, trial_views
from console.errors import NothingHere
from console.policy_form import Field
from console.rendering import page
from handoff import verdicts

LANGUAGES = ("es", "en", "pt")
CHANNELS = ("whatsapp", "sms", "messenger", "instagram", "web")
JUDGED_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Rules:
    """The policy that is live, the text it stands in, the set it belongs to, and the shop's numbers and words."""

    policy: Policy
    text: str
    files: Mapping[str, str]
    base: str
    order_patterns: tuple[str, ...]
    book: Book


def require_overseer() -> None:
    """Raises NothingHere for whoever does not see every conversation."""
    if not here.viewer().sees_everything:
        raise NothingHere("What customers wrote anywhere is for supervisors and admins.")


def rules() -> Rules:
    """As they hold now; the house's own where nothing is live."""
    shop = here.desk().flows
    with flow_shop.reading(here.desk().database) as (work, _):
        live = shop.live(work)
    library, files = shop.library(), flow_shop.files_of(live)
    text = files.get(policy_form.FILE, "")
    patterns, book = (library.order_patterns, library.book) if library is not None else (DEFAULT, SHIPPED)
    return Rules(policy_from(policy_form.tree_of(text)), text, files, flow_shop.id_of(live), patterns, book)


def whole(now: Rules, status: int = 200, **values: Any) -> Response:
    """The page; `values` are what one of its parts has to say."""
    with here.desk().database.reading() as session:
        judged = verdicts.precision(session, here.formats().now - JUDGED_FOR)
        return page(
            "understanding.html",
            status,
            **(_silent() | policy(now) | values),
            rules=[trial_views.rule(one) for one in judged],
            marked=reading_views.marked,
            judged_days=JUDGED_FOR.days,
            languages=LANGUAGES,
            channels=CHANNELS,
            max_letters=talk_lines.MAX_LETTERS,
            nav=nav.nav(session, here.viewer(), None, "understanding"),
            me=nav.me(here.agent()),
            banner=screens.flashed(),
            csrf_header=screens.csrf_header(),
        )


def policy(now: Rules, typed: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The form of the policy, with what was typed in it."""
    groups: dict[str, tuple[Field, ...]] = policy_form.groups(now.policy, typed)
    variants = sorted({name for place in now.policy.variants for name in place if name})
    return {
        "groups": groups,
        "label_of": trial_views.field_label,
        "variants": variants,
        "is_live": bool(now.base),
        "base": now.base,
        "all_days": policy_trial.DAYS,
        "days": policy_trial.DAYS[0],
    }


def _silent() -> dict[str, Any]:
    """Nothing was typed and nothing tried."""
    typed = {"text": "", "language": "", "channel": "", "is_one": ""}
    return {"typed": typed, "seen": [], "growth": None, "trial": None, "changed": [], "trouble": None, "comment": ""}
