"""A talk with the flows in a terminal; at its end it can print itself as a test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.flow.library import Library
from bot.flow.project import seconds
from bot.flow.recording import Recording, as_test
from bot.flow.world import NoFake, World

HELP = (
    "/press KEY taps · /send image|audio|document sends · /wait 15m lets time pass · /event NAME [KEY] happens · "
    "/agent resolved|returned ends a handoff · /where says at which step · /test prints this talk as a test · /quit"
)


class Simulator:
    """Feed it lines, print what it gives back."""

    def __init__(self, library: Library, language: str, phone: str) -> None:
        contact = {"phone": phone} if phone else {}
        queues = frozenset(library.project.queues)
        self.world = World(library, language=language, contact=contact, open_queues=queues)
        self.recording = Recording(given={"language": language, "contact": contact, "notice": "yes"})

    def line(self, typed: str) -> Iterator[str]:
        """Answer one typed line."""
        command, _, rest = typed.strip().partition(" ")
        if command == "/test":
            yield from as_test(self.recording)
            return
        if command in ("/help", "/?"):
            yield HELP
            return
        if command == "/where":
            yield self.world.standing() or "–"
            return
        try:
            yield from self._act(command, rest.strip(), typed.strip())
        except NoFake as missing:
            yield f"! {missing}"

    def _act(self, command: str, rest: str, typed: str) -> Iterable[str]:
        match command:
            case "/press" if not self.world.press(rest):
                return [f"! “{rest}” was not offered."]
            case "/press":
                self.recording.add("press", rest)
            case "/send":
                self.world.say("", (rest or "image",))
                self.recording.add("send", {"media": rest or "image"})
            case "/wait":
                self.world.wait(seconds(rest) or 0.0)
                self.recording.add("wait", rest)
            case "/event":
                name, _, key = rest.partition(" ")
                self.world.happen(name, key)
                self.recording.add("event", {"name": name, "key": key})
            case "/agent":
                self.world.close_ticket(rest or "resolved")
                self.recording.add("agent", rest or "resolved")
            case _:
                self.world.say(typed)
                self.recording.add("user", typed)
        return list(self._shown())

    def _shown(self) -> Iterator[str]:
        for say in self.world.said:
            self.recording.add("bot", say.text)
            yield say.text
            if say.media_url:
                yield f"   ({say.media_url})"
            if say.link[0]:
                yield f"   [{say.link[1]}] {say.link[0]}"
            yield from (f"   [{choice.id.rpartition(':')[2]}] {choice.label}" for choice in say.choices)
        self.world.said.clear()
        for alert in self.world.alerts:
            yield f"! {alert.place}: {alert.text}"
        self.world.alerts.clear()
        if self.world.handoff is not None:
            handoff = self.world.handoff
            self.recording.handoff = {"queue": handoff.queue, "reason": handoff.reason}
            yield f"→ {handoff.queue} ({handoff.reason}) {handoff.summary}".rstrip()
            self.world.handoff = None
