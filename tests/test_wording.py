"""The texts of every language against the source, and the keys that the code names against the texts there are."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
import yaml

from bot.data import texts
from cases.model import Outcome, Priority, Secrecy, State, Verdict
from cases.wording import SOURCE, Wording
from handlers.commands import Command

ROOT = Path(__file__).parents[1]
FOLDERS = sorted(path for path in (ROOT / "data" / "texts").iterdir() if path.is_dir())
LANGUAGES = [folder.name for folder in FOLDERS]
TRANSLATIONS = [name for name in LANGUAGES if name != SOURCE]
ROOMS = ("cases", "handlers", "scheduler", "bot", "web")
PAPERS = ("urging_", "letter_", "paper_", "report_")
"""Official papers are written in Vietnamese only."""

PLACEHOLDER = re.compile(r"\{(\w+)\}")
KEY = re.compile(r"[a-z][A-Za-z0-9_~-]*")
ABBREVIATION = re.compile(r"\b(nos?|mrs?|dr|e\.g|i\.e|etc|approx)\.[ \t]", re.IGNORECASE)

SPEAKING = {"say": 0, "text": 0, "prompt": 0, "labels": 0}
AT_THE_DESK = {"hint": 0, "done": 0, "confirm": 0, "pick": 0}
NOTICES = {"tell_reporter": 3, "tell_officer": 3, "tell_handlers": 3, "tell_desk": 4, "tell_contacts": 4, "Refusal": 1}
WRITERS = ("turn", "desk", "wording", "self")

FAMILIES = [
    ("state_", State),
    ("secrecy_", Secrecy),
    ("officer_secrecy_", Secrecy),
    ("priority_", Priority),
    ("outcome_", Outcome),
    ("verdict_", Verdict),
    ("words_", Command),
]


@cache
def known() -> dict[str, dict[str, str]]:
    """All texts by language, read once."""
    return texts()


@cache
def wording() -> Wording:
    """The texts as the dialogues use them."""
    return Wording(known())


def names_in(text: str) -> set[str]:
    """The placeholders of a text."""
    return set(PLACEHOLDER.findall(text))


def said(key: str, lang: str, without: str) -> set[str]:
    """Which values stand in what is said when this one is empty."""
    values = {name: "" if name == without else f"<{name}>" for name in names_in(known()[SOURCE][key])}
    return set(re.findall(r"<(\w+)>", wording().say(key, lang, **values)))


# -- texts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", TRANSLATIONS)
def test_every_key_of_a_translation_is_in_the_source(lang: str) -> None:
    """A translation cannot say what nobody asks for."""
    assert set(known()[lang]) - set(known()[SOURCE]) == set()


def test_english_says_everything_but_official_papers() -> None:
    """English is complete; a language that a commune adds may be partial and falls back to Vietnamese."""
    missing = set(known()[SOURCE]) - set(known()["en"])
    assert {key for key in missing if not key.startswith(PAPERS)} == set()


@pytest.mark.parametrize("lang", TRANSLATIONS)
def test_a_translation_offers_as_many_answers_as_the_source(lang: str) -> None:
    """Answers are matched by their place in the last line."""
    answers = {key: (len(wording().labels(key, lang)), len(wording().labels(key))) for key in known()[lang]}
    assert {key: counts for key, counts in answers.items() if counts[0] != counts[1]} == {}


@pytest.mark.parametrize("lang", TRANSLATIONS)
def test_a_translation_uses_the_values_of_the_source(lang: str) -> None:
    """An unknown placeholder would raise while somebody waits for an answer; a missing one would hide a fact."""
    used = {key: names_in(text) ^ names_in(known()[SOURCE][key]) for key, text in known()[lang].items()}
    assert {key: names for key, names in used.items() if names} == {}


@pytest.mark.parametrize("lang", TRANSLATIONS)
def test_an_empty_value_takes_the_same_facts_with_it_in_every_language(lang: str) -> None:
    """A sentence with an empty value is left out: values that share one in the source share one in a translation."""
    asked = [(key, name) for key in known()[lang] for name in names_in(known()[SOURCE][key])]
    assert [(key, name) for key, name in asked if said(key, lang, name) != said(key, SOURCE, name)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_has_an_unbalanced_or_strange_brace(lang: str) -> None:
    """Only `{name}` is filled in; any other brace would be shown to people."""
    wrong = [key for key, text in known()[lang].items() if set("{}") & set(PLACEHOLDER.sub("", text))]
    assert wrong == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_is_empty(lang: str) -> None:
    """An empty text would be an empty message, which messengers refuse."""
    assert [key for key, text in known()[lang].items() if not text.strip()] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_abbreviation_cuts_a_sentence_in_two(lang: str) -> None:
    """In "letter no. {k}" the stop would end a sentence, and half of it would stay when the value is empty."""
    assert [key for key, text in known()[lang].items() if ABBREVIATION.search(text)] == []


@pytest.mark.parametrize("lang", TRANSLATIONS)
def test_command_words_of_the_source_stay_usable(lang: str) -> None:
    """Whoever changed the language still knows the Vietnamese words."""
    commands = [key for key in known()[lang] if key.startswith("words_")]
    missing = {key: _words(SOURCE, key) - _words(lang, key) for key in commands}
    assert {key: words for key, words in missing.items() if words} == {}


def _words(lang: str, key: str) -> set[str]:
    return {word.strip() for word in known()[lang][key].split(",")}


@pytest.mark.parametrize("folder", FOLDERS, ids=LANGUAGES)
def test_no_key_is_written_twice(folder: Path) -> None:
    """The second one would win without a word."""
    nodes = [yaml.compose(path.read_text("utf-8")) for path in sorted(folder.glob("*.yaml"))]
    keys = Counter(key.value for node in nodes if isinstance(node, yaml.MappingNode) for key, _ in node.value)
    assert [key for key, times in keys.items() if times > 1] == []


# -- keys in the code -----------------------------------------------------------------------------------------------


def spoken(path: Path) -> Iterator[str]:
    """Keys that a module names: `key` for a literal, `key*` for the beginning of a formatted one."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield from _keys_of(node)


