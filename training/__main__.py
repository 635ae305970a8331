"""`python -m training …`: check the data, train, measure, write the cards."""

from __future__ import annotations

import sys

import click

from bot.understanding import model as runtime
from training import card, evaluate, talks, train
from training.agreement import agreement
from training.corpus import dialogues, messages
from training.fit import lessons
from training.validate import faults, nearness


@click.group()
def training() -> None:
    """Data, training and measuring of the understanding."""


@training.command("validate")
def _validate() -> None:
    """Check every line and dialogue; the faults one by one, exit code 1 if there are any."""
    lines, held = messages(), dialogues()
    found = faults(lines, held)
    for fault in found:
        click.echo(fault, err=True)
    click.echo(f"{len(lines)} messages and {len(held)} dialogues of {len({line.hand for line in lines})} hands, {len(found)} faults")
    sys.exit(1 if found else 0)


@training.command("train")
def _train() -> None:
    """Make bot/understanding/model.npz from the data, the lexicons and the code."""
    click.echo(f"{runtime.FILE.name}: {train.write():,} bytes")


@training.command("evaluate")
@click.option("--curve", is_flag=True, help="Also the learning curve by number of hands.")
def _evaluate(curve: bool) -> None:
    """Leave one hand out, for each hand: what a stranger would measure."""
    held = lessons(messages(), dialogues())
    for row in card.of_report(evaluate.evaluate(held)):
        click.echo(row)
    if curve:
        for count, frustrated, human in evaluate.curve(held):
            click.echo(f"{count:>3} hands: frustrated {frustrated:.3f}, human request {human:.3f}")


@training.command("talks")
def _talks() -> None:
    """When a talk goes to a person: tune on all hands but one, measure on that one."""
    for row in talks.measure(messages(), dialogues()):
        click.echo(row)


@training.command("agreement")
def _agreement() -> None:
    """How far a second reader agrees with the writers."""
    for one in agreement(messages()):
        click.echo(f"{one.what:<14} n {one.n:>5}  same {one.same:.3f}  kappa {one.kappa:.3f}  F1 {one.f1:.3f}")


@training.command("nearness")
def _nearness() -> None:
    """How near the hands' lines are to one another."""
    for one in nearness(messages()):
        click.echo(f"{one.hand}  shared runs {one.shared_runs:.2%}  nearest {one.mean:.2f}, 95 % {one.high:.2f}")


@training.command("card")
def _card() -> None:
    """Write docs/data-card.md and docs/model-card.md anew; takes some minutes."""
    card.write()


if __name__ == "__main__":
    training()
