"""What the bot says where the window is closed: the message template that its flow names, as the provider approved it."""

from __future__ import annotations

from collections.abc import Mapping

import channels
from bot.flow.effects import Say
from bot.flow.templates import BODY, MessageTemplate, Wording
from channels.verdicts import provider_of
from conversation.events import Outgoing, OutgoingTemplate
from conversation.inbox import Talk
from conversation.work import Work

Templates = Mapping[str, MessageTemplate]


def in_place(work: Work, talk: Talk, effect: Say, templates: Templates) -> Outgoing | None:
    """The template in the place of these words; None while they may go out themselves, or where there is no template.

    Then the words are tried, and who looks at the conversation sees that they could not be sent.
    """
    template = templates.get(effect.template)
    if template is None or not _is_closed(work, talk):
        return None
    found = _wording(template, talk.facts["kind"], talk.row["language"])
    if found is None:
        return None
    language, wording = found
    values = tuple(" ".join(effect.template_values.get(str(n), "").split()) for n in range(1, len(template.blanks) + 1))
    text = wording.filled(values)
    if not all(values) or len(text) > BODY:
        return None
    payloads = tuple(button.payload for button in wording.buttons)
    told = OutgoingTemplate(
        wording.name_at(provider_of(talk.facts["kind"])),
        wording.meta_language or language,
        values,
        payloads if all(payloads) else (),
        text,
    )
    return Outgoing("", template=told, purpose=template.category)


def _is_closed(work: Work, talk: Talk) -> bool:
    window = channels.adapter(talk.facts["kind"]).window
    return window.templates and window.state(talk.row["last_inbound_at"], work.now, talk.row["free_until"]) == "closed"


def _wording(template: MessageTemplate, kind: str, language: str) -> tuple[str, Wording] | None:
    """The contact's language first, else the first one that this provider has."""
    order = sorted(template.wordings.items(), key=lambda pair: pair[0].partition("-")[0] != language.partition("-")[0])
    return next(((one, wording) for one, wording in order if wording.name_at(provider_of(kind))), None)