def _keys_of(call: ast.Call) -> Iterator[str]:
    receiver, name = _called(call.func)
    if name == "Refused":
        yield from (f"why_{key}" for key in _literals(call.args[0]))
        return
    place = NOTICES.get(name)
    if receiver in WRITERS or not receiver:
        place = SPEAKING.get(name, place)
    if receiver == "desk":
        place = AT_THE_DESK.get(name, place)
    if place is not None and len(call.args) > place:
        yield from _literals(call.args[place])


def _called(function: ast.expr) -> tuple[str, str]:
    """What is called, and the last name before the dot."""
    if isinstance(function, ast.Name):
        return "", function.id
    if not isinstance(function, ast.Attribute):
        return "?", ""
    before = function.value
    receiver = before.id if isinstance(before, ast.Name) else before.attr if isinstance(before, ast.Attribute) else "?"
    return receiver, function.attr


def _literals(argument: ast.expr) -> Iterator[str]:
    match argument:
        case ast.Constant(value=str(text)) if KEY.fullmatch(text):
            yield text
        case ast.IfExp(body=body, orelse=other):
            yield from chain(_literals(body), _literals(other))
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]) if KEY.fullmatch(text):
            yield f"{text}*"


def is_known(key: str) -> bool:
    """Whether the source has this key, or one that begins so."""
    source = known()[SOURCE]
    return any(name.startswith(key[:-1]) for name in source) if key.endswith("*") else key in source


@pytest.mark.parametrize("room", ROOMS)
def test_every_key_the_code_names_is_in_the_source(room: str) -> None:
    """A key that is missing would raise while somebody waits for an answer."""
    modules = sorted((ROOT / room).rglob("*.py"))
    missing = {str(path.relative_to(ROOT)): [key for key in spoken(path) if not is_known(key)] for path in modules}
    assert {path: keys for path, keys in missing.items() if keys} == {}


@pytest.mark.parametrize(("beginning", "members"), FAMILIES)
def test_every_member_of_a_family_has_its_text(beginning: str, members: type[StrEnum]) -> None:
    """`state_{state}` and its like are looked up with whatever a case holds."""
    assert [member for member in members if f"{beginning}{member}" not in known()[SOURCE]] == []


def test_every_key_the_pages_name_is_in_the_source() -> None:
    """Templates write `t("title")` for the text `web_title`."""
    pages = sorted((ROOT / "web" / "templates").glob("*.html"))
    named = {key for page in pages for key in re.findall(r"\bt\([\"'](\w+)[\"'][,)]", page.read_text("utf-8"))}
    assert {key for key in named if f"web_{key}" not in known()[SOURCE]} == set()


def test_the_scan_sees_what_the_code_says() -> None:
    """A scan that found nothing would let everything pass."""
    found = set(spoken(ROOT / "handlers" / "report_end.py"))
    assert {"secrecy_*", "receipt", "ask_change", "second_thanks"} <= found
