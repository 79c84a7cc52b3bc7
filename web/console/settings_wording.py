"""The texts: found by words, edited in both languages side by side, shown as each channel will show them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from starlette.responses import Response

from cases.effects_words import Shown, difference, message_shown, placeholders
from cases.rule_checks import Examined, missing_placeholders
from cases.rule_compose import EditedRules, made_of
from cases.rule_edits import Fault, RuleFault, What
from cases.rules import Rules
from cases.text import strip_marks
from cases.wording import SOURCE, Wording
from storage import rule_edits
from web.console import settings_show as show
from web.console.settings_flow import EDITORS, ROOT, Told, current, draft, guard, settle, status, why
from web.console.shell import Console
from web.console.visit import Visit

PATH = f"{ROOT}/wording"
PAGE = 40
_KEY = re.compile(r"[A-Za-z0-9_~-]{1,120}")


@dataclass(frozen=True, slots=True)
class Found:
    """One text in the list."""

    key: str
    text: str
    edited: bool


def add_wording(console: Console) -> None:
    """Hang in the list and the page of one text."""
    console.get(PATH, roles=EDITORS, menu="wording")(_list)
    console.get(PATH + "/{key}", roles=EDITORS)(_one)
    console.post(PATH + "/{key}", roles=EDITORS)(_change)


async def _list(visit: Visit) -> Response:
    rules = await current(visit)
    words, only = visit.query.get("q", "")[:100], visit.query.get("edited") == "1"
    start = int(at) if (at := visit.query.get("from", "")).isascii() and at.isdecimal() and len(at) < 6 else 0
    found = search(rules, visit.lang, words, only)
    return visit.page(
        "settings_wording.html",
        found=found[start : start + PAGE],
        total=len(found),
        start=start,
        page=PAGE,
        words=words,
        only=only,
    )


def search(rules: EditedRules, lang: str, words: str, only_edited: bool) -> list[Found]:
    """Texts whose key or words hold all of these, with or without diacritics."""
    basis, sources, _ = made_of(rules)
    wanted = _plain(words).split()
    found = []
    for key in sorted(sources.texts[SOURCE]):
        known = [(name, texts.get(key, "")) for name, texts in sources.texts.items()]
        edited = any(text != basis.texts.get(name, {}).get(key, "") for name, text in known)
        if only_edited and not edited:
            continue
        hay = " ".join([key.lower(), *(_plain(text) for _, text in known)])
        if all(word in hay for word in wanted):
            found.append(Found(key, dict(known).get(lang) or dict(known)[SOURCE], edited))
    return found


@lru_cache(maxsize=8192)
def _plain(text: str) -> str:
    return strip_marks(text.lower())


async def _one(visit: Visit) -> Response:
    key, rules = _key(visit), await current(visit)
    _, sources, _ = made_of(rules)
    typed = {lang: sources.texts[lang].get(key, "").strip() for lang in rules_languages(rules)}
    return await _shown(visit, rules, key, typed, {}, None)


async def _change(visit: Visit) -> Response:
    guard(visit, What.WORDING)
    key, given = _key(visit), why(visit)
    basis, _, _ = made_of(visit.rules)
    typed = {lang: visit.form.get(lang).replace("\r\n", "\n").strip() for lang in rules_languages(visit.rules)}
    content: dict[str, str | None] = {}
    for lang, text in typed.items():
        shipped = basis.texts.get(lang, {}).get(key)
        content[lang] = None if shipped is not None and text == shipped.strip() else text
        if not text and shipped is None:
            content[lang] = None  # a paper has no translation, and needs none
    if visit.form.get("step") == "shipped":
        content = dict.fromkeys(content)
        typed = {lang: (basis.texts.get(lang, {}).get(key) or "").strip() for lang in typed}
    edit = draft(visit, given, What.WORDING, key, content)

    async def page(rules: EditedRules, faults: Told, tried: Examined | None) -> Response:
        return await _shown(visit, rules, key, typed, faults, tried)

    faults: list[Fault] = given.faults
    if not typed.get(SOURCE):
        faults.append(Fault(SOURCE, RuleFault("text_empty")))
    return await settle(visit, edit, faults, f"{PATH}/{key}", page)


def rules_languages(rules: Rules) -> tuple[str, ...]:
    """The source language first."""
    return rules.wording.languages


def _key(visit: Visit) -> str:
    key = visit.params["key"]
    if not _KEY.fullmatch(key) or not visit.rules.wording.has(key):
        raise visit.missing()
    return key


async def _shown(
    visit: Visit, rules: EditedRules, key: str, typed: Mapping[str, str], faults: Told, tried: Examined | None
) -> Response:
    basis, _, _ = made_of(rules)
    edits = await visit.read(lambda unit: rule_edits.listed(unit, what=What.WORDING, about=key, limit=20))
    known = await visit.read(lambda unit: show.names(unit, edits))
    shipped = {lang: (basis.texts.get(lang, {}).get(key) or "").strip() for lang in typed}
    previews = previewed(visit, rules, key, typed) if not faults else {}
    return visit.page(
        "settings_wording_one.html",
        status=status(faults),
        key=key,
        typed=typed,
        shipped=shipped,
        differs={lang: difference(shipped[lang], text) for lang, text in typed.items() if text != shipped[lang]},
        placeholders=placeholders(basis.texts[SOURCE][key]),
        missing={lang: missing_placeholders(basis, key, text) for lang, text in typed.items() if text},
        previews=previews,
        tried=tried,
        faults=faults,
        form=visit.form,
        edits=edits,
        who=show.who(visit, known),
        about=show.about(visit, rules, known),
    )


def previewed(visit: Visit, rules: EditedRules, key: str, typed: Mapping[str, str]) -> dict[str, list[Shown]]:
    """The message with sample values, by language, as every channel shows it."""
    texts = {lang: {key: text} for lang, text in typed.items() if text}
    if SOURCE not in texts:
        return {}
    values = samples(visit, rules, placeholders("\n".join(texts[lang][key] for lang in texts)))
    return {lang: message_shown(Wording(texts), key, lang, values) for lang in texts}


def samples(visit: Visit, rules: Rules, names: list[str]) -> dict[str, object]:
    """Values as they might be; what nobody foresaw stands as its own name."""
    own = rules.commune_values(visit.officer.locality)
    given = {name: visit.say(f"settings_sample_{name}") for name in names if rules.wording.has(_sample(name))}
    return {name: own.get(name) or given.get(name) or f"‹{name}›" for name in names}


def _sample(name: str) -> str:
    return f"console_settings_sample_{name}"
