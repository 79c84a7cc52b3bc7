"""Making results public: the list of what is under way, and one result from its draft to the board and off it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.responses import Response

from cases.casework import Hidden, Refused, case_by_code, read_content
from cases.model import Case, State
from cases.names import read_as
from cases.ports import Stale
from cases.publication import Publication, Stage, about_person
from cases.publishing import (
    CONCLUDED,
    LONGEST,
    approve,
    current,
    may_publish,
    propose,
    send_back,
    surroundings,
    withdraw,
    write,
    wrote,
)
from cases.reasons import Reason, said
from cases.reidentification import BLOCK, WARN, PublicText, Verdict, check, coarser
from storage.board import BoardStore
from storage.work import StoredWork
from web.board_labels import Labels
from web.console.roles import DESK
from web.console.shell import Console
from web.console.visit import Visit

ROOT = "/console/publish"
READY_SHOWN = 50
STAGES = (Stage.PROPOSED, Stage.DRAFT, Stage.PUBLISHED, Stage.WITHDRAWN)
SHOWN_OF_EACH = 100


@dataclass(slots=True)
class View:
    """One case's publication as the page shows it. `text` is what the form holds, stored or just typed."""

    case: Case
    publication: Publication
    text: PublicText
    verdict: Verdict
    names: Mapping[str, str]
    may_write: bool
    may_decide: bool
    conclusion: str


def add_publish(console: Console) -> None:
    """Hang in the pages."""

    @console.get(ROOT, roles=DESK, menu="publications")
    async def listing(visit: Visit) -> Response:
        return visit.page("publish.html", **await visit.read(partial(_listed, visit)))

    @console.get(ROOT + "/{code}", roles=DESK)
    async def one(visit: Visit) -> Response:
        return await _page(visit)

    @console.post(ROOT + "/{code}", roles=DESK)
    async def act(visit: Visit) -> Response:
        return await _act(visit)


# -- the list -------------------------------------------------------------------------------------------------------


def _listed(visit: Visit, unit: StoredWork) -> dict[str, Any]:
    store, directory = BoardStore(unit), visit.directory()
    locality = visit.officer.locality
    groups: dict[str, list[dict[str, Any]]] = {stage.value: [] for stage in STAGES}
    busy: set[str] = set()
    for publication in store.at_stage(locality, STAGES, SHOWN_OF_EACH * len(STAGES)):
        case = unit.cases.get(publication.case_id)
        if publication.stage is not Stage.WITHDRAWN:
            busy.add(publication.case_id)
        if case is None or not may_publish(visit.officer, case, directory):
            continue
        mine = wrote(unit, publication, visit.officer)
        topic = visit.rules.taxonomy.label(case.topic)
        groups[publication.stage.value].append(
            {
                "case": case,
                "publication": publication,
                "topic": topic,
                "mine": mine,
                "summary": publication.text.summary,
            }
        )
    return {"groups": groups, "ready": _ready(visit, unit, busy), "root": ROOT}


def _ready(visit: Visit, unit: StoredWork, busy: set[str]) -> list[dict[str, Any]]:
    """Closed cases with an answer that nobody has begun to publish, the latest first."""
    directory = visit.directory()
    found = (unit.cases.get(case_id) for case_id in BoardStore(unit).waiting(visit.officer.locality, READY_SHOWN * 2))
    free = [case for case in found if case is not None and case.id not in busy and case.reply is not None]
    wanted = [case for case in free if may_publish(visit.officer, case, directory)]
    return [{"case": case, "topic": visit.rules.taxonomy.label(case.topic)} for case in wanted[:READY_SHOWN]]


# -- one ------------------------------------------------------------------------------------------------------------


def _case(visit: Visit, unit: StoredWork) -> Case:
    try:
        return case_by_code(unit, visit.rules, visit.officer, visit.params["code"], visit.now)
    except Hidden:
        raise visit.missing() from None


def _view(visit: Visit, unit: StoredWork, typed: PublicText | None = None, conclusion: str | None = None) -> View:
    """What the page shows; Refused where nothing can be published of the case."""
    case, store = _case(visit, unit), BoardStore(unit)
    try:
        publication = current(unit, visit.rules, store, visit.officer, case, visit.now)
    except Hidden:
        raise visit.missing() from None
    text = typed or publication.text
    verdict = check(text, surroundings(visit.rules, store, case, text.hamlet, visit.now))
    people = {one: unit.people.officer(one) for one in (*publication.authors, publication.approved_by) if one}
    return View(
        case=case,
        publication=publication,
        text=text,
        verdict=verdict,
        names={key: person.name for key, person in people.items() if person is not None},
        may_write=publication.stage in (Stage.DRAFT, Stage.PROPOSED),
        may_decide=publication.stage is Stage.PROPOSED and not wrote(unit, publication, visit.officer),
        conclusion=publication.conclusion if conclusion is None else conclusion,
    )


def _opened(visit: Visit, unit: StoredWork, typed: PublicText | None, conclusion: str | None) -> View:
    """The view, with the reading of the report's own words on record."""
    view = _view(visit, unit, typed, conclusion)
    read_content(unit, visit.officer, view.case, visit.now)
    return view


