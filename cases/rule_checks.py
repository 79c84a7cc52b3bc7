"""Whether an edit may be taken: the rules with it, every fault, and whether a second person must agree."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from cases.deadlines import LAW_PROFILE
from cases.directory import validate
from cases.directory_edits import jsonable, touches_conflict_rules
from cases.mistake_reasons import fault_of
from cases.reasons import Reason
from cases.rule_compose import EditedRules, contradiction, made_of, sources_on
from cases.rule_edits import Fault, RuleEdit, RuleFault, What, checked_words
from cases.rule_sources import Basis, Sources, laid_over
from cases.taxonomy import check_taxonomy
from cases.wording import SOURCE, Wording

LONGEST_TEXT = 4000
LAW_REPLY, LAW_LONGEST = 20, 30
"""Working days of Quy định 124-QĐ/TW: a commune may promise less time, never take more."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_CONTROL = re.compile(r"[\0-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_TOPIC_CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)?")
_ROUTING = ("body", "competent", "subject", "priority")


@dataclass(frozen=True, slots=True)
class Examined:
    """An edit tried out on the day it would begin."""

    edit: RuleEdit
    day: date
    before: Sources
    after: Sources
    faults: tuple[Fault, ...]

    @property
    def needs_approval(self) -> bool:
        """Whether a second person must agree."""
        return self.edit.needs_approval


def examined(rules: EditedRules, edit: RuleEdit, today: date) -> Examined:
    """Try the edit on today's rules, or on those of the day it begins. Changes nothing."""
    basis, _, edits = made_of(rules)
    day = effect_day(edit, today)
    before = sources_on(basis, edits, day)
    after = laid_over(basis, replace(before, faults={}), [edit])
    needs = edit.needs_approval or _second_person(edit, before, after)
    edit = replace(edit, needs_approval=needs)
    faults = [*checked_words(edit), *_own(basis, before, edit)]
    if edit.valid_from and edit.valid_from < today:
        faults.append(Fault("valid_from", RuleFault("begins_in_past")))
    if not faults or edit.what is What.DIRECTORY:
        faults += _broken(edit, before, after)
    if not faults and _same(before, after):
        faults.append(Fault("", RuleFault("no_change")))
    return Examined(edit, day, before, after, tuple(dict.fromkeys(faults)))


def effect_day(edit: RuleEdit, today: date) -> date:
    """The first day on which the edit makes a difference; today, or later where it says so."""
    days = [today, *([edit.valid_from] if edit.valid_from else [])]
    for op in edit.content.get("ops") or ():
        begins = (op.get("entry") or {}).get("valid_from")
        if begins:
            days.append(_as_day(begins))
        if op.get("op") == "close":
            days.append(_as_day(op["until"], 1))
    return max(days)


def _as_day(value: Any, plus: int = 0) -> date:
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
        return date.fromordinal(day.toordinal() + plus)
    except (ValueError, OverflowError):
        return date.min  # the directory's own check names it


def _second_person(edit: RuleEdit, before: Sources, after: Sources) -> bool:
    if edit.what is What.DIRECTORY:
        return touches_conflict_rules(before.directory, after.directory)
    if edit.what is What.TAXONOMY:
        old, new = (one.taxonomy["topics"].get(edit.about) or {} for one in (before, after))
        return any(old.get(key) != new.get(key) for key in _ROUTING)
    return edit.what in (What.DEADLINES, What.OFFICER)


def _own(basis: Basis, before: Sources, edit: RuleEdit) -> list[Fault]:
    match edit.what:
        case What.WORDING:
            return _wording(basis, edit)
        case What.TAXONOMY:
            known = edit.about in before.taxonomy["topics"]
            odd = not _TOPIC_CODE.fullmatch(edit.about) or len(edit.about) > 60
            return [Fault("code", RuleFault("topic_code"))] if odd and not known else []
        case What.DEADLINES:
            return _deadlines(before, edit)
        case _:
            return []


