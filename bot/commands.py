"""`flask flows …`: check, test and try the flows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import IO, NoReturn

import click

from bot.flow import diagram, formatting, pages, tester, translations
from bot.flow import findings as flow_findings
from bot.flow import library as flow_library
from bot.flow import lint as flow_lint
from bot.flow import schema as flow_schema
from bot.flow.findings import ERROR, Finding, has_errors
from bot.flow.library import Library
from bot.flow.proof.verdict import prove, told
from bot.flow.simulator import HELP, Simulator

_FOLDER = click.option(
    "--folder",
    envvar="FLOWS_DIR",
    default="flows",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the flows are.",
)
_LANGUAGE = click.option("--lang", default="es", show_default=True, type=click.Choice(["es", "en", "pt"]))


@click.group()
def flows() -> None:
    """Check, test and try the conversations in flows/."""


@flows.command()
@_FOLDER
@_LANGUAGE
@click.option("--proof", is_flag=True, help="Say how far a person is from each flow's questions, and by which way.")
def lint(folder: Path, lang: str, proof: bool) -> None:
    """Say what is wrong in the flows, where, and how to mend it."""
    say_findings(folder, lang, proof)


def say_findings(folder: Path, lang: str, proof: bool, beside: Iterable[Finding] = ()) -> NoReturn:
    """Says and ends: with 1 where something is wrong. `beside`: what is wrong in files that others read."""
    findings = sorted((*flow_lint.check(folder), *beside), key=lambda one: (one.file, one.line, one.column, one.code))
    _show(findings, lang)
    library = flow_library.load(folder).readable if proof else None
    for line in told(prove(library), lang) if library else ():
        click.echo(line)
    errors = sum(finding.level == ERROR for finding in findings)
    click.echo(f"{folder}: {errors} errors, {len(findings) - errors} warnings")
    raise SystemExit(1 if errors else 0)


@flows.command()
@click.argument("name", default="")
@_FOLDER
@_LANGUAGE
@click.option("--coverage", is_flag=True, help="List the steps and the ways on that no test goes through.")
@click.option("--min", "least", default=0, show_default=True, help="Fail below this share of steps, in percent.")
def test(name: str, folder: Path, lang: str, coverage: bool, least: int) -> None:
    """Play the conversations of flows/tests, all or those of one flow."""
    library = _loaded(folder, lang)
    found, findings = tester.cases(folder, name)
    _show(findings, lang)
    sources = flow_library.sources_of(folder)
    outcomes = [tester.run(library, case, sources) for case in found]
    failed = [outcome for outcome in outcomes if outcome.problem]
    for outcome in failed:
        click.echo(f"{outcome.place}: {outcome.case.name}\n       {outcome.problem}")
    click.echo(f"{len(outcomes) - len(failed)} of {len(outcomes)} conversations pass")
    share = _show_coverage(library, outcomes, name) if coverage or least else 100.0
    if not found:
        click.echo(f"There is no test in {folder / 'tests'} for “{name or '*'}”.")
    raise SystemExit(1 if failed or has_errors(findings) or not found or share < least else 0)


@flows.command("diagram")
@click.argument("name")
@_FOLDER
@_LANGUAGE
@click.option("--mermaid", "as_text", is_flag=True, help="Text for Mermaid instead of SVG.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this file.")
def draw(name: str, folder: Path, lang: str, as_text: bool, output: Path | None) -> None:
    """Draw a flow: one box per step that waits for the contact, a dashed line to a person from each that has one."""
    library = _loaded(folder, lang)
    flow = library.flows.get(name)
    if flow is None:
        raise click.ClickException(f"There is no flow “{name}”; there are: {', '.join(sorted(library.flows))}.")
    drawn = diagram.mermaid(flow, library, language=lang) if as_text else diagram.svg(flow, library, language=lang, alone=True)
    if output is None:
        click.echo(drawn, nl=False)
    else:
        output.write_text(drawn, encoding="utf-8")


@flows.command()
@click.argument("name", default="")
@_FOLDER
@_LANGUAGE
@click.option("--phone", default="+34600111222", show_default=True, help="The number the contact writes from.")
def simulate(name: str, folder: Path, lang: str, phone: str) -> None:
    """Talk with the flows; NAME starts one of them right away."""
    library = _loaded(folder, lang)
    talk = Simulator(library, lang, phone)
    click.echo(HELP)
    first = _first_words(library, name)
    if first:
        click.echo(f"> {first}")
        _print(talk, first)
    for typed in iter(lambda: click.prompt(">", prompt_suffix=" ", default="", show_default=False), "/quit"):
        _print(talk, typed)


def _print(talk: Simulator, typed: str) -> None:
    for line in talk.line(typed):
        click.echo(line)


def _first_words(library: Library, name: str) -> str:
    if not name:
        return ""
    flow = library.flows.get(name)
    if flow is None:
        known = ", ".join(sorted(library.flows))
        raise click.ClickException(f"There is no flow “{name}”; there are: {known}.")
    return " ".join(flow.triggers.words[0]) if flow.triggers.words else ""


def _loaded(folder: Path, language: str) -> Library:
    loaded = flow_library.load(folder)
    if loaded.library is None:
        _show(loaded.findings, language)
        raise SystemExit(1)
    return loaded.library


def _show(findings: tuple[Finding, ...] | list[Finding], language: str) -> None:
    for finding in findings:
        click.echo(finding.render(language))


def _show_coverage(library: Library, outcomes: list[tester.Outcome], name: str) -> float:
    """Print the share of steps per flow; the smallest of them."""
    shares = [100.0]
    for one in tester.coverage(library, outcomes):
        if name in ("", one.flow):
            shares.append(one.percent)
            missing = f", lines without a test: {', '.join(map(str, one.missing))}" if one.missing else ""
            untaken = ", ".join(f"{line} {way}" for line, way in one.untaken)
            ways = f", ways not taken: {untaken}" if untaken else ""
            click.echo(f"{one.flow}: {one.covered} of {one.total} steps{missing}; "
                       f"{one.ways_covered} of {one.ways} ways{ways}")
    return min(shares)


@flows.group()
def texts() -> None:
    """Texts for translators: out as a table, and back."""


@texts.command("export")
@click.argument("file", type=click.File("w", encoding="utf-8"), default="-")
@_FOLDER
def export_texts(file: IO[str], folder: Path) -> None:
    """Write every text of the flows to FILE as CSV, a column for each language."""
    languages = _loaded(folder, "es").project.languages
    file.write(translations.to_csv(translations.rows(flow_library.sources_of(folder), languages), languages))


@texts.command("import")
@click.argument("file", type=click.File("r", encoding="utf-8-sig"))
@_FOLDER
def import_texts(file: IO[str], folder: Path) -> None:
    """Put the texts of FILE into the flows; only lines whose text changed are touched."""
    languages = _loaded(folder, "es").project.languages
    try:
        written = file.read()
    except UnicodeDecodeError:
        raise click.ClickException(f"{file.name} is no text in UTF-8: save the table as “CSV UTF-8”.") from None
    sources = flow_library.sources_of(folder)
    found = translations.take_in(sources, written, languages)
    findings = flow_library.compiled({**sources, **found.sources}).findings
    broken = [one for one in findings if one.level == ERROR]
    if broken:
        _show(broken, "es")
        raise click.ClickException("Nothing was written: with these texts the flows could not be used.")
    for name, source in found.sources.items():
        (folder / name).write_text(source, encoding="utf-8")
    for problem in found.problems:
        click.echo(problem)
    click.echo(f"{found.changed} texts changed in {len(found.sources)} files, {len(found.problems)} not taken in")
    raise SystemExit(1 if found.problems else 0)


@flows.command()
@_FOLDER
@click.option("--write", is_flag=True, help="Write it beside the flows, where their first line names it.")
def schema(folder: Path, write: bool) -> None:
    """Print the JSON Schema of a flow, with the names of this folder, so that an editor completes and explains."""
    text = json.dumps(flow_schema.schema(flow_library.load(folder).readable), ensure_ascii=False, indent=1) + "\n"
    if not write:
        click.echo(text, nl=False)
        return
    path = folder / flow_schema.FILE
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    click.echo(f"{path}: begin a flow with  # yaml-language-server: $schema={flow_schema.FILE}")


@flows.command()
@click.argument("names", nargs=-1)
@_FOLDER
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit code 1 when a file is not laid out.")
@click.option("--upgrade", is_flag=True, help="Bring the files to the newest version of the language, too.")
def fmt(names: tuple[str, ...], folder: Path, only_check: bool, upgrade: bool) -> None:
    """Lay the files out in one way: indentation, quotes where they are needed. Texts and comments stay as they are."""
    paths = [folder / f"{name.removesuffix('.yaml')}.yaml" for name in names]
    changed = 0
    for path in paths or sorted([*folder.glob("*.yaml"), *folder.glob("tests/*.yaml")]):
        if not path.is_file():
            raise click.ClickException(f"There is no file {path}.")
        source = path.read_bytes().decode("utf-8", "replace")
        laid = formatting.formatted(formatting.upgraded(source) if upgrade else source)
        if laid == source or "\ufffd" in source:
            continue
        changed += 1
        click.echo(f"{path}: {'is not laid out' if only_check else 'laid out'}")
        if not only_check:
            path.write_text(laid, encoding="utf-8", newline="\n")
    if upgrade and not formatting.MIGRATIONS:
        click.echo(f"The language has one version, {formatting.LANGUAGE_VERSION}: there is nothing to upgrade.")
    click.echo(f"{changed} files {'to lay out' if only_check else 'changed'}")
    raise SystemExit(1 if only_check and changed else 0)


@flows.command()
@click.argument("code", default="")
@_LANGUAGE
@click.option("--write", is_flag=True, help="Bring the messages and the index of docs/findings up to date.")
def explain(code: str, lang: str, write: bool) -> None:
    """Say what a finding means, why it matters, and how to mend it: flask flows explain S04."""
    if write:
        click.echo(f"{_write_pages()} pages changed")
        return
    known = flow_findings.codes()
    if code.upper() not in known:
        click.echo("\n".join(f"{one}  {flow_findings.sentence(one, lang)}" for one in known))
        raise SystemExit(1 if code else 0)
    click.echo(f"{code.upper()}: {flow_findings.sentence(code.upper(), lang)}\n")
    path = pages.FOLDER / f"{code.upper()}.md"
    if path.is_file():
        click.echo(path.read_text(encoding="utf-8"))


def _write_pages() -> int:
    readme = pages.FOLDER / "README.md"
    shared = pages.blocks(readme.read_text(encoding="utf-8"))
    found, changed = [], 0
    for path in sorted(pages.FOLDER.glob("[A-Z][0-9][0-9].md")):
        text = path.read_text(encoding="utf-8")
        page = pages.parse(text)
        if page is None:
            raise click.ClickException(f"{path} does not begin with “# {path.stem}: …”.")
        found.append(page)
        shown = flow_lint.check_sources({**shared, **page.before}) if page.before else ()
        here = [one for one in shown if (one.code, one.file, one.line) == (page.code, page.file, page.line)]
        new = pages.with_message(text, here[0].render("es")) if here else text
        changed += new != text
        path.write_text(new, encoding="utf-8")
    readme.write_text(pages.index(readme.read_text(encoding="utf-8"), found), encoding="utf-8")
    return changed
