"""Edits of the rules as officers read them: who, about what, what it changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from cases.calendar_days import vn_date
from cases.calendar_edits import CalendarChange, DayStep, read_change
from cases.effects_data import Changed, differences, part_of, tried_then
from cases.model import Officer
from cases.officer_edits import FIELDS
from cases.rule_compose import EditedRules, made_of
from cases.rule_edits import COMMAND_LINE, DOCUMENT, RuleEdit, What
from storage.work import StoredWork
from web.console.visit import Visit

Names = dict[str, str]


def names(unit: StoredWork, edits: Iterable[RuleEdit]) -> Names:
    """Names of everybody these edits mention, by id."""
    ids = {one for edit in edits for one in (edit.proposed_by, edit.decided_by, edit.withdrawn_by)}
    ids |= {edit.about for edit in edits if edit.what is What.OFFICER}
    found = {one: unit.people.officer(one) for one in ids if one and one != COMMAND_LINE}
    return {one: officer.name for one, officer in found.items() if officer is not None}


def who(visit: Visit, known: Names) -> Callable[[str], str]:
    """Who did it, as pages say it."""
    machine = visit.say("settings_command_line")
    return lambda one: known.get(one) or (machine if one == COMMAND_LINE else one[:6].upper())


def about(visit: Visit, rules: EditedRules, known: Names) -> Callable[[RuleEdit], str]:
    """What an edit is about, as pages say it."""

    def label(edit: RuleEdit) -> str:
        match edit.what:
            case What.CALENDAR:
                return day_step(visit, read_change(edit.content))
            case What.TAXONOMY:
                return f"{rules.taxonomy.label(edit.about)} ({edit.about})"
            case What.OFFICER:
                return str(edit.content["after"]["name"]) or known.get(edit.about, "")
            case What.DIRECTORY if edit.about == DOCUMENT:
                return visit.say("settings_whole_directory")
            case What.DIRECTORY:
                return _entry(visit, edit.about)
            case _:
                return edit.about

    return label


def _entry(visit: Visit, code: str) -> str:
    section, _, name = code.partition("/")
    key = f"settings_section_{section}"
    known = visit.rules.wording.has(f"console_{key}")
    directory = visit.directory()
    titles = {post.code: post.title for post in directory.posts} if section == "posts" else {}
    hamlets = {one.code: one.name for one in directory.locality.hamlets}
    works = {one.code: one.name for one in directory.locality.works}
    told = titles.get(name) or hamlets.get(name) or works.get(name) or directory.name(name)
    return f"{visit.say(key) if known else section}: {told}" if name != "all" else visit.say(key)


def day_step(visit: Visit, change: CalendarChange) -> str:
    """A calendar change as a sentence."""
    day = vn_date(change.day) if change.day else ""
    if change.op is DayStep.WORK and change.for_day:
        return visit.say("settings_step_work_for", day=day, other=vn_date(change.for_day))
    return visit.say(f"settings_step_{change.op}", day=day, name=change.name, year=change.year, number=change.upto)


def changes(visit: Visit, rules: EditedRules, edit: RuleEdit) -> Sequence[Changed]:
    """What the edit changes, value by value."""
    if edit.what is What.CALENDAR:
        return [Changed(visit.say("settings_part_calendar"), "", day_step(visit, read_change(edit.content)))]
    if edit.what is What.OFFICER:
        before, after = edit.content["before"] or {}, edit.content["after"]
        shown = [(name, shown_field(visit, name, before), shown_field(visit, name, after)) for name in FIELDS]
        told = [Changed(visit.say(f"settings_officer_{name}"), old, new) for name, old, new in shown if old != new]
        if step := edit.content.get("step"):
            told.append(Changed(visit.say("settings_officer_step"), "", visit.say(f"settings_officer_step_{step}")))
        return told
    basis, _, edits = made_of(rules)
    before, after = tried_then(basis, list(edits), edit)
    return differences(part_of(before, edit), part_of(after, edit))


def shown_field(visit: Visit, name: str, account: object) -> str:
    """One field of an account for people."""
    value = account.get(name, "") if isinstance(account, dict) else ""
    directory = visit.directory()
    if name == "roles":
        return ", ".join(visit.say(f"settings_role_{role}") for role in value or ())
    if name == "body":
        return directory.name(str(value)) if value else ""
    if name in ("post", "extra_posts"):
        titles = {post.code: post.title for post in directory.posts}
        listed = [value] if isinstance(value, str) else list(value)
        return ", ".join(titles.get(one, one) for one in listed if one)
    if name == "relatives":
        return ", ".join(str(one)[:6].upper() for one in value or ())
    return str(value)


def choices_of(officers: Iterable[Officer], *, but: str = "") -> list[tuple[str, str]]:
    """Officers as options of a form."""
    listed = [(one.id, f"{one.name} ({one.body})") for one in officers if one.id != but]
    return sorted(listed, key=lambda pair: pair[1].casefold())
