"""The whole directory as a YAML document: taken out, and put in with every mistake named by its line."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from cases.directory import validate
from cases.mistake_reasons import fault_of
from cases.reasons import said
from cases.rule_checks import Examined
from cases.rule_compose import EditedRules, made_of
from cases.rule_edits import DOCUMENT, Fault, RuleFault, What
from storage import yaml_text
from web.console.settings_effect import effect
from web.console.settings_flow import EDITORS, ROOT, Told, current, draft, guard, settle, status, why
from web.console.shell import Console
from web.console.visit import Visit

PATH = f"{ROOT}/directory"
MOST_LINES = 20  # mistakes shown at once


def add_import(console: Console) -> None:
    """Hang in import and export."""
    console.get(f"{PATH}/export.yaml", roles=EDITORS)(_export)
    console.get(f"{PATH}/import", roles=EDITORS)(_page)
    console.post(f"{PATH}/import", roles=EDITORS)(_import)


async def _export(visit: Visit) -> Response:
    _, sources, _ = made_of(await current(visit))
    text = yaml_text.write(dict(sources.directory))
    headers = {"content-disposition": f'attachment; filename="directory-{visit.today}.yaml"'}
    return Response(text, media_type="application/yaml; charset=utf-8", headers=headers)


async def _page(visit: Visit) -> Response:
    guard(visit, What.WORDING)  # a document is for all communes of the installation
    return await _shown(visit, "", await current(visit), {}, None)


async def _import(visit: Visit) -> Response:
    guard(visit, What.WORDING)
    given = why(visit)
    text = await _text(visit, given.faults)
    document = _document(visit, text, given.faults) if not given.faults else None
    edit = draft(visit, given, What.DIRECTORY, DOCUMENT, {"text": text, "document": document})

    async def page(rules: EditedRules, faults: Told, tried: Examined | None) -> Response:
        return await _shown(visit, text, rules, faults, tried)

    return await settle(visit, edit, given.faults, PATH, page)


async def _text(visit: Visit, faults: list[Fault]) -> str:
    upload = visit.form.file("file")
    if upload is None:
        text = visit.form.get("yaml")
    else:
        try:
            text = (await upload.read()).decode("utf-8-sig")
        except UnicodeDecodeError:
            text = ""
            faults.append(Fault("yaml", RuleFault("not_utf8")))
    if not text.strip() and not faults:
        faults.append(Fault("yaml", RuleFault("missing", place="")))
    return text.replace("\r\n", "\n")


def _document(visit: Visit, text: str, faults: list[Fault]) -> Any:
    """The parsed document, its mistakes named with their lines."""
    try:
        document = yaml_text.read_foreign(text)
    except yaml_text.YamlFault as fault:
        faults.append(Fault("yaml", RuleFault("line", line=fault.line, what=fault.problem)))
        return None
    mistakes = validate(document)
    for mistake in mistakes[:MOST_LINES]:
        what = said(visit.rules.wording, fault_of(mistake).reason, visit.lang)
        faults.append(Fault("yaml", RuleFault("line", line=yaml_text.line_of(text, mistake.path), what=what)))
    if not mistakes:
        faults += _lost(visit, document)
    return document


def _lost(visit: Visit, document: Any) -> list[Fault]:
    """Communes that people and cases belong to cannot be left out."""
    places = [document["commune"]] if "commune" in document else document["communes"]
    codes = {place["code"] for place in places}
    gone = sorted(place.code for place in visit.rules.book.communes if place.code not in codes)
    return [Fault("yaml", RuleFault("place_missing", what=", ".join(gone)))] if gone else []


async def _shown(visit: Visit, text: str, rules: EditedRules, faults: Told, tried: Examined | None) -> Response:
    return visit.page(
        "settings_import.html",
        status=status(faults),
        text=text,
        tried=tried,
        effect=await effect(visit, rules, tried) if tried else None,
        faults=faults,
        form=visit.form,
    )