async def _page(
    visit: Visit,
    *,
    status: int = 200,
    typed: PublicText | None = None,
    conclusion: str | None = None,
    fault: str = "",
    note: str = "",
) -> Response:
    try:
        view: View = await visit.write(lambda unit: _opened(visit, unit, typed, conclusion))
    except Reason as refused:
        code = visit.params["code"]
        sentence = said(visit.rules.wording, refused, visit.lang)
        return visit.page("publish_not.html", status=409, sentence=sentence, code=code, root=ROOT)
    return visit.page("publish_one.html", status=status, **_values(visit, view), fault=fault, note=note)


def _values(visit: Visit, view: View) -> dict[str, Any]:
    case, directory = view.case, visit.rules.directory_of(view.case, visit.now)
    hamlet = directory.locality.hamlet(case.hamlet) if case.hamlet else None
    labels = Labels(visit.rules, visit.lang, visit.now)
    group = directory.body(case.competent_authority).group if directory.has(case.competent_authority) else ""
    return {
        "root": ROOT,
        "view": view,
        "case": case,
        "publication": view.publication,
        "text": view.text,
        "points": [_point(visit, point) for point in view.verdict.points],
        "score": view.verdict.score,
        "limits": (WARN, BLOCK),
        "longest": LONGEST,
        "topic": read_as(visit.rules.taxonomy.label(case.topic), visit.lang),
        "hamlet": hamlet,
        "commune": directory.locality.name,
        "authority": read_as(directory.name(case.competent_authority), visit.lang),
        "authority_kind": labels.authority(case.locality, f"~{group}"),
        "outcome": labels.outcome(case.reply.outcome.value) if case.reply else "",
        "person": about_person(case),
        "concluded": case.reply is not None and case.reply.outcome in CONCLUDED,
        "received": labels.when(view.publication.received_on, view.publication.text.by_month),
        "answered": labels.when(view.publication.answered_on, view.publication.text.by_month),
        "closed": case.state in (State.CLOSED, State.PUBLISHED),
    }


def _point(visit: Visit, point: Any) -> dict[str, Any]:
    """A point of concern as a sentence in the officer's language."""
    sentence = visit.say(f"reid_{point.sign.value}", found=point.found, count=point.count or "")
    instead = visit.say("reid_instead", instead=point.instead) if point.instead else ""
    return {"sentence": sentence, "instead": instead, "weight": point.weight, "where": point.where}


# -- steps ----------------------------------------------------------------------------------------------------------


def _typed(visit: Visit, case: Case) -> PublicText:
    form = visit.form
    return PublicText(
        summary=form.get("summary").replace("\r\n", "\n").strip(),
        answer=form.get("answer").replace("\r\n", "\n").strip(),
        hamlet=case.hamlet if form.get("place") == "hamlet" else "",
        by_month=form.get("dates") == "month",
        as_kind=form.get("body") == "kind",
    )


async def _act(visit: Visit) -> Response:
    step = visit.form.get("step")
    case: Case = await visit.read(lambda unit: _case(visit, unit))
    typed = _typed(visit, case) if step in ("save", "coarser", "propose") else None
    conclusion = " ".join(visit.form.get("conclusion").split())[:300] if typed else None
    if step == "coarser" and typed is not None:
        proposed: PublicText = await visit.read(lambda unit: _coarser(visit, unit, typed))
        note = visit.say("publish_proposed" if proposed != typed else "publish_nothing_coarser")
        return await _page(visit, typed=proposed, conclusion=conclusion, note=note)
    try:
        done = await visit.write(partial(_step, visit, step, typed, conclusion or ""))
    except Reason as refused:
        sentence = said(visit.rules.wording, refused, visit.lang)
        return await _page(visit, status=422, typed=typed, conclusion=conclusion, fault=sentence)
    except Stale:
        return await _page(
            visit,
            status=409,
            typed=typed,
            conclusion=conclusion,
            fault=visit.rules.wording.say("why_publish_changed", visit.lang),
        )
    except Hidden:
        raise visit.missing() from None
    return visit.go(f"{ROOT}/{visit.params['code']}", f"publish_done_{done}")


def _coarser(visit: Visit, unit: StoredWork, typed: PublicText) -> PublicText:
    case, store = _case(visit, unit), BoardStore(unit)
    return coarser(typed, surroundings(visit.rules, store, case, typed.hamlet, visit.now))


def _step(visit: Visit, step: str, typed: PublicText | None, conclusion: str, unit: StoredWork) -> str:
    case, store, rules, officer, now = _case(visit, unit), BoardStore(unit), visit.rules, visit.officer, visit.now
    publication = current(unit, rules, store, officer, case, now)
    given = visit.form.get("version")
    if given != str(publication.version):
        raise Refused("publish_changed")
    if step in ("save", "propose") and typed is not None:
        changed = publication.version == 0 or (typed, conclusion) != (publication.text, publication.conclusion)
        if changed or publication.stage is Stage.PROPOSED:
            write(unit, rules, store, officer, case, publication, typed, conclusion, now)
    if step == "save":
        return "saved"
    if step == "propose":
        propose(unit, rules, store, officer, case, publication, now)
        return "asked"
    if step == "approve":
        looked = visit.form.get("looked") == "1"
        approve(unit, rules, store, officer, case, publication, int(given), looked, now)
        return "published"
    if step == "back":
        send_back(unit, rules, store, officer, case, publication, visit.form.get("note"), now)
        return "back"
    if step == "withdraw":
        withdraw(unit, rules, store, officer, case, publication, visit.form.get("reason"), now)
        return "withdrawn"
    raise Refused("publish_state")
