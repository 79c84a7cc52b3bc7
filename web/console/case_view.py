"""What the page of a case shows to one reader: nothing that this reader may not know is even looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cases import points
from cases.appeals import reviews
from cases.casework import open_refusal
from cases.evidence import files_for
from cases.forwarding import text_for_authority
from cases.matters import members
from cases.model import Case, CaseEvent, Officer, Secrecy
from cases.names import read_as
from cases.notes import Note
from cases.points import Point
from cases.ports import CaseFile
from cases.redaction import redact
from cases.rules import show_date
from cases.seeing import warnings, who_is_shut_out, who_sees
from cases.timeline import Line, Reading, additions, looks, steps
from cases.visibility import Sight, sight
from storage import copies
from storage.copies import CleanCopy
from storage.desk import Meetings, Notes, Requests
from storage.desk_canned import list_canned
from storage.search_similar import similar
from web.console.case_clock import skipped, strip_of, terms_of
from web.console.case_fields import Work
from web.console.case_holds import told as held_words
from web.console.case_open import is_desk, number_of, reading_of
from web.console.case_thread import can_write, thread_of
from web.console.sealed import card_of

SPARE = 2  # empty rows under the points
CHANNELS = ("web", "telegram", "zalo_oa", "zalo_bot")
Values = dict[str, object]
Fact = tuple[str, str]


def head_of(work: Work) -> Values:
    """Number, topic, state and dates: what a notice may hold."""
    case = work.case
    return {
        "case": case,
        "base": f"/console/cases/{number_of(work, case)}",
        "topic": work.topic(case.topic),
        "state": work.common(f"state_{case.state}"),
        "receiving": work.body(case.receiving_body),
        "authority": work.body(case.competent_authority) if case.competent_authority else "",
        "strip": strip_of(work),
        "terms": terms_of(work),
        "weekdays": [work.common(f"weekday_{number}") for number in range(1, 8)],
        "skipped": [],
    }


def content_of(work: Work) -> Values:
    """The whole page, for a desk or for the authority's contact."""
    case, desk = work.case, is_desk(work)
    history = work.unit.cases.history(case.id)
    reading = reading_of(work)
    people = reading.people
    told = steps(history, reading)
    strip = strip_of(work)
    return {
        **head_of(work),
        "terms": terms_of(work) if desk else [],  # how long the desk took is its own affair
        "desk": desk,
        "story": case.text if desk else text_for_authority(work.unit, case),
        "additions": additions(history) if desk else [],
        "facts": _facts(work, people),
        "skipped": skipped(strip) if strip else [],
        "lines": [spoken(work, line) for line in reversed(told)],
        "files": _files(work),
        "seers": who_sees(people.values(), case, work.directory),
        "shut": who_is_shut_out(case, work.directory) if desk else [],
        "shut_officers": [people[one].name for one in case.excluded_officers if one in people] if desk else [],
        "warnings": warnings(work.unit, case, work.directory) if desk else [],
        "requests": Requests(work.unit).of_case(case.id),
        "meetings": Meetings(work.unit).of_case(case.id),
        "number_of": lambda other: number_of(work, other),
        "named": lambda bodies: ", ".join(work.short(body) for body in bodies),
        "state_of": lambda other: work.common(f"state_{other.state}"),
        "topic_of": lambda other: work.topic(other.topic),
        "reply": case.reply,
        "verdict": work.common(f"verdict_{case.verdict}") if case.verdict else "",
        "outcome": work.common(f"outcome_{case.reply.outcome}") if case.reply else "",
        "reply_to": [work.body(one) for one in case.reply.addressees] if case.reply else [],
        "seen": len(history),
        **card_of(work),
        **(_desk_only(work, history, reading) if desk else _NOT_DESK),
    }


_NOT_DESK: Values = {
    "contested": [],
    "held": [],
    "looks": [],
    "notes": [],
    "points": (),
    "canned": [],
    "thread": [],
    "proposed": (),
    "point_rows": [],
    "unchecked": 0,
    "reachable": False,
    "matter": [],
    "linked": None,
    "similar": [],
}


def _desk_only(work: Work, history: Sequence[CaseEvent], reading: Reading) -> Values:
    """Notes, points, the conversation, other cases of the matter: the desk's own work."""
    case = work.case
    people = reading.people
    written = points.points_of(work.unit, case)
    proposed = points.proposed_points(case.text) if not written else ()
    return {
        "contested": _contested(work, history, people),
        "held": held_words(work, people),
        "looks": [spoken(work, line) for line in looks(history, reading)][:40],
        "notes": [(note, people[note.officer].name if note.officer in people else "") for note in _notes(work)],
        "points": written,
        "proposed": proposed,
        "point_rows": [*(written or [Point(text) for text in proposed]), *[Point("")] * SPARE][: points.MOST],
        "unchecked": points.unchecked(written),
        "canned": list_canned(work.unit, work.officer.locality, work.officer.body),
        "thread": thread_of(work, {key: one.name for key, one in people.items()}),
        "reachable": can_write(work),
        "matter": [one for one in _around(work, members(work.unit, case)) if one.id != case.id],
        "linked": next(iter(_around(work, _linked(work))), None),
        "similar": () if case.sealed_to else similar(work.unit, work.rules, work.officer, case, work.now),
    }


