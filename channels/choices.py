"""What may be chosen, in the shape a channel shows: buttons, a list, quick replies, or numbered lines to answer by.

A page is what fits; where there is more, its last entry leads to the next page (`MORE` and how many were shown). On a
numbered menu that entry is 0, so that a number means the same choice on every page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

from channels.base import Outgoing, OutgoingChoice
from channels.limits import MENU_PAGE, PAYLOAD, Limits, units
from channels.splitting import cut

MORE = "more>"  # with how many choices were shown; no flow has a name with such a sign in it
MORE_NUMBER = 0
OPENS_LIST = "☰"  # a sign and no word, so that it needs no language
NO_HEADING = "…"  # WhatsApp wants a title for every section when there are several
_SCHEMES = ("https://", "http://")
NOTHING_TO_TAP: Mapping[str, Any] = MappingProxyType({})


class Shown(NamedTuple):
    """`text` is said with the choices, `fields` are what the last part carries, `body` how long its text may be.

    `more` is the payload that asks for the next page, '' on the last one.
    """

    text: str
    fields: Mapping[str, Any] = NOTHING_TO_TAP
    body: int = 0
    more: str = ""


class _Page(NamedTuple):
    """Those of the choices that are shown now; `first` is how many stood on the pages before."""

    choices: Sequence[OutgoingChoice]
    first: int
    more: str = ""
    more_label: str = ""

    def entries(self) -> Sequence[OutgoingChoice]:
        """What can be tapped: the choices, and the way to the next page."""
        return (*self.choices, OutgoingChoice(self.more, self.more_label)) if self.more else self.choices


def shape(message: Outgoing, text: str, limits: Limits, notes: list[str]) -> Shown:
    """The choices of `message` below `text`; what could not be shown as it was meant is added to `notes`."""
    choices = [named for choice in message.choices if (named := _tidied(choice)).label]
    if len(choices) < len(message.choices):
        notes.append("choice_left_out")
    links = [choice for choice in choices if choice.url]
    if links:
        tapped = _links_as_buttons(message, text, choices, limits, notes)
        if tapped is not None:
            return tapped
        text = _with_links(text, [] if message.shown else links, notes)
        choices = [choice for choice in choices if not choice.url]
    if len(choices) <= message.shown:
        return Shown(text)
    room = limits.replies or limits.rows or limits.buttons
    if not room or message.choice_style == "menu" or _needs_menu(message, choices):
        return _as_menu(message, text, choices, limits, notes)
    return _as_taps(message, text, _page(message, choices, room, notes), limits, notes)


def _tidied(choice: OutgoingChoice) -> OutgoingChoice:
    """The choice with every text on one line; without a label its id is shown, without an address there is none."""
    label = tidy(choice.label)
    if label == choice.label and label and not (choice.description or choice.section or choice.url):
        return choice
    url = choice.url if is_address(choice.url) else ""
    label = label or tidy(choice.id) or url
    return replace(choice, label=label, description=tidy(choice.description), section=tidy(choice.section), url=url)


def is_address(url: str) -> bool:
    """Something a tap can open."""
    return url.startswith(_SCHEMES) and not any(sign.isspace() for sign in url)


def menu(choices: Sequence[OutgoingChoice], first: int = 0, stop_words: frozenset[str] = frozenset()) -> str:
    """The choices as numbered lines: `1. Sí`, with a description after a dash and sections as headings."""
    lines: list[str] = []
    section = ""
    for n, choice in enumerate(choices, first + 1):
        if choice.section and choice.section != section:
            section = choice.section
            lines.append(f"{section}:")
        words = f"{choice.label} - {choice.description}" if choice.description else choice.label
        if stop_words and is_stop_word(choice, stop_words):
            words = _unstoppable(choice, n)
        lines.append(f"{n}. {words}")
    return "\n".join(lines)


def is_stop_word(choice: OutgoingChoice, stop_words: frozenset[str]) -> bool:
    """Would she be unsubscribed by writing what this choice says?"""
    return choice.label.strip(".!¡ ").upper() in stop_words


def _unstoppable(choice: OutgoingChoice, n: int) -> str:
    """A choice whose words unsubscribe whoever sends them: its description instead, or the number once more."""
    return choice.description or f"{choice.label} (= {n})"


def line(choice: OutgoingChoice) -> str:
    """A choice in full: its label, and its description after a dash."""
    return f"{choice.label} - {choice.description}" if choice.description else choice.label


def tidy(text: str) -> str:
    """On one line, with single spaces: how a label is shown everywhere."""
    return " ".join(text.split())


def _needs_menu(message: Outgoing, choices: Sequence[OutgoingChoice]) -> bool:
    """Something else is tapped, or a provider would refuse the ids or could not tell them apart."""
    return message.form is not None or message.request_location or not _are_payloads([one.id for one in choices])


def _are_payloads(ids: Sequence[str]) -> bool:
    for one in ids:
        if not one or len(one) > PAYLOAD or one != one.strip() or not one.isascii() and units(one) > PAYLOAD:
            return False
    return len(set(ids)) == len(ids)


def _page(message: Outgoing, choices: Sequence[OutgoingChoice], room: int, notes: list[str]) -> _Page:
    rest = choices[message.shown :]
    if len(rest) <= room:
        return _Page(rest, message.shown)
    notes.append("choices_paged")
    return _Page(rest[: room - 1], message.shown, f"{MORE}{message.shown + room - 1}", tidy(message.more_label) or "…")


def _as_menu(
    message: Outgoing, text: str, choices: Sequence[OutgoingChoice], limits: Limits, notes: list[str]
) -> Shown:
    page = _page(message, choices, MENU_PAGE, notes)
    lines = menu(page.choices, page.first, limits.stop_words)
    for choice in page.choices if limits.stop_words else ():
        if is_stop_word(choice, limits.stop_words):
            notes.append("stop_word_replaced" if choice.description else "stop_word_offered")
    if page.more:
        lines += f"\n{MORE_NUMBER}. {page.more_label}"
    if message.menu_hint:
        lines += f"\n{message.menu_hint}"
    whole = f"{text}\n{lines}".strip()
    content = _content(message, text, page, limits) if limits.measure.size(whole) <= limits.text else {}
    if content:
        notes.append("buttons_or_menu")
    elif message.choice_style != "menu":
        notes.append("choices_as_menu")
    return Shown(whole, {"content": content} if content else {}, limits.text, page.more)


def _content(message: Outgoing, text: str, page: _Page, limits: Limits) -> dict[str, Any]:
    """The same choices for Twilio's content, if they fit uncut: `shape`, `body`, `choices`; {} where they do not.

    Twilio's documentation does not say whether a variable may hold a line break, so a body with one is not tried.
    """
    entries = page.entries()
    most = limits.content_rows or limits.content_buttons
    if len(entries) > most or message.choice_style == "menu" or message.header or message.footer or not text:
        return {}
    if "\n" in text or units(text) > limits.body or _needs_menu(message, entries):
        return {}
    labels: set[str] = set()
    longest = described = 0
    for one in entries:
        if one.section or one.label in labels:  # Twilio's list has no headings
            return {}
        labels.add(one.label)
        longest = max(longest, units(one.label))
        described = max(described, units(one.description)) if one.description else described
    if len(entries) <= limits.content_buttons and not described and longest <= limits.button_label:
        choices = [{"id": one.id, "label": one.label} for one in entries]
        return {"shape": f"quick-reply-{len(entries)}", "body": text, "choices": choices}
    if len(entries) > limits.content_rows or longest > limits.row_label or described > limits.row_description:
        return {}
    choices = [{"id": one.id, "label": one.label, "description": one.description} for one in entries]
    return {"shape": f"list-picker-{len(entries)}", "body": text, "choices": choices}


def _as_taps(message: Outgoing, text: str, page: _Page, limits: Limits, notes: list[str]) -> Shown:
    entries = page.entries()
    name = _best(message, entries, limits, notes)
    limit = limits.row_label if name == "rows" else limits.button_label
    shown = _labelled(entries, limit, notes)
    lost: list[str] = []
    for n, choice in enumerate(entries):
        entry = shown[n]
        if entry["label"] == choice.label and not choice.description and not choice.section:
            continue
        if name == "rows":
            _describe(choice, entry, limits, notes)
        elif choice.section:
            notes.append("section_left_out")
        is_told = entry["label"] == choice.label or entry.get("description") == choice.label
        if not is_told or choice.description and name != "rows":
            lost.append(line(choice))
    text = "\n".join((text, *lost)).strip() if lost else text
    fields: dict[str, Any] = {name: shown}
    if name == "rows":
        fields["open"] = cut(tidy(message.list_label), limits.button_label) or OPENS_LIST
    return Shown(text, fields, limits.body, page.more)


def _best(message: Outgoing, entries: Sequence[OutgoingChoice], limits: Limits, notes: list[str]) -> str:
    """`buttons`, `rows` or `replies`: what was wished for where it can be, else what shows most of it."""
    if limits.replies:
        if message.choice_style == "list":
            notes.append("style_changed")
        return "replies"
    if len(entries) > limits.buttons:
        if message.choice_style == "buttons":
            notes.append("style_changed")
        return "rows"
    if message.choice_style != "auto":
        return "rows" if message.choice_style == "list" else "buttons"
    for one in entries:
        if one.description or one.section or units(one.label) > limits.button_label:
            return "rows"
    return "buttons"


def _labelled(choices: Sequence[OutgoingChoice], limit: int, notes: list[str]) -> list[dict[str, str]]:
    """Choices with labels short enough and all different: WhatsApp refuses two equal ones."""
    full = [choice.label for choice in choices]
    labels = [one if len(one) <= limit and one.isascii() else cut(one, limit) for one in full]
    if len(set(labels)) < len(labels):
        _tell_apart(labels, full, limit)
    if labels != full:
        notes.append("label_cut")
    return [{"id": choice.id, "label": labels[n]} for n, choice in enumerate(choices)]


def _tell_apart(labels: list[str], full: Sequence[str], limit: int) -> None:
    """Give every label that stood before already the first free number at its end."""
    taken = set(labels)
    seen: set[str] = set()
    for place, label in enumerate(labels):
        if label in seen:
            n = place + 1
            while (label := f"{cut(full[place], limit - len(f' {n}'))} {n}") in taken:
                n += 1
            labels[place] = label
            taken.add(label)
        seen.add(label)


def _describe(choice: OutgoingChoice, entry: dict[str, str], limits: Limits, notes: list[str]) -> None:
    """A list's second line: the description, or the whole label where it was cut; and the heading above."""
    full = choice.description or (choice.label if entry["label"] != choice.label else "")
    short = cut(full, limits.row_description)
    if short != full:
        notes.append("description_cut")
    if short:
        entry["description"] = short
    if choice.section and limits.section_label:
        entry["section"] = cut(choice.section, limits.section_label)
        if entry["section"] != choice.section:
            notes.append("section_cut")


