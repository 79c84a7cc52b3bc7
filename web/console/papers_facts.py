"""A case's papers as one officer may see them: the facts for a paper, the papers made, and the form's fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cases.bodies import Directory
from cases.calendar import local_date
from cases.casework import Hidden, case_by_code
from cases.forwarding import covered_text, text_for_authority
from cases.model import Case
from cases.papers import (
    OF_THE_AUTHORITY,
    SYMBOLS,
    WITHOUT_CONTENT,
    Paper,
    home_of,
    letter_number,
    may_read,
    papers_for,
)
from cases.publication import Stage
from cases.visibility import Sight, sight
from papers.facts import Facts
from papers.forms import PARTS, Part
from papers.proposal import proposed
from storage.board import BoardStore
from storage.desk import Meetings, Requests
from storage.papers import MadePaper, PaperStore, Series
from storage.work import StoredWork
from web.console.visit import Visit

_LEADING = re.compile(r"\s*(\d{1,5})")


@dataclass(frozen=True, slots=True)
class Desk:
    """One officer at one case's papers inside one transaction."""

    unit: StoredWork
    visit: Visit
    case: Case
    directory: Directory

    @property
    def offered(self) -> tuple[Paper, ...]:
        """What may be made now."""
        return papers_for(self.visit.officer, self.case, self.directory, self.visit.today)

    @property
    def sees_content(self) -> bool:
        """Whether more than number, topic and dates may be shown."""
        return sight(self.visit.officer, self.case, self.directory, self.visit.today) >= Sight.CONTENT

    def readable(self) -> list[MadePaper]:
        """The papers made that this officer may open, newest first."""
        return [one for one in PaperStore(self.unit).of_case(self.case.id) if self.may_open(one)]

    def may_open(self, made: MadePaper) -> bool:
        """Whether this one may be opened."""
        who, today = self.visit.officer, self.visit.today
        return may_read(who, self.case, self.directory, today, Paper(made.paper), made.body)

    def may_open_of_any(self, made: MadePaper) -> bool:
        """The same for a paper of whichever case: each is judged by its own."""
        if made.case_id == self.case.id:
            return self.may_open(made)
        case = self.unit.cases.get(made.case_id)
        if case is None:
            return False
        visit = self.visit
        return Desk(self.unit, visit, case, visit.rules.directory_of(case, visit.now)).may_open(made)


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything a form needs, read in one go; what was typed is laid over `proposal`."""

    facts: Facts
    proposal: Mapping[str, str]
    series: Series | None
    next_number: int
    signer: str
    signer_title: str
    names: tuple[str, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of this paper."""
        return PARTS[self.facts.paper]


def desk_at(unit: StoredWork, visit: Visit) -> Desk:
    """The case of the address. Foreign and missing ones raise the same refusal."""
    try:
        case = case_by_code(unit, visit.rules, visit.officer, visit.params["code"], visit.now)
    except Hidden:
        raise visit.missing() from None
    return Desk(unit, visit, case, visit.rules.directory_of(case, visit.now))


def paper_of(desk: Desk) -> Paper:
    """The paper of the address, if this officer may make it now; else as if it were not there."""
    found = next((one for one in desk.offered if one.value == desk.visit.params["paper"]), None)
    if found is None:
        raise desk.visit.missing()
    return found


def made_of(desk: Desk) -> MadePaper:
    """The made paper of the address, if it belongs to the case and may be opened."""
    found = PaperStore(desk.unit).get(desk.visit.params["id"])
    if found is None or found.case_id != desk.case.id or not desk.may_open(found):
        raise desk.visit.missing()
    return found


def ready(desk: Desk, paper: Paper) -> Ready:
    """Facts and proposals for a paper of this case today."""
    facts = facts_of(desk, paper)
    series = series_of(facts, desk.visit)
    store = PaperStore(desk.unit)
    signer, title = store.last_signer(facts.home.locality, facts.home.body, desk.may_open_of_any)
    reporter = desk.unit.people.reporter(desk.case.reporter) if desk.case.reporter else None
    return Ready(
        facts=facts,
        proposal=proposed(facts),
        series=series,
        next_number=_proposed_number(store, series, facts) if series else 0,
        signer=signer,
        signer_title=title or facts.issuer.signer_title,
        names=(reporter.name,) if reporter and reporter.name else (),
    )


def facts_of(desk: Desk, paper: Paper) -> Facts:
    """What the paper can say; without content for whoever may not see it."""
    visit, case = desk.visit, desk.case
    history = desk.unit.cases.history(case.id) if paper is Paper.URGING else ()
    made = sum(one.paper == paper and one.number is not None for one in PaperStore(desk.unit).of_case(case.id))
    letter = letter_number(case, made, history)
    urged = [local_date(event.at) for event in history if event.what == "urged"]
    shown = desk.sees_content and paper not in WITHOUT_CONTENT
    return Facts(
        paper=paper,
        case=case,
        directory=desk.directory,
        rules=visit.rules,
        officer=visit.officer,
        home=home_of(visit.officer, case, desk.directory, paper),
        today=visit.today,
        content=_content(desk, paper) if shown else "",
        files=len(desk.unit.files.of_case(case.id, "evidence")) if shown else 0,
        letter=letter,
        urged_on=urged[: letter - 1],
        **(_noted(desk) if shown else {}),
    )


def _noted(desk: Desk) -> dict[str, Any]:
    """What else the desk wrote down about the case: requests, the newest dialogue, the approved publication."""
    meetings = Meetings(desk.unit).of_case(desk.case.id)
    board = next((one for one in BoardStore(desk.unit).of_case(desk.case.id) if one.stage is Stage.PUBLISHED), None)
    approver = desk.unit.people.officer(board.approved_by) if board else None
    return {
        "asked": Requests(desk.unit).of_case(desk.case.id),
        "meeting": meetings[-1] if meetings else None,
        "published": board,
        "approver": approver.name if approver else "",
    }


def series_of(facts: Facts, visit: Visit, year: int = 0) -> Series | None:
    """Whose number the paper gets; None for a paper without one."""
    kind = SYMBOLS[facts.paper]
    return Series(facts.home.locality, facts.home.body, year or visit.today.year, kind) if kind else None


def _content(desk: Desk, paper: Paper) -> str:
    """The report with its sender covered; to and of the authority in the words the desk confirmed."""
    if paper in (Paper.RESULT, Paper.PUBLICATION, Paper.LOUDSPEAKER, Paper.MINUTES):
        return ""
    confirmed = paper is Paper.FORWARDING or paper in OF_THE_AUTHORITY
    return text_for_authority(desk.unit, desk.case) if confirmed else covered_text(desk.unit, desk.case)


def _proposed_number(store: PaperStore, series: Series, facts: Facts) -> int:
    """The next number; for a letter already recorded when the case was forwarded, that one if it is still free."""
    following = store.next_number(series)
    if facts.paper is Paper.FORWARDING and (found := _LEADING.match(facts.case.forward_doc_no)):
        recorded = int(found[1])
        return recorded if recorded >= following else following
    return following
