"""What an edit of texts or topics would do: messages as each channel shows them, samples that change their topic."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cases.messages import Capabilities, Choice, Outgoing
from cases.rendering import fit
from cases.suggest import Suggester
from cases.taxonomy import Taxonomy
from cases.wording import Wording

CHANNELS: Mapping[str, Capabilities] = {
    "telegram": Capabilities(text_limit=4096, buttons=60, label_limit=64),
    "zalo": Capabilities(text_limit=2000, buttons=5, label_limit=100),
    "web": Capabilities(text_limit=20_000, buttons=200, label_limit=300),
}
"""What the channels can show, in UTF-16 units; Zalo's are its Official Account's (a bot there has no buttons)."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Shown:
    """One message on one channel: its parts, each with text and buttons."""

    channel: str
    parts: tuple[Outgoing, ...]


def placeholders(text: str) -> list[str]:
    """The names a text fills in, in the order they stand."""
    return list(dict.fromkeys(_PLACEHOLDER.findall(text)))


def message_shown(wording: Wording, key: str, lang: str, values: Mapping[str, object]) -> list[Shown]:
    """The message on every channel, cut and numbered exactly as it is when it is sent."""
    text = wording.say(key, lang, **values)
    choices = tuple(Choice(f"p.{at}", _filled(label, values)) for at, label in enumerate(wording.labels(key, lang)))
    return [Shown(name, fit(Outgoing(text, choices), can)) for name, can in CHANNELS.items()]


def _filled(label: str, values: Mapping[str, object]) -> str:
    return _PLACEHOLDER.sub(lambda match: str(values.get(match[1], match[0])), label)


def difference(old: str, new: str) -> list[tuple[str, str]]:
    """Both texts word by word: ("same" | "gone" | "new", words), for a line that shows what was changed."""
    from difflib import SequenceMatcher

    before, after = re.findall(r"\s+|\S+", old), re.findall(r"\s+|\S+", new)
    found: list[tuple[str, str]] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(("same", "".join(before[a:b])))
            continue
        found += [(name, "".join(words)) for name, words in (("gone", before[a:b]), ("new", after[c:d])) if words]
    return found


@dataclass(frozen=True, slots=True)
class Retopiced:
    """A sample text whose first suggestion changes."""

    text: str
    old: str
    new: str


def retopiced(samples: Iterable[str], before: Suggester, after: Suggester) -> list[Retopiced]:
    """Which samples would be suggested another topic."""
    found = []
    for text in samples:
        old, new = before.suggest(text).topics[0], after.suggest(text).topics[0]
        if old != new:
            found.append(Retopiced(text, old, new))
    return found


@dataclass(frozen=True, slots=True)
class Redirected:
    """A topic whose desk or authority changes."""

    topic: str
    old_body: str
    new_body: str
    old_authority: str
    new_authority: str


def redirected(before: Taxonomy, after: Taxonomy) -> list[Redirected]:
    """Topics that would go another way; cases already taken in keep theirs."""
    found = []
    for code, new in after.topics.items():
        old = before.topics.get(code)
        if old and (old.body, old.competent) != (new.body, new.competent):
            found.append(Redirected(code, old.body, new.body, old.competent, new.competent))
    return found