def _contested(work: Work, history: Sequence[CaseEvent], people: Mapping[str, Officer]) -> list[str]:
    """That somebody wants the case refused, or its sender does not accept the refusal: to be decided first."""
    told = []
    last = next(reversed(reviews(history, work.rules)), None)
    if last is not None and last.waits:
        told.append(work.word("review_waits", due=show_date(last.due)))
    proposal = open_refusal(work.unit, work.case)
    if proposal is not None:
        who = people[proposal.actor].name if proposal.actor in people else ""
        told.append(work.word("refusal_mine_waits" if proposal.actor == work.officer.id else "refusal_waits", name=who))
    return told


def _notes(work: Work) -> Sequence[Note]:
    return Notes(work.unit).of_case(work.case.id)


def _linked(work: Work) -> list[Case]:
    found = work.unit.cases.get(work.case.linked_case) if work.case.linked_case else None
    return [found] if found is not None else []


def _around(work: Work, found: Sequence[Case]) -> list[Case]:
    """Those of them this officer may know of."""
    return [one for one in found if sight(work.officer, one, work.directory) >= Sight.NOTICE]


def _files(work: Work) -> list[tuple[CaseFile, CleanCopy | None]]:
    """Each file with how its clean copy stands; none is made of papers of our own."""
    found = files_for(work.unit, work.officer, work.case, work.directory)
    made = copies.of_files(work.unit, [file.id for file in found])
    return [(file, made.get(file.id)) for file in found]


def spoken(work: Work, line: Line) -> Values:
    """A step of the history in words."""
    key = f"event_{line.what}"
    by = {"resident": work.word("by_resident"), "system": work.word("by_system")}
    return {
        "at": line.at,
        "what": work.common(key) if work.rules.wording.has(key) else work.common("event_other"),
        "by": by.get(line.by) or work.short(line.by),
        "who": line.who,
        "words": line.words,
    }


def _facts(work: Work, people: Mapping[str, Officer]) -> list[Fact]:
    """What is known beside the story, only what is there. The map point is often the sender's own house."""
    case, directory, desk = work.case, work.directory, is_desk(work)
    hamlet, site = directory.locality.hamlet(case.hamlet), directory.locality.work(case.work)
    about = [
        read_as(directory.post(code).title, work.lang) for code in case.subject_posts if directory.known_posts((code,))
    ]
    about = [] if case.sealed_to else about  # kept for the conflict rules alone; it stands in the box
    about += [work.body(case.subject_body)] if case.subject_body and not case.sealed_to else []
    about += [site.name] if site else []
    about += [case.subject_note if desk else redact(case.subject_note)] if case.subject_note else []
    place = ([hamlet.name] if hamlet else []) + ([case.place if desk else redact(case.place)] if case.place else [])
    if case.latitude is not None and case.longitude is not None and (desk or case.secrecy is Secrecy.OPEN):
        place.append(f"{case.latitude:.5f}, {case.longitude:.5f}")
    kind_key = f"console_case_kind_{case.kind}"
    kind = work.word(f"kind_{case.kind}") if work.rules.wording.has(kind_key) else case.kind.value
    found = {
        "kind": kind,
        "about": ", ".join(about),
        "place": ", ".join(place),
        "happened": case.happened if desk else redact(case.happened),
        "unit": work.body(case.assigned_unit) if case.assigned_unit else "",
        "letter": f"{case.forward_doc_no} ({show_date(case.forward_doc_date)})" if case.forward_doc_no else "",
        "urgings": str(case.urgings or ""),
    }
    if desk:
        channel = case.channel.replace("-", "_")
        suggested = case.suggested_topic not in ("", case.topic)
        found |= {
            "suggested": work.topic(case.suggested_topic) if suggested else "",
            "secrecy": work.common(f"officer_secrecy_{case.secrecy}"),
            "channel": work.word(f"channel_{channel}") if channel in CHANNELS else case.channel,
            "assignee": people[case.assignee].name if case.assignee in people else "",
            "proof": case.receipt_proof,
        }
    return [(work.word(f"fact_{name}"), value) for name, value in found.items() if value]
