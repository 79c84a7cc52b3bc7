"""What three readers would see of a report that is not sent yet: the public, the authority, the Front's officers."""

from __future__ import annotations

from dataclasses import dataclass

from cases.directory import Directory
from cases.intake import Draft
from cases.model import Secrecy
from cases.redaction import redact
from cases.reidentification import PublicText, around_of, coarser
from cases.rules import Rules

SHOWN = 380  # characters of each view: three of them and their words fit the 2,000 of the narrowest channel


@dataclass(frozen=True, slots=True)
class Views:
    """The words each would read. `public` is what an officer would start from; nothing is published without two."""

    public: str
    authority: str
    front: str
    authority_knows: bool  # the name, where one is left
    front_knows: bool  # after two persons and a reason


def views(rules: Rules, directory: Directory, draft: Draft) -> Views:
    """The real words after the real covering, each cut to what a small screen can hold."""
    covered = redact(draft.text, (draft.name,) if draft.name else ())
    around = around_of(
        directory,
        rules.spoken_posts,
        about_person=draft.subject.is_person,
        own_posts=draft.posts,
        alike=0,
    )
    public = coarser(PublicText(covered, "", draft.hamlet, draft.subject.is_person, draft.subject.is_person), around)
    left = bool(draft.name or draft.phone)
    return Views(
        public=shortened(public.summary),
        authority=shortened(covered),
        front=shortened(draft.text),
        authority_knows=left and draft.secrecy is Secrecy.OPEN,
        front_knows=left and draft.secrecy is not Secrecy.ANONYMOUS,
    )


def shortened(text: str, most: int = SHOWN) -> str:
    """At most this many characters, cut at a word, on one line."""
    words = " ".join(text.split())
    if len(words) <= most:
        return words
    return words[: most - 1].rsplit(" ", 1)[0] + "…"
