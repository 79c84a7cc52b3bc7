"""The rules of the house, read from the code itself: who may import whom, who reads the clock, how long things get."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.settings import Settings

Check = Callable[[str, ast.Module], Iterator[str]]
HOUSE = Path(__file__).parents[1]
ROOMS = ("bot", "cases", "data", "handlers", "papers", "scheduler", "storage", "web")
OUTSIDE = "third party"
BESIDE = ("tests", "docs", "bench", "deploy", ".ci")
MAY_IMPORT = {
    "bot": {*ROOMS, OUTSIDE},
    "cases": {"cases"},
    "data": set[str](),
    "handlers": {"cases", "handlers"},
    "papers": {"cases", "papers", OUTSIDE},
    "scheduler": {"cases", "papers", "scheduler", "storage", OUTSIDE},
    "storage": {"cases", "storage", OUTSIDE},
    "web": {"cases", "handlers", "papers", "storage", "web", OUTSIDE},
}
CLOCKS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "localtime", "gmtime"},
    "func": {"now", "current_timestamp"},
}
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_CORE = 300, 50, 150
ON_REAL_TIME = (
    "tests/faults/crowded.py",  # a reader that stays open for seconds
    "tests/faults/shift.py",  # a worker of its own, between two faults
    "tests/faults/test_hang_up.py",  # a browser that left: nothing is left to wait on
    "tests/faults/test_postgres_faults.py",  # a hand that kills connections, not too fast
    "tests/faults/test_replicas.py",  # the pause between faults
)
WRITTEN_BY_A_TOOL = ("storage/migrations/versions/",)
TEXT_FILES = {
    ".py",
    ".md",
    ".toml",
    ".yaml",
    ".yml",
    ".html",
    ".css",
    ".js",
    ".txt",
    ".mako",
    ".sh",
    ".example",
    ".conf",
    ".service",
    "",
}
REGISTRIES = tuple("".join(parts) for parts in (("py", "pi."), ("python", "hosted"), ("npm", "js.")))
PRIVATE_PATH = re.compile(r"(?<![\w.}/-])/(home|root|work|Users)/\w")


@cache
def modules(folder: str) -> tuple[tuple[str, ast.Module], ...]:
    """Every module below this folder: its path inside the house, and its tree."""
    paths = {path: path.relative_to(HOUSE).as_posix() for path in sorted((HOUSE / folder).rglob("*.py"))}
    return tuple(
        (name, ast.parse(path.read_text(encoding="utf-8")))
        for path, name in paths.items()
        if not name.startswith(WRITTEN_BY_A_TOOL)
    )


@cache
def nodes(tree: ast.Module) -> tuple[ast.AST, ...]:
    """Every node of a tree."""
    return tuple(ast.walk(tree))


def found_in(check: Check, *folders: str) -> list[str]:
    """Everything a check finds, as `file:line what`."""
    return [f"{name}:{what}" for folder in folders for name, tree in modules(folder) for what in check(name, tree)]


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and module of every import, inside functions too; by name through `import_module` counts as `?`."""
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or "" if node.level == 0 else "?relative"
        elif isinstance(node, ast.Call) and last_name(node.func) in ("import_module", "__import__"):
            yield node.lineno, "?by name"


def wrong_arrows(name: str, tree: ast.Module) -> Iterator[str]:
    """Imports that this room may not make."""
    allowed = MAY_IMPORT[name.partition("/")[0]]
    for line, module in imported(tree):
        top = module.partition(".")[0]
        room = top if top in (*ROOMS, "tests", "bench") or top.startswith("?") else OUTSIDE
        if top not in sys.stdlib_module_names and room not in allowed and not (room[0] == "?" and "bot" in allowed):
            yield f"{line} imports {module}"


def clock_reads(name: str, tree: ast.Module) -> Iterator[str]:
    """Reads of the machine's clock."""
    for node in nodes(tree):
        if isinstance(node, ast.Attribute) and last_name(node.value) in CLOCKS:
            if node.attr in CLOCKS[last_name(node.value)]:
                yield f"{node.lineno} {ast.unparse(node)}"
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from (f"{node.lineno} imports {one.name}" for one in node.names if one.name in CLOCKS["time"])


def sleeps(name: str, tree: ast.Module) -> Iterator[str]:
    """Waiting for time to pass; `asyncio.sleep(0)` only lets others run."""
    for node in nodes(tree):
        if isinstance(node, ast.Call) and last_name(node.func) == "sleep":
            call = ast.unparse(node)
            real = call.startswith(("time.sleep", "asyncio.sleep", "anyio.sleep", "sleep"))
            yield from [f"{node.lineno} {call}"] if real and not call.endswith("sleep(0)") else []


