"""The shipped word lists compiled once, the labelled messages, and the figures that the suggestion tests hold."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from cases.suggest import Suggester, Suggestion

ROOT = Path(__file__).parents[2]
Message = dict[str, str]


class Figures(NamedTuple):
    """How a set of messages was read: shares of all, then counts of emergencies."""

    topics: float
    bodies: float
    kinds: float
    missed: int
    wrong_number: int
    false_alarms: int


def load(name: str) -> Any:
    """One YAML file of the data folder."""
    return yaml.safe_load((ROOT / "data" / name).read_text(encoding="utf-8"))


@cache
def parts() -> tuple[Any, Any, list[dict[str, str]], Any]:
    """What `Suggester.from_data` takes."""
    with (ROOT / "data" / "keywords.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return (
        load("taxonomy.yaml"),
        load("abbreviations.yaml"),
        rows,
        {
            **load("suggest.yaml"),
            "english": load("suggest_english.yaml"),
        },
    )


@cache
def suggester() -> Suggester:
    """The suggester over the shipped data."""
    return Suggester.from_data(*parts())


def suggest(text: str) -> Suggestion:
    """The suggestion for one message."""
    return suggester().suggest(text)


def messages(name: str, split: str = "") -> list[Message]:
    """The labelled messages of a file, or of one half of it."""
    lines = (ROOT / "tests" / "data" / name).read_text(encoding="utf-8").splitlines()
    return [message for line in lines if (message := json.loads(line)).get("split", "") == split]


def accepted(message: Message, key: str) -> set[str]:
    """The label and the alternatives that the note allows (`alt_topic=a,b`)."""
    words = message["note"].replace(";", " ").split()
    alternatives = [word.partition("=")[2] for word in words if word.startswith(f"alt_{key}=")]
    return {message[key], *(code for codes in alternatives for code in codes.split(","))}


def figures(read: list[Message]) -> Figures:
    """Measure the suggester on labelled messages."""
    pairs = [(message, suggest(message["text"])) for message in read]
    alarms = [(message, found) for message, found in pairs if message["kind"] == "emergency"]
    return Figures(
        topics=sum(found.topics[0] in accepted(message, "topic") for message, found in pairs) / len(pairs),
        bodies=sum(found.body == message["body"] for message, found in pairs) / len(pairs),
        kinds=sum(found.kind in accepted(message, "kind") for message, found in pairs) / len(pairs),
        missed=sum(not found.emergency for _, found in alarms),
        wrong_number=sum(found.emergency != message.get("emergency", found.emergency) for message, found in alarms),
        false_alarms=sum(bool(found.emergency) for message, found in pairs if message["kind"] != "emergency"),
    )
