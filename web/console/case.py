"""The page of one case and everything done on it: the same use cases as in chat, on one screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from starlette.responses import Response

from cases.casework import Hidden, Refused, read_content, was_read
from cases.ports import CaseFile, Stale
from cases.reasons import Reason, said
from cases.timeline import Line
from storage.work import StoredWork
from web.console.case_fields import Done, Field, Given, Work, Wrong, placed, refilled
from web.console.case_files import BadUpload, case_file, take_upload
from web.console.case_open import (
    IDENTITY,
    STEPS,
    Changed,
    beside,
    check_unchanged,
    is_desk,
    offered,
    opened,
    reading_of,
    sees_content,
    still_sees,
    waits_for_colleague,
    waits_for_sender,
)
from web.console.case_thread import can_write, thread_of
from web.console.case_view import Values, content_of, head_of, spoken
from web.console.forms import Form
from web.console.identity import identity_of
from web.console.roles import CONTACT, DESK, WATCH
from web.console.shell import Console
from web.console.visit import Visit
from web.uploads import Upload

READERS = DESK | CONTACT | WATCH  # a follow-up body may urge (SV-19); each step asks for its own right
OWN_PLACE = frozenset({"note", "drop_note", "points", "write", "documents", "came", IDENTITY})
"""Steps whose forms stand beside what they are about, not among the actions."""
AT_HAND = frozenset({"triage", "post", "confirm_refusal", "forward", "acknowledge", "relay", "held", "file"})
"""Steps that are this officer's to take next: their forms stand open."""


def add_case(console: Console) -> None:
    """The page, its forms, its files and its conversation."""
    console.get("/console/cases/{code}", roles=READERS)(show_case)
    console.post("/console/cases/{code}/do/{step}", roles=READERS)(take_step)
    console.get("/console/cases/{code}/thread", roles=DESK, quiet=True)(show_thread)


async def show_case(visit: Visit) -> Response:
    """The case as this officer may see it; reading the content is logged."""
    return await case_page(visit)


async def case_page(visit: Visit, *, status: int = 200, **more: object) -> Response:
    """The page with what came of a step: what was tried, what is wrong with it, what is shown this once."""
    values = await visit.read(partial(_values, visit=visit, more=more))
    if values["unread"]:
        await visit.write(partial(_note_reading, visit=visit))  # before a word of it is shown
    template = "case.html" if values["content"] else "case_notice.html"
    return visit.page(template, status=status, **values)


def _values(unit: StoredWork, *, visit: Visit, more: Mapping[str, object]) -> Values:
    work = opened(unit, visit)
    content = sees_content(work)
    tried, form = str(more.get("tried", "")), visit.form
    errors: Mapping[str, str] = more.get("errors", {})  # type: ignore[assignment]
    meanwhile: list[Line] = more.get("meanwhile", [])  # type: ignore[assignment]
    forms = [_form(work, name, form, errors if name == tried else None) for name in offered(work)]
    # What a colleague waits for stands first, then what moves the case on: the first one is open, unless this officer
    # waits for a colleague.
    forms.sort(key=lambda one: (one["name"] != "confirm_refusal", one["look"] != "primary"))
    panels = beside(work)
    gone = bool(tried) and tried not in (*offered(work), *panels)
    if gone and content and tried not in OWN_PLACE:  # the step is not there any more, what was typed is
        forms.insert(0, _only_typed(_form(work, tried, form, errors)))
    waits = waits_for_sender(work)
    retyped = {"point_rows": _typed_points(form)} if tried == "points" else {}
    return {
        **(content_of(work) if content else head_of(work)),
        **retyped,
        "content": content,
        "unread": content and not was_read(unit, work.officer, work.case, visit.now),
        "seen": len(unit.cases.history(work.case.id)),
        "forms": forms,
        "waits": said(work.rules.wording, waits, work.lang) if waits else "",
        "panels": {name: _form(work, name, form, errors if name == tried else None) for name in panels},
        "tried": tried,
        "refused": errors.get("", "") if gone and (tried in OWN_PLACE or not content) else "",
        "errors": errors,
        "typed": form if tried else Form(),
        "kept": more.get("kept"),
        "meanwhile": [spoken(work, line) for line in meanwhile],
        "identity": more.get("identity"),
        **identity_of(work),
    }


def _note_reading(unit: StoredWork, *, visit: Visit) -> None:
    work = opened(unit, visit)
    read_content(unit, work.officer, work.case, visit.now)