# Choices that open an address


def _links_as_buttons(
    message: Outgoing, text: str, choices: Sequence[OutgoingChoice], limits: Limits, notes: list[str]
) -> Shown | None:
    """Buttons that open addresses, where the channel has them and all choices fit beside each other."""
    alone = message.form is None and not message.request_location and message.choice_style != "menu"
    fits = limits.link_button and len(choices) == 1 or len(choices) <= limits.taps
    payloads = [choice.id for choice in choices if not choice.url]
    if not alone or not fits or message.shown or not _are_payloads(payloads):
        return None
    shown = _labelled(choices, limits.button_label, notes)
    taps: list[dict[str, str]] = []
    lost: list[str] = []
    for choice, entry in zip(choices, shown, strict=True):
        taps.append({"label": entry["label"], "url": choice.url} if choice.url else entry)
        if entry["label"] != choice.label or choice.description:
            lost.append(line(choice))
        if choice.section:
            notes.append("section_left_out")
    text = "\n".join((text, *lost)).strip()
    return Shown(text, {"link": taps[0]} if limits.link_button else {"taps": taps}, limits.taps_body or limits.body)


def _with_links(text: str, links: Sequence[OutgoingChoice], notes: list[str]) -> str:
    if not links:
        return text
    notes.append("link_as_text")
    lines = (choice.url if choice.label == choice.url else f"{line(choice)}: {choice.url}" for choice in links)
    return "\n".join((text, *lines)).strip()
