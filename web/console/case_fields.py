"""Forms of steps: what is asked, what was typed, and which sentence stands beside which field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from cases.bodies import Directory
from cases.calendar import local_date
from cases.lifecycle import ReplyIncomplete
from cases.model import Case, Officer
from cases.names import read_as
from cases.ports import CaseFile
from cases.reasons import Reason
from cases.rules import Rules
from handlers.dates import read_date
from storage.work import StoredWork
from web.console.forms import Form

Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `kind` is text, area, date, pick, many, flag or file; `most` in characters."""

    name: str
    kind: str
    label: str
    value: str = ""
    values: tuple[str, ...] = ()
    options: Options = ()
    hint: str = ""
    required: bool = True
    most: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """One officer at one case inside one transaction: what every step works with. `upload` is the form's file."""

    unit: StoredWork
    rules: Rules
    officer: Officer
    case: Case
    directory: Directory
    now: datetime
    lang: str
    upload: CaseFile | None = None

    @property
    def today(self) -> date:
        """Today in Vietnam."""
        return local_date(self.now)

    def word(self, key: str, **values: object) -> str:
        """A text of the page: `console_case_<key>`."""
        return self.rules.wording.say(f"console_case_{key}", self.lang, **values)

    def common(self, key: str, **values: object) -> str:
        """A text that the chat says too."""
        return self.rules.wording.say(key, self.lang, **values)

    def body(self, code: str) -> str:
        """A body's name in the officer's language; a free name as it was written."""
        return read_as(self.directory.name(code), self.lang)

    def short(self, code: str) -> str:
        """A body's short name."""
        return read_as(self.directory.short(code), self.lang)

    def topic(self, code: str) -> str:
        """A topic's name in the officer's language."""
        return read_as(self.rules.taxonomy.label(code), self.lang)

    def names(self, codes: Sequence[str]) -> Options:
        """Bodies to choose from."""
        return tuple((code, self.body(code)) for code in codes)

    def field(self, name: str, kind: str, label: str = "", **more: object) -> Field:
        """A field whose label is `console_case_field_<name>` unless another is named."""
        made = Field(name, kind, self.word(f"field_{label or name}"))
        return replace(made, **more)  # type: ignore[arg-type]


class Wrong(Exception):
    """What was typed cannot be taken; `errors` pairs fields (or "") with sentences."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(errors))
        self.errors = dict(errors)


@dataclass(slots=True)
class Given:
    """What was typed into a step's form; faults are gathered, so that all of them are shown at once."""

    form: Form
    work: Work
    errors: dict[str, str] = field(default_factory=dict)

    def fail(self, name: str, key: str, **values: object) -> None:
        """Something is wrong with a field: the text `console_case_wrong_<key>`."""
        self.errors.setdefault(name, self.work.word(f"wrong_{key}", **values))

    def text(self, name: str, most: int = 500) -> str:
        """Words, trimmed; too long ones are a fault, never cut in silence."""
        words = self.form.get(name).strip()
        if len(words) > most:
            self.fail(name, "long", most=most, n=len(words))
        return words

    def need(self, name: str, key: str = "empty", most: int = 500, words: int = 1) -> str:
        """Words that must be there, at least so many."""
        text = self.text(name, most)
        if len(text.split()) < words:
            self.fail(name, key)
        return text

    def number(self, name: str = "doc_no") -> str:
        """A document's number and symbol."""
        text = self.text(name, 60)
        if not any(sign.isdigit() for sign in text):
            self.fail(name, "doc_no")
        return text

    def day(self, name: str, *, ahead: bool = False) -> date:
        """A day as a date field sends it, or as people write it."""
        typed = self.form.get(name).strip()
        day = _iso(typed) or (read_date(typed, self.work.today, ahead=ahead) if typed else None)
        if day is None:
            self.fail(name, "day" if typed else "empty")
        elif day > self.work.today and not ahead:
            self.fail(name, "future")
        return day or self.work.today

    def pick(self, name: str, options: Options) -> str:
        """One of the offered answers; a forged one is as good as none."""
        value = self.form.get(name)
        if value not in dict(options):
            self.fail(name, "pick")
        return value

    def many(self, name: str, options: Options) -> tuple[str, ...]:
        """Several of them."""
        known = dict(options)
        return tuple(value for value in dict.fromkeys(self.form.all(name)) if value in known)

    def flag(self, name: str) -> bool:
        """A box that was ticked."""
        return self.form.get(name) == "1"

    def settle(self) -> None:
        """Stop here if anything was wrong."""
        if self.errors:
            raise Wrong(self.errors)


@dataclass(frozen=True, slots=True)
class Done:
    """A step taken: the sentence to say (`console_case_done_<said>`) with its values."""

    said: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One action: its questions, and what is done with the answers."""

    ask: Callable[[Work], Sequence[Field]]
    take: Callable[[Work, Given], Done]
    look: str = ""  # primary or danger
    checked: bool = True  # refused when somebody else changed the case meanwhile


def refilled(fields: Sequence[Field], form: Form, errors: Mapping[str, str]) -> list[Field]:
    """The fields with what was typed and what is wrong with it."""
    return [
        replace(one, value=form.get(one.name), values=tuple(form.all(one.name)), error=errors.get(one.name, ""))
        for one in fields
    ]


def placed(error: Reason, sentence: str, fields: Sequence[Field]) -> dict[str, str]:
    """The sentence beside the field it is about, else above the form."""
    names = {one.name for one in fields}
    if isinstance(error, ReplyIncomplete):
        found = {name for name in map(_LACKS.get, error.missing) if name in names}
        if found:
            return {str(name): sentence for name in found}
    place = next((name for name in _ABOUT.get(error.code, ()) if name in names), "")
    return {place: sentence}


def _iso(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


_LACKS = {
    "doc_no": "doc_no",
    "doc_date": "doc_date",
    "doc_date_in_future": "doc_date",
    "doc_date_before_receipt": "doc_date",
    "signed_by": "signed_by",
    "file": "file",
    "addressee": "addressees",
}
_ABOUT: Mapping[str, tuple[str, ...]] = {
    "no_doc_no": ("doc_no",),
    "doc_in_future": ("doc_date",),
    "doc_before_report": ("doc_date",),
    "no_proof": ("proof",),
    "no_question": ("question",),
    "no_reason": ("reason", "note"),
    "unknown_reason": ("reason",),
    "unknown_topic": ("topic",),
    "unknown_kind": ("kind",),
    "same_kind": ("kind",),
    "kind_too_late": ("kind",),
    "same_body": ("body", "proposed"),
    "conflict_body": ("body", "authority", "unit"),
    "not_an_intake": ("body",),
    "not_an_authority": ("authority", "proposed"),
    "no_authority": ("authority",),
    "post_unknown": ("post", "topic"),
    "same_case": ("other",),
    "merge_state": ("other",),
    "two_matters": ("other",),
    "no_summary": ("summary",),
    "no_minutes": ("minutes", "note"),
    "no_unit": ("unit",),
    "received_in_future": ("received_on",),
    "received_before_forwarding": ("received_on",),
    "received_out_of_range": ("received_on",),
    "extension_no_reason": ("reason",),
    "extension_no_document": ("doc_no",),
    "extension_not_longer": ("until",),
    "due_past": ("due_on",),
    "held_in_future": ("held_on",),
    "no_message": ("text",),
    "no_note": ("text", "note"),
}
"""The field a refusal is about."""