def _form(work: Work, name: str, form: Form, errors: Mapping[str, str] | None) -> Values:
    """One action: its fields as they are offered, or as they were typed."""
    fields = _asked(work, name) if name in STEPS else _reason(work)
    typed = errors is not None
    return {
        "name": name,
        "fields": refilled(fields, form, errors or {}) if typed else fields,
        "error": (errors or {}).get("", ""),
        "open": typed,
        "look": STEPS[name].look if name in STEPS else "",
        "auto": name in AT_HAND and not waits_for_colleague(work),
        "upload": any(one.kind == "file" for one in fields),
    }


def _only_typed(form: Values) -> Values:
    """A step that is not this officer's: nothing of it is told but what she sent."""
    fields: list[Field] = form["fields"]  # type: ignore[assignment]
    typed = [
        replace(one, hint="", options=tuple(pair for pair in one.options if pair[0] in (one.value, *one.values)))
        for one in fields
    ]
    return {**form, "fields": typed}


def _typed_points(form: Form) -> list[dict[str, str]]:
    rows = zip(form.all("point"), form.all("met"), form.all("where"), strict=False)
    return [{"text": text, "met": met, "where": where} for text, met, where in rows]


def _reason(work: Work) -> list[Field]:
    return [work.field("reason", "area", "identity_reason", most=500)]


# -- taking a step --------------------------------------------------------------------------------------------------


async def take_step(visit: Visit) -> Response:
    """Carry out one action; what cannot be taken comes back with its reason beside the field, nothing typed is lost."""
    name = visit.params["step"]
    if name not in STEPS:
        raise visit.missing()
    kept: Upload | None = None
    try:
        kept = await take_upload(visit)
        done, stays = await visit.write(partial(_take, visit=visit, name=name, upload=case_file(kept, visit)))
    except Wrong as wrong:
        return await case_page(visit, status=422, tried=name, errors=wrong.errors, kept=kept)
    except BadUpload as bad:
        megabytes = visit.rules.limits.file_bytes // 1_000_000
        errors = {"file": visit.say(f"case_wrong_{bad.key}", size=megabytes)}
        return await case_page(visit, status=422, tried=name, errors=errors)
    except (Changed, Stale) as changed:
        meanwhile = changed.meanwhile if isinstance(changed, Changed) else []
        errors = {"": visit.say("case_changed_form")}
        return await case_page(visit, status=409, tried=name, errors=errors, meanwhile=meanwhile, kept=kept)
    except Hidden:
        raise visit.missing() from None
    return _after(visit, name, done, stays=stays)


def _asked(work: Work, name: str) -> list[Field]:
    """The questions of a step; none where the case left it and what would be proposed cannot be worked out any more."""
    try:
        return list(STEPS[name].ask(work))
    except Reason:
        return []


def _take(unit: StoredWork, *, visit: Visit, name: str, upload: CaseFile | None) -> tuple[Done, bool]:
    work = opened(unit, visit)
    work = Work(unit, work.rules, work.officer, work.case, work.directory, work.now, work.lang, upload)
    step = STEPS[name]
    if step.checked:
        check_unchanged(work, visit.form)
    try:
        if name not in (*offered(work), *beside(work)):
            raise Refused("not_now")
        done = step.take(work, Given(visit.form, work))
    except Reason as error:
        fields = _asked(work, name)
        raise Wrong(placed(error, said(work.rules.wording, error, work.lang), fields)) from error
    return done, still_sees(work, unit.cases.get(work.case.id))


def _after(visit: Visit, name: str, done: Done, *, stays: bool) -> Response:
    path = f"/console/cases/{visit.params['code']}" if stays else "/console"
    anchors = {"write": "#thread", "note": "#notes", "drop_note": "#notes", "points": "#points"}
    return visit.go(path + anchors.get(name, "") if stays else path, f"case_done_{done.said}", **done.values)


# -- the conversation ----------------------------------------------------------------------------------------------


async def show_thread(visit: Visit) -> Response:
    """The conversation anew, for the page that asks for it again and again."""

    def step(unit: StoredWork) -> dict[str, Any]:
        work = opened(unit, visit)
        if not is_desk(work):
            raise visit.missing()
        names = {key: one.name for key, one in reading_of(work).people.items()}
        unread = not was_read(unit, work.officer, work.case, visit.now)
        return {"thread": thread_of(work, names), "case": work.case, "reachable": can_write(work), "unread": unread}

    found = await visit.read(step)
    if found.pop("unread"):
        await visit.write(partial(_note_reading, visit=visit))  # asked for without the page round it
    return visit.part("case_thread.html", **found)
