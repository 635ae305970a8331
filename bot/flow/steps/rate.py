"""`rate`: how did the bot do, from 1 to 5, and perhaps why. Nobody is pressed for it: silence and other words go on.

The comment is a question of its own behind the rating, which may be left out with a tap or a “no”.
"""

from __future__ import annotations

from typing import Any

from bot.flow.arguments import Arguments
from bot.flow.effects import Rated
from bot.flow.model import NoReply, Option, Question, Run, Step, StepKind
from bot.flow.steps import asking
from bot.flow.texts import Template, Texts
from bot.flow.tree import Items, Node, Table, Text
from bot.flow.words import bare

SCORES = range(1, 6)
SKIP = "skip"
_COMMENT = "comment"
_STAR = "⭐"
_SKIPPED = (
    "no", "no gracias", "nada", "nada mas", "no nada", "ninguno", "paso", "omitir", "prefiero no", "mejor no",
    "skip", "nope", "no thanks", "no thank you", "no, gracias", "no, thanks", "no, thank you", "nao, obrigado",
    "nao, obrigada", "nothing", "pular", "nao", "nao obrigado", "nao obrigada", "nada nao", "ninguem", "-", "n",
)  # fmt: skip
_QUIET = NoReply(3_600.0)


class _CommentNode(Table):
    """The comment's own step, as `build` finds it again behind the rating."""


def build(arguments: Arguments) -> Question:
    if isinstance(arguments.node, _CommentNode):
        return _comment(arguments)
    text = arguments.needed_texts("rate")
    save = arguments.variable("save")
    if arguments.get(_COMMENT) is not None:
        arguments.block_of(
            _COMMENT, Items((_comment_step(arguments, save),), arguments.node.line, arguments.node.column)
        )
    return Question(
        text=text,
        save=save,
        type="rating",
        options=tuple(_score(arguments, score) for score in SCORES),
        retries=1,
        no_reply=_QUIET,
        gives_up=True,
    )


def _score(arguments: Arguments, score: int) -> Option:
    return Option(str(score), _constant(arguments, _STAR * score), folded=frozenset((str(score),)), value=score)


def _constant(arguments: Arguments, text: str) -> Texts:
    return Texts({arguments.known.project.default_language: (Template(text, (text,), constant=text),)})


def _comment_step(arguments: Arguments, save: str) -> Table:
    """`comment: {es: …}`, saved as `<save>_comment` where that is declared, or `comment: {text: …, save: …}`."""
    node: Node = arguments.node.nodes[_COMMENT]
    key = arguments.node.keys[_COMMENT]
    step = _CommentNode(line=node.line, column=node.column)
    is_detailed = isinstance(node, Table) and "text" in node.nodes
    step.keys["rate"], step.nodes["rate"] = key, node.nodes["text"] if isinstance(node, Table) and is_detailed else node
    if isinstance(node, Table) and is_detailed:
        asking.only(arguments, node, ("text", "save"))
        if "save" in node.nodes:
            step.keys["save"], step.nodes["save"] = node.keys["save"], node.nodes["save"]
    elif save and f"{save}_{_COMMENT}" in arguments.reading.scope.types:
        step.keys["save"], step.nodes["save"] = key, Text(f"{save}_{_COMMENT}", key.line, key.column)
    return step


def _comment(arguments: Arguments) -> Question:
    label = arguments.known.shared.get("skip_word") or _constant(arguments, "→")
    labels = {bare(one.constant) for found in label.by_language.values() for one in found if one.constant}
    return Question(
        text=arguments.needed_texts("rate"),
        save=arguments.variable("save"),
        type=_COMMENT,
        options=(Option(SKIP, label, folded=frozenset({*_SKIPPED, *labels})),),
        no_reply=_QUIET,
        gives_up=True,
    )


def run(run: Run, step: Step) -> int:
    return run.ask(step)


def answered(run: Run, step: Step, value: Any) -> int:
    question: Question = step.data
    if question.type != _COMMENT:
        run.emit(Rated(int(value), run.flow.name, step.id))
        return step.block(_COMMENT)
    if value != SKIP:
        run.emit(Rated(0, run.flow.name, step.id, has_comment=True))
    elif question.save:
        run.set(question.save, None)
    return step.next


STEP = StepKind(
    name="rate",
    options=("save", _COMMENT),
    build=build,
    run=run,
    waits=True,
    has_branches=True,
    answered=answered,
    example="""
- rate: {es: "¿Qué tal te he ayudado, de 1 a 5?", en: "How did I do, 1 to 5?", pt: "Como fui, de 1 a 5?"}
  comment: {es: "¿Quieres contarme por qué?", en: "Would you tell me why?", pt: "Quer me contar por quê?"}
""",
)  # fmt: skip