def last_name(node: ast.expr) -> str:
    """`b` of `a.b`, `a` of `a`, else nothing."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def long_functions(name: str, tree: ast.Module) -> Iterator[str]:
    """Functions that grew a second subject."""
    for node in nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield f"{node.lineno} {node.name}: {length} lines"


def untold(name: str, tree: ast.Module) -> Iterator[str]:
    """A module without its sentence; an empty one needs none."""
    if tree.body and not ast.get_docstring(tree):
        yield "1 no docstring"


def untold_tests(name: str, tree: ast.Module) -> Iterator[str]:
    """A test that does not say what it is for."""
    for node in nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not ast.get_docstring(node):
            yield from [f"{node.lineno} {node.name}"] if node.name.startswith("test_") else []


def vietnamese(name: str, tree: ast.Module) -> Iterator[str]:
    """String literals with letters beyond ASCII, docstrings apart: what people read belongs to data/texts."""
    told = {
        id(node.body[0].value)
        for node in nodes(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in nodes(tree):
        if isinstance(node, ast.Constant) and id(node) not in told:
            words = node.value if isinstance(node.value, str) else ""
            foreign = any(letter.isalpha() and not letter.isascii() for letter in words)
            yield from [f"{node.lineno} {words[:40]!r}"] if foreign else []


@cache
def texts() -> dict[str, str]:
    """Every text file of the house that a clone holds, by its path inside."""
    tops = [path for path in HOUSE.iterdir() if path.is_file() and path.name != ".env"]
    inner = [path for folder in (*ROOMS, *BESIDE) for path in (HOUSE / folder).rglob("*")]
    return {
        path.relative_to(HOUSE).as_posix(): path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(tops + inner)
        if path.is_file() and path.suffix in TEXT_FILES and "__pycache__" not in path.parts
    }


def test_rooms_import_only_what_they_may() -> None:
    """The arrows between rooms are those of the plan, imports inside functions included."""
    assert found_in(wrong_arrows, *ROOMS) == []


def test_the_clock_is_read_in_one_place() -> None:
    """`now` is an argument everywhere else."""
    reads = found_in(clock_reads, *ROOMS)
    assert [read for read in reads if not read.startswith("bot/clock.py:")] == []


def test_no_test_sleeps() -> None:
    """Time passes on a stepped clock, but where other processes are stopped and killed on the real one."""
    found = [one for one in found_in(sleeps, "tests") if "/fakes/" not in one]
    assert [one for one in found if not one.startswith(ON_REAL_TIME)] == []


def test_every_module_says_what_it_is_for() -> None:
    """One sentence at the head of each module."""
    assert found_in(untold, *ROOMS, "tests", "bench") == []


def test_every_test_says_what_it_is_for() -> None:
    """One sentence in each test."""
    assert found_in(untold_tests, "tests") == []


def test_functions_stay_short() -> None:
    """Fifty lines at most."""
    assert found_in(long_functions, *ROOMS, "tests", "bench") == []


def test_files_stay_short() -> None:
    """Three hundred lines at most, for code and for what the browser gets; data and prose may be longer."""
    counts = {
        name: len(text.splitlines())
        for name, text in texts().items()
        if name.endswith((".py", ".js", ".css", ".html")) and not name.startswith(WRITTEN_BY_A_TOOL)
    }
    assert {name: count for name, count in counts.items() if count > LONGEST_FILE} == {}


def test_the_dialogue_core_stays_small() -> None:
    """The core of all dialogues is 150 lines at most: whatever grows belongs to a dialogue."""
    assert len((HOUSE / "handlers/conversation.py").read_text(encoding="utf-8").splitlines()) <= LONGEST_CORE


def test_wording_lives_in_data() -> None:
    """No text for people stands in a dialogue's code."""
    assert found_in(vietnamese, "handlers") == []


def test_every_setting_is_in_the_example_file() -> None:
    """Whoever copies the example file sees every setting, and none that does not exist."""
    shown = set(re.findall(r"HOIAM_[A-Z0-9_]+(?==)", texts()[".env.example"]))
    assert shown == {f"HOIAM_{name.upper()}" for name in Settings.model_fields}


def test_nothing_names_a_registry_or_somebodys_folder() -> None:
    """A clone installs from whatever index its machine uses, and holds no path of another machine."""
    found = [
        f"{name}: {line.strip()[:80]}"
        for name, text in texts().items()
        for line in text.splitlines()
        if any(host in line for host in REGISTRIES) or PRIVATE_PATH.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("check", "name", "source"),
    [
        (wrong_arrows, "cases/x.py", "def f():\n    import orjson"),
        (wrong_arrows, "handlers/x.py", "from storage.work import Office"),
        (wrong_arrows, "handlers/x.py", "import aiogram.types"),
        (wrong_arrows, "scheduler/x.py", "from bot import clock"),
        (wrong_arrows, "storage/x.py", "from tests.cast import x"),
        (wrong_arrows, "web/x.py", "import importlib\nimportlib.import_module('bot.app')"),
        (clock_reads, "cases/x.py", "import datetime\nnow = datetime.datetime.now()"),
        (clock_reads, "cases/x.py", "from datetime import date\nnow = date.today"),
        (clock_reads, "cases/x.py", "from time import time"),
        (sleeps, "tests/x.py", "import asyncio\nasync def f():\n    await asyncio.sleep(0.1)"),
        (untold, "cases/x.py", "import re"),
        (untold_tests, "tests/x.py", "async def test_it(): pass"),
        (long_functions, "cases/x.py", "def f():\n" + "    pass\n" * 50),
        (vietnamese, "handlers/x.py", "'''Được.'''\ndef f(n):\n    return f'{n}, xin lỗi'"),
    ],
)
def test_each_rule_notices_a_breach(check: Check, name: str, source: str) -> None:
    """A planted breach is found once: a rule that never fails proves nothing."""
    assert len(list(check(name, ast.parse(source)))) == 1
