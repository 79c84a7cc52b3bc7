"""One message a person: new lines, together with what still waits unsent for the same person and is not stale."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from hashlib import blake2b

from cases.messages import Outgoing, Template
from cases.model import Case
from cases.reminder_words import merged
from cases.wording import Wording
from storage.nudge_mail import NOTICE, Door, Mail, Pending
from storage.outbox import REMINDER
from storage.reminder_body import Line

Runs = Mapping[str, frozenset[tuple[str, str]]]  # by case: (step, run) of the clocks that run


class Post:
    """Collects lines; `mails` turns them into messages, `mend` corrects those that wait."""

    def __init__(self, wording: Wording, today: date, doors: Mapping[str, Door], residents: Collection[str]) -> None:
        self._wording, self._today, self._doors = wording, today, doors
        self._residents = frozenset(residents)
        self._lines: dict[str, list[Line]] = {}
        self._keys: dict[str, list[str]] = {}
        self._cases: dict[str, Case] = {}

    def door(self, chat_key: str) -> Door | None:
        """The chat, if it can be written to."""
        door = self._doors.get(chat_key)
        return door if door and door.reachable else None

    def add(self, door: Door, case: Case, line: Line, key: str) -> None:
        """One more line for this person; `key` is its entry in the ledger."""
        self._lines.setdefault(door.key, []).append(line)
        self._keys.setdefault(door.key, []).append(key)
        self._cases[case.id] = case

    @property
    def officers(self) -> list[str]:
        """Chats in which reminders may be waiting."""
        return [key for key in self._doors if key not in self._residents]

    def mend(self, waiting: Sequence[Pending], runs: Runs) -> list[Pending]:
        """Which waiting messages to take back; what still holds in them goes into the person's new message.

        A line is stale when its clock no longer runs (answered, extended, recounted) or a newer one takes its place.
        """
        taken_back = []
        for pending in waiting:
            replaced = {(one.case_id, one.step) for one in self._lines.get(pending.chat_key, ())}
            kept = [one for one in pending.lines if _current(one, runs) and (one.case_id, one.step) not in replaced]
            if pending.chat_key in self._lines or len(kept) < len(pending.lines):
                taken_back.append(pending)
                if kept:
                    self._lines.setdefault(pending.chat_key, []).extend(kept)
                    self._keys.setdefault(pending.chat_key, []).append(pending.effect_key)
        return taken_back

    def mails(self) -> Iterator[Mail]:
        """The messages to queue."""
        for key, lines in self._lines.items():
            mark = blake2b("\n".join(sorted(self._keys[key])).encode(), digest_size=12).hexdigest()
            yield self._mail(key, lines, f"remind:{key}:{mark}")

    def _mail(self, chat_key: str, lines: Sequence[Line], effect_key: str) -> Mail:
        door, resident = self._doors[chat_key], chat_key in self._residents
        ordered = sorted(lines, key=lambda one: -one.rank)
        cases = {one.case_id for one in lines}
        only = next(iter(cases)) if len(cases) == 1 else ""
        text = merged(self._wording, [one.text for one in ordered], door.lang, self._today)
        return Mail(
            to=door,
            message=Outgoing(text, template=self._template(only) if resident else None),
            effect_key=effect_key,
            case_id=only,
            purpose=NOTICE if resident else REMINDER,
            lines=() if resident else tuple(ordered),
        )

    def _template(self, case_id: str) -> Template | None:
        """What may stand in for news to a resident when the messenger's free window is shut."""
        case = self._cases.get(case_id)
        return Template("case_news", (("ticket_code", case.code), ("status", case.state.value))) if case else None


def _current(line: Line, runs: Runs) -> bool:
    return line.case_id not in runs or (line.step, line.run) in runs[line.case_id]
