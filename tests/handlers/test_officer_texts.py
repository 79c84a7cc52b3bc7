"""The officers' wording: both languages fit together, and whatever is looked up by a made-up key is there."""

import re
from importlib import resources

import pytest
import yaml

from cases.lifecycle import REPLY_ITEMS
from cases.model import Outcome, Priority, Secrecy, State, Verdict
from cases.refusals import RefusalReason
from cases.rules import Rules
from handlers import authority, officer
from handlers.officer import OfficerCommand
from handlers.officer_case import DIALOGUE_OF
from tests.handlers.officer_cast import Bureau, open_bureau  # noqa: F401 - a fixture
from tests.handlers.test_officer_actions import at

ONE_LANGUAGE = {"urging_text"}  # becomes an official paper


def texts(lang: str) -> dict[str, str]:
    """The file of one language."""
    found = yaml.safe_load(resources.files("data").joinpath(f"texts/{lang}/officer.yaml").read_text(encoding="utf-8"))
    return {str(key): str(value) for key, value in found.items()}


def shape(text: str) -> tuple[set[str], int]:
    """Placeholders, and how many labels the last line holds."""
    last = text.strip().rpartition("\n")[2]
    labels = re.findall(r"\[[^\[\]]+\]", last) if last.startswith("[") else []
    return set(re.findall(r"\{(\w+)\}", text)), len(labels)


def test_both_languages_say_the_same() -> None:
    """Every key in both, with the same placeholders and as many labels."""
    source, other = texts("vi"), texts("en")
    assert set(source) - ONE_LANGUAGE == set(other)
    assert [key for key in other if shape(source[key]) != shape(other[key])] == []


@pytest.mark.parametrize(
    ("prefix", "values"),
    [
        ("state_", list(State)),
        ("priority_", list(Priority)),
        ("outcome_", list(Outcome)),
        ("verdict_", list(Verdict)),
        ("officer_secrecy_", list(Secrecy)),
        ("refusal_", list(RefusalReason)),
        ("news_refused_", list(RefusalReason)),
        ("action_", [*DIALOGUE_OF, "content", "inbox"]),
        ("missing_", list(REPLY_ITEMS)),
        ("officer_menu_", [one for one in OfficerCommand if one is not OfficerCommand.CASE]),
        ("officer_pin_", ["digits", "simple"]),
    ],
)
def test_made_up_keys_exist(rules: Rules, prefix: str, values: list[str]) -> None:
    """A key put together from a value has its text."""
    assert [value for value in values if not rules.wording.has(f"{prefix}{value}")] == []


def test_every_action_has_its_dialogue() -> None:
    """What the life cycle allows can be begun."""
    names = {dialogue.name for dialogue in (*officer.DIALOGUES, *authority.DIALOGUES)}
    wanted = set(DIALOGUE_OF.values()) | {"officer_post", "authority_receive", "officer_case"}
    assert wanted <= names


async def test_an_english_speaking_officer(bureau: Bureau) -> None:
    """Everything around the case in English, what the resident wrote as sent; refusals too."""

    def speak(unit):  # type: ignore[no-untyped-def]
        for name in ("lan", "tuan"):
            officer = unit.people.officer(name)
            chat = unit.chats.get(officer.chat)
            chat.lang = "en"
            unit.chats.save(chat)

    await bureau.office.write(speak)
    case = await bureau.forwarded()
    lan = await at(bureau, case, "Record the day of receipt")
    await lan.says("27/2/2026")
    await lan.says("incoming number 215")
    assert "lies before forwarding" in await lan.taps("✅ Record")
