"""The house keeps its shape: who may import whom, how long things get, and what nothing is called.

The table is that of docs/architecture.md. Imports inside functions count.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ANYBODY = {"registry", "metrics", "faults", "yaml_file", "order_number"}
MAY_IMPORT = {
    "config": set(), "registry": set(), "metrics": set(), "clock": set(), "faults": set(), "logs": set(), "yaml_file": set(), "order_number": set(),
    "fetch": set(), "asking": set(), "shop_files": {"bot", "orders", "carriers", "incidents", "outreach"},
    "bot": set(),
    "orders": {"fetch", "asking"},
    "conversation": {"clock", "fetch"},
    "channels": {"conversation", "fetch"},
    "carriers": {"fetch", "asking"},
    "incidents": {"conversation"},
    "outreach": {"channels", "conversation", "clock"},
    "handoff": {"conversation"},
    "pipeline": {"bot", "orders", "carriers", "incidents", "outreach", "channels", "conversation", "handoff", "config", "clock", "logs", "asking", "shop_files"},
    "console": {"handoff", "conversation", "bot", "orders", "carriers", "incidents", "outreach", "channels", "clock", "shop_files"},
    "operations": {"bot", "orders", "carriers", "incidents", "outreach", "channels", "conversation", "handoff", "pipeline", "config", "clock", "logs", "demo", "shop_files"},
    "demo": {"bot", "orders", "carriers", "incidents", "outreach", "channels", "conversation", "handoff", "pipeline", "console", "config", "clock", "fetch"},
    "lab": {"bot", "orders", "carriers", "incidents", "outreach", "channels", "conversation", "handoff", "pipeline", "console", "demo", "config", "clock", "fetch"},
    "migrations": {"conversation", "handoff", "incidents", "outreach", "pipeline"},
    "bench": {"demo", "clock", "bot", "orders"},
    "training": {"bot"},
    "app": {"bot", "orders", "carriers", "incidents", "outreach", "channels", "conversation", "handoff", "pipeline", "console", "operations", "demo", "lab", "config",
            "clock", "fetch", "logs"},
}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "shared"}
LONGEST_FILE = 450
LONGEST_FUNCTION = 60
DEEPEST = 3
MOST_ARGUMENTS = 5

FILES = sorted(path for name in MAY_IMPORT for path in ((ROOT / name).rglob("*.py") if (ROOT / name).is_dir() else
                                                       [ROOT / f"{name}.py"]))
GENERATED = frozenset((ROOT / "migrations" / "versions").glob("*.py"))  # bin/migration writes them
Function = ast.FunctionDef | ast.AsyncFunctionDef


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Every module that a file imports, with the line."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(parsed(path)) if isinstance(node, Function))


def named(path: Path, function: Function) -> str:
    return f"{shown(path)}:{function.lineno} {function.name}"


def positional(function: Function) -> list[str]:
    every = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    return every[1:] if every and every[0] in ("self", "cls") else every


def code_lines(path: Path, function: Function) -> int:
    """Lines of a function without its docstring, its comments and empty ones."""
    is_told = isinstance(function.body[0], ast.Expr) and isinstance(function.body[0].value, ast.Constant)
    first = function.body[1] if is_told and len(function.body) > 1 else function.body[0]
    source = path.read_text(encoding="utf-8").splitlines()
    lines = [line.strip() for line in source[first.lineno - 1 : function.end_lineno]]
    return 1 + sum(1 for line in lines if line and not line.startswith("#"))


def depth(node: ast.AST) -> int:
    """How deep blocks stand in blocks; `elif` is no block of its own."""
    inner = 0
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.ClassDef | ast.Lambda):
            continue
        is_block = isinstance(child, ast.If | ast.For | ast.AsyncFor | ast.While | ast.With | ast.AsyncWith | ast.Try)
        is_elif = isinstance(node, ast.If) and isinstance(child, ast.If) and node.orelse == [child]
        inner = max(inner, depth(child) + (1 if is_block and not is_elif else 0))
    return inner


def test_a_file_imports_only_what_its_package_may() -> None:
    wrong = [f"{shown(path)}:{line} imports {name}" for path in FILES for line, name in imported(path)
             if name.partition(".")[0] in MAY_IMPORT and name.partition(".")[0] not in allowed(path)]

    assert not wrong


def allowed(path: Path) -> set[str]:
    own = path.relative_to(ROOT).parts[0].removesuffix(".py")
    return MAY_IMPORT[own] | ANYBODY | {own}


def test_no_modules_import_each_other_in_a_circle() -> None:
    modules = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in FILES}
    waiting = {name: {other for _, other in imported(path) if other in modules and other != name}
               for name, path in modules.items()}
    while free := [name for name, needs in waiting.items() if not needs & waiting.keys()]:
        for name in free:
            del waiting[name]

    assert not waiting, f"these wait for each other: {sorted(waiting)}"


def test_a_step_never_imports_the_engine() -> None:
    wrong = [shown(path) for path in (ROOT / "bot" / "flow" / "steps").glob("*.py")
             if any(name.startswith("bot.flow.engine") for _, name in imported(path))]

    assert not wrong


def test_the_supervisor_and_what_it_needs_are_standard_library_only() -> None:
    files = [ROOT / "pipeline" / name for name in ("supervisor.py", "children.py", "embedded_redis.py", "__init__.py")]
    foreign = {f"{shown(path)}: {name}" for path in files for _, name in imported(path)
               if name.partition(".")[0] not in sys.stdlib_module_names and not name.startswith("pipeline")}

    assert not foreign


def test_files_are_named_after_things_begin_with_a_docstring_and_are_short() -> None:
    wrong = [shown(path) for path in FILES if path.stem in FORBIDDEN_NAMES
             or not (ast.get_docstring(parsed(path)) or path.name == "__init__.py")
             or len(path.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE and path not in GENERATED]

    assert not wrong


def test_functions_are_short() -> None:
    wrong = [named(path, one) for path in FILES for one in functions(path)
             if code_lines(path, one) > LONGEST_FUNCTION and path not in GENERATED]

    assert not wrong


def test_functions_are_flat() -> None:
    wrong = [named(path, one) for path in FILES for one in functions(path) if depth(one) > DEEPEST]

    assert not wrong


def test_functions_take_few_arguments() -> None:
    wrong = [named(path, one) for path in FILES for one in functions(path) if len(positional(one)) > MOST_ARGUMENTS]

    assert not wrong


def test_nearly_every_function_says_its_types() -> None:
    every = [(path, one) for path in FILES for one in functions(path)]
    bare = [named(path, one) for path, one in every if not is_typed(one)]

    assert len(bare) <= len(every) * 0.02, bare


def is_typed(function: Function) -> bool:
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    said = [one.annotation for one in arguments if one.arg not in ("self", "cls")]
    return all(said) and function.returns is not None


def test_no_test_patches_our_code_or_sleeps() -> None:
    never = {"mock.patch", "patch.object", "monkeypatch.setattr"}
    wrong = [f"{shown(path)}:{node.lineno}" for path in sorted((ROOT / "tests").rglob("*.py")) for node in ast.walk(parsed(path))
             if isinstance(node, ast.Call) and (ast.unparse(node.func) in never or is_blind_sleep(node))]

    assert not wrong


def is_blind_sleep(call: ast.Call) -> bool:
    """Whether a call waits a long fixed time instead of asking again and again whether something is true."""
    given = call.args[0] if ast.unparse(call.func) == "time.sleep" else None
    return isinstance(given, ast.Constant) and given.value > 0.2
