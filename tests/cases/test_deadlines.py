"""Deadline profiles and internal targets as data: what is law, what is a promise, and what is refused."""

from datetime import time
from pathlib import Path

import pytest
import yaml

from cases.clocks import ClockError, InternalTargets, profile_for, profiles_from_mapping
from cases.model import Subject

DIRECTORY = yaml.safe_load((Path(__file__).parents[2] / "data" / "org_directory.yaml").read_text(encoding="utf-8"))
PROFILES = profiles_from_mapping(DIRECTORY["deadline_profiles"])
PLAIN = {"reply_wd": 20, "max_extended_wd": 30}


@pytest.mark.parametrize("subject", Subject)
def test_law_is_only_for_people_in_office(subject: Subject) -> None:
    """20 and 30 working days are law for officials, Party members and deputies, and a promise for the rest."""
    profile = profile_for(subject, PROFILES)
    assert (profile.reply_wd, profile.max_extended_wd) == (20, 30)
    assert profile.is_law == subject.is_person
    assert profile.code == ("qd124" if subject.is_person else "default")


def test_a_promise_is_not_called_law() -> None:
    """The words shown to residents differ."""
    assert PROFILES["qd124"].basis_key == "basis_law"
    assert PROFILES["default"].basis_key == "basis_promise"


def test_law_can_be_declared() -> None:
    """A province whose own rule gives a number may say so in the directory."""
    profiles = profiles_from_mapping({"default": PLAIN, "land": {**PLAIN, "is_law": True, "applies_to": ["land"]}})
    assert profile_for(Subject.LAND, profiles).is_law
    assert not profile_for(Subject.POLICY, profiles).is_law


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"qd124": PLAIN}, "default"),
        ({"default": "20"}, "default"),
        ({"default": {"reply_wd": 20}}, "max_extended_wd"),
        ({"default": {"reply_wd": 0, "max_extended_wd": 30}}, "reply_wd"),
        ({"default": {"reply_wd": 20, "max_extended_wd": 10}}, "profile_total"),
        ({"default": {**PLAIN, "applies_to": "land"}}, "applies_to"),
        ({"default": {**PLAIN, "applies_to": ["sea"]}}, "sea"),
        ({"default": {**PLAIN, "applies_to": ["land"]}, "b": {**PLAIN, "applies_to": ["land"]}}, "land"),
    ],
)
def test_wrong_profiles_are_refused(wrong: dict[str, object], named: str) -> None:
    """Missing, contradictory or unreadable profiles are refused with what is wrong."""
    with pytest.raises(ClockError, match=named) as refused:
        profiles_from_mapping(wrong)
    assert refused.value.code.startswith(("profile_", "data_"))


def test_shipped_targets_are_the_defaults() -> None:
    """The directory ships the numbers the code falls back on."""
    assert InternalTargets.from_mapping(DIRECTORY["internal_targets"]) == InternalTargets()


@pytest.mark.parametrize(
    ("written", "cutoff"), [("17:00", time(17)), (990, time(16, 30)), (None, None), (time(15), time(15))]
)
def test_cutoff_is_read(written: object, cutoff: time | None) -> None:
    """A quoted hour, the number YAML makes of an unquoted one, or none at all."""
    assert InternalTargets.from_mapping({"triage_wd": 1, "cutoff": written}) == InternalTargets(1, cutoff=cutoff)


@pytest.mark.parametrize("wrong", [{"triage_days": 2}, {"triage_wd": 0}, {"relay_wd": "3"}, {"cutoff": "late"}])
def test_wrong_targets_are_refused(wrong: dict[str, object]) -> None:
    """An unknown key, an empty term, a text for a number and a bad hour are refused."""
    with pytest.raises(ClockError, match="internal_targets") as refused:
        InternalTargets.from_mapping(wrong)
    assert refused.value.code.startswith("data_")
