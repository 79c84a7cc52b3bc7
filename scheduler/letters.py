"""The words of reminders: one line per notice, one message per person, and the urging letter in full.

Lines to officers carry the case number, the topic and dates, never the content of a report or who sent it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from cases.bodies import Directory
from cases.calendar import CalendarIncomplete, WorkCalendar, local_date
from cases.clocks import DeadlineProfile, profile_for
from cases.directory import DirectoryBook
from cases.model import Case
from cases.names import listed as together
from cases.reminder_policy import ReminderPolicy
from cases.reminder_words import vn_date
from cases.reminders import Audience, Notice
from cases.routing import forwarder_of
from cases.taxonomy import Taxonomy
from cases.wording import Wording

_UNIT_KIND = re.compile(r"^(xã|phường|đặc khu|thị trấn|tỉnh|thành phố)\s+", re.IGNORECASE)
_STYLES = {"party": "letter_motto_party", "youth_union": "letter_motto_youth_union"}


class ReminderRules(Protocol):
    """What reminders depend on besides the case; one consistent set, replaced as a whole when data change."""

    @property
    def book(self) -> DirectoryBook: ...
    @property
    def taxonomy(self) -> Taxonomy: ...
    @property
    def calendar(self) -> WorkCalendar: ...
    @property
    def profiles(self) -> Mapping[str, DeadlineProfile]: ...
    @property
    def policy(self) -> ReminderPolicy: ...
    @property
    def wording(self) -> Wording: ...


def rules_in_force(rules: ReminderRules | Callable[[], ReminderRules]) -> Callable[[], ReminderRules]:
    """A way to ask for the rules, from a fixed set or from whoever renews them."""
    return rules if callable(rules) else lambda: rules


@dataclass(frozen=True, slots=True)
class Level:
    """Whom an overdue case is (or will be) reported to, and on which day."""

    bodies: tuple[str, ...] = ()
    on: date | None = None


@dataclass(slots=True)
class Facts:
    """One case as the texts need it on one day."""

    case: Case
    directory: Directory
    rules: ReminderRules
    today: date
    letters: int = 0  # urging letters so far, today's included
    told: Level = Level()
    next: Level = Level()

    def values(self) -> dict[str, Any]:
        """Placeholders shared by all lines about this case."""
        case, name = self.case, self.directory.name
        return {
            "case_code": case.code,
            "topic": self.rules.taxonomy.label(case.topic),
            "authority": name(case.competent_authority) if case.competent_authority else "",
            "supervising_body": name(case.receiving_body),
            "submitted_on": vn_date(local_date(case.submitted_at)),
            "forwarded_on": vn_date(local_date(case.forwarded_at)) if case.forwarded_at else "",
            "received_on": vn_date(case.received_on) if case.received_on else "",
            "answered_on": vn_date(local_date(case.answered_at)) if case.answered_at else "",
            "k": self.letters,
        }

    def names(self, level: Level) -> str:
        """The bodies of a level, for people."""
        return together(self.directory.name(code) for code in level.bodies)

    @property
    def profile(self) -> DeadlineProfile:
        """The case's deadline profile."""
        return self.rules.profiles.get(self.case.profile) or profile_for(self.case.subject, self.rules.profiles)


def line(facts: Facts, notice: Notice, values: Mapping[str, Any], lang: str) -> str:
    """One notice as a line. `values` are `facts.values()`, made once for all notices of a case."""
    filled = {**values, "n": abs(notice.days), "due_date": vn_date(notice.due)}
    key = _key(notice)
    if key in ("officer_reminder", "nudge_due_today"):
        filled["max_due_date"] = _longest(facts)
    elif key in ("officer_overdue", "overdue_to_resident"):
        coming = facts.next.on and facts.told.on != facts.today and notice.audience is not Audience.REPORTER
        level = facts.next if coming else facts.told
        filled["escalated_to"] = facts.names(level)
        filled["escalate_on"] = vn_date(level.on) if level.on else ""
    return facts.rules.wording.say(key, lang, **filled)


def _key(notice: Notice) -> str:
    if notice.step == "autoclose_info":
        return "nudge_info_closing"
    if notice.step == "receipt_alert":
        return f"nudge_receipt_alert_{notice.audience}"
    if notice.step != "reply":
        return f"nudge_{notice.step}" + ("_late" if notice.days > 0 else "")
    if notice.days <= 0:
        return "officer_reminder" if notice.days < 0 else "nudge_due_today"
    return {
        Audience.AUTHORITY: "officer_overdue",
        Audience.HANDLERS: "nudge_overdue_handlers",
        Audience.HEAD: "nudge_overdue_head",
        Audience.REPORTER: "overdue_to_resident",
    }.get(notice.audience, "nudge_escalated")


def _longest(facts: Facts) -> str:
    """How far an extension could still reach; empty once extended, so that the sentence is left out."""
    case = facts.case
    if case.extension or case.received_on is None:
        return ""
    try:
        return vn_date(facts.rules.calendar.nth_working_day(case.received_on, facts.profile.max_extended_wd))
    except CalendarIncomplete:
        return ""


def working_day_after(calendar: WorkCalendar, day: date, days: int) -> date | None:
    """The working day so many days later; None where nobody has entered the calendar yet: its sentence is left out."""
    try:
        return calendar.add_working_days(day, days)
    except CalendarIncomplete:
        return None


def urging_letter(facts: Facts, notice: Notice, values: Mapping[str, Any], earlier: Sequence[date]) -> str:
    """The draft of văn bản đôn đốc lần k with the fields of domain 8.2, in Vietnamese; its number is left open."""
    case, directory = facts.case, facts.directory
    sealed_by = directory.body(
        forwarder_of(directory, case.receiving_body, case.excluded_bodies) or case.receiving_body
    )
    doc, commune = sealed_by.doc, directory.locality.name
    asked_until = working_day_after(facts.rules.calendar, facts.today, facts.rules.policy.overdue_every_wd)
    return facts.rules.wording.say(
        "urging_letter",
        **values,
        motto=facts.rules.wording.say(_STYLES.get(doc.get("header_style", ""), "letter_motto")),
        issuer=sealed_by.name,
        issuer_head="\n".join(doc.get("header_left", ())) or sealed_by.name.upper(),
        symbol=doc.get("symbol", ""),
        sign_as=doc.get("sign_as", ""),
        signer_title=doc.get("signer_title", ""),
        place=_UNIT_KIND.sub("", commune),
        day=f"{facts.today:%d}",
        month=facts.today.month if facts.today.month > 2 else f"{facts.today:%m}",
        year=facts.today.year,
        forward_doc_no=case.forward_doc_no,
        forward_doc_date=vn_date(case.forward_doc_date) if case.forward_doc_date else "",
        due_date=vn_date(notice.due),
        basis=facts.rules.wording.say(facts.profile.basis_key, commune=commune),
        today=vn_date(facts.today),
        n=notice.days,
        earlier=", ".join(f"lần {k} ngày {vn_date(day)}" for k, day in enumerate(earlier, 1)),
        new_date=vn_date(asked_until) if asked_until else "",
        escalated_to=facts.names(facts.told),
        next_on=vn_date(facts.next.on) if facts.next.on else "",
        next_to=facts.names(facts.next),
    )
