"""A talk with the flows in a terminal; at its end it can print itself as a test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.flow.library import Library
from bot.flow.project import seconds
from bot.flow.world import NoFake, World

HELP = (
    "/press KEY taps · /send image|audio|document sends · /wait 15m lets time pass · "
    "/test prints this talk as a test · /quit"
)


class Simulator:
    """Feed it lines, print what it gives back."""

    def __init__(self, library: Library, language: str, phone: str) -> None:
        contact = {"phone": phone} if phone else {}
        queues = frozenset(library.project.queues)
        self.world = World(library, language=language, contact=contact, open_queues=queues)
        self.talk: list[tuple[str, str]] = []

    def line(self, typed: str) -> Iterator[str]:
        """Answer one typed line."""
        command, _, rest = typed.strip().partition(" ")
        if command == "/test":
            yield from self.as_test()
            return
        if command in ("/help", "/?"):
            yield HELP
            return
        try:
            yield from self._act(command, rest.strip(), typed.strip())
        except NoFake as missing:
            yield f"! {missing}"

    def _act(self, command: str, rest: str, typed: str) -> Iterable[str]:
        if command == "/press":
            if not self.world.press(rest):
                return [f"! “{rest}” was not offered."]
            self.talk.append(("press", rest))
        elif command == "/send":
            self.world.say("", (rest or "image",))
            self.talk.append(("send", f"{{media: {rest or 'image'}}}"))
        elif command == "/wait":
            self.world.wait(seconds(rest) or 0.0)
            self.talk.append(("wait", rest))
        else:
            self.world.say(typed)
            self.talk.append(("user", typed))
        return list(self._shown())

    def _shown(self) -> Iterator[str]:
        for say in self.world.said:
            self.talk.append(("bot", say.text))
            yield say.text
            yield from (f"   [{choice.id.rpartition(':')[2]}] {choice.label}" for choice in say.choices)
        self.world.said.clear()
        for alert in self.world.alerts:
            yield f"! {alert.place}: {alert.text}"
        self.world.alerts.clear()
        if self.world.handoff is not None:
            yield f"→ {self.world.handoff.queue} ({self.world.handoff.reason}) {self.world.handoff.summary}".rstrip()
            self.world.handoff = None

    def as_test(self) -> Iterator[str]:
        """This talk as a case of a test file, to be copied and trimmed."""
        yield "  - name: "
        yield "    talk:"
        for verb, value in self.talk:
            text = value if verb in ("send", "wait") else f'"{_quoted(value)}"'
            yield f"      - {verb}: {text}"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