def _wording(basis: Basis, edit: RuleEdit) -> list[Fault]:
    shipped = basis.texts[SOURCE].get(edit.about)
    if shipped is None:
        return [Fault("key", RuleFault("text_unknown", what=edit.about))]
    found: list[Fault] = []
    for lang, text in edit.content.items():
        if text is not None:
            found += [Fault(lang, fault) for fault in text_faults(basis, edit.about, str(text))]
    return found


def text_faults(basis: Basis, key: str, text: str) -> list[RuleFault]:
    """What is wrong with a new text of this key: placeholders, braces, answers offered, length."""
    shipped = basis.texts[SOURCE][key]
    found = []
    if not text.strip():
        found.append(RuleFault("text_empty"))
    if len(text) > LONGEST_TEXT:
        found.append(RuleFault("too_long", most=LONGEST_TEXT))
    if _CONTROL.search(text):
        found.append(RuleFault("text_control"))
    allowed, used = set(_PLACEHOLDER.findall(shipped)), set(_PLACEHOLDER.findall(text))
    if strange := sorted(used - allowed):
        known = ", ".join(f"{{{name}}}" for name in sorted(allowed)) or "–"
        found.append(RuleFault("placeholder_unknown", what=f"{{{strange[0]}}}", known=known))
    if set("{}") & set(_PLACEHOLDER.sub("", text)):
        found.append(RuleFault("brace"))
    offered, wanted = (len(Wording({SOURCE: {key: one}}).labels(key)) for one in (text, shipped))
    if offered != wanted:
        found.append(RuleFault("labels", wanted=wanted, offered=offered))
    return found


def missing_placeholders(basis: Basis, key: str, text: str) -> list[str]:
    """Facts the shipped text tells and this one does not: allowed, but somebody should know."""
    shipped = basis.texts[SOURCE].get(key, "")
    return sorted(set(_PLACEHOLDER.findall(shipped)) - set(_PLACEHOLDER.findall(text)))


def _deadlines(before: Sources, edit: RuleEdit) -> list[Fault]:
    found = []
    for code, numbers in (edit.content.get("profiles") or {}).items():
        raw = {**before.directory["deadline_profiles"].get(code, {}), **numbers}
        reply, longest = raw.get("reply_wd"), raw.get("max_extended_wd")
        by_law = raw.get("is_law", code == LAW_PROFILE)
        if by_law and isinstance(reply, int) and reply > LAW_REPLY:
            found.append(Fault(f"profiles.{code}.reply_wd", RuleFault("law", most=LAW_REPLY)))
        if by_law and isinstance(longest, int) and longest > LAW_LONGEST:
            found.append(Fault(f"profiles.{code}.max_extended_wd", RuleFault("law", most=LAW_LONGEST)))
        if isinstance(reply, int) and isinstance(longest, int) and longest < reply:
            found.append(Fault(f"profiles.{code}.max_extended_wd", RuleFault("total")))
    return found


def _broken(edit: RuleEdit, before: Sources, after: Sources) -> list[Fault]:
    """What the readers of the data would say."""
    if after.faults:
        return [Fault("", _reason(error)) for error in after.faults.values()]
    if edit.what is What.DIRECTORY:
        old = {str(one) for one in validate(before.directory)}
        new = [fault_of(one) for one in validate(after.directory) if str(one) not in old]
        if new:
            return new
    if edit.what is What.TAXONOMY:
        bodies = [raw["code"] for raw in after.directory["bodies"]]
        wrong = check_taxonomy(after.taxonomy, bodies)
        if wrong:
            return [fault_of(one) for one in wrong]
    error = contradiction(after)
    return [Fault("", _reason(error))] if error is not None else []


def _reason(error: Exception) -> Reason:
    return error if isinstance(error, Reason) else RuleFault("data", place="", what=str(error))


def _same(before: Sources, after: Sources) -> bool:
    if (before.texts, before.taxonomy) != (after.texts, after.taxonomy):
        return False
    return before.directory is after.directory or jsonable(before.directory) == jsonable(after.directory)
