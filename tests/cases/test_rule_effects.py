"""The effect of an edit before it is saved, and how little of it each viewer may learn."""

from __future__ import annotations

from datetime import date

from bot.data import basis
from cases.calendar_edits import CalendarChange, DayStep, apply_change, changed_clocks
from cases.directory import Directory, DirectoryBook
from cases.effects_bodies import DirectoryEffect, directory_effect
from cases.effects_data import Changed, differences
from cases.effects_terms import CalendarEffect, calendar_effect, term_examples
from cases.effects_words import difference, message_shown, retopiced
from cases.model import Case, Officer
from cases.model import OfficerRole as Role
from cases.rule_compose import compose
from cases.rule_edits import RuleEdit, What
from cases.wording import Wording
from tests.cases.cast import HERE, TAXONOMY, TODAY, a_case, officer, raw

RULES = compose(basis(), (), TODAY)
STORM = apply_change(RULES.calendar, CalendarChange(DayStep.OFF, date(2026, 12, 2), name="Bão"))
ADMIN, FRONT = officer("mttq", Role.ADMIN), officer("mttq", Role.HANDLER)


def moved(viewer: Officer, *cases: Case) -> CalendarEffect:
    """What a storm on 2 December does to these cases, for this viewer."""
    changes = changed_clocks(cases, RULES.profile, STORM, TODAY)
    return calendar_effect(viewer, changes, HERE, TODAY)


def running(**changes: object) -> Case:
    """Due on 4 December."""
    return a_case(due_on=date(2026, 12, 4), calendar_version=RULES.calendar.version, **changes)


def test_an_administrator_gets_counts_and_no_case() -> None:
    """By month, nothing else."""
    effect = moved(ADMIN, running())
    assert (effect.total, [(one.old, one.new, one.count, one.later) for one in effect.months]) == (
        1,
        [((2026, 12), (2026, 12), 1, 1)],
    )
    assert effect.named == ()


def test_the_desk_gets_its_cases_by_number() -> None:
    """The Front coordinates all, so it may know."""
    assert [change.code for change in moved(FRONT, running()).named] == ["PA-2026-000001"]


def test_who_is_shut_out_does_not_find_the_case_counted() -> None:
    """A count of one more than the list would tell that there is something."""
    hidden = running(excluded_bodies=("mttq",))
    assert moved(FRONT, hidden) == CalendarEffect(0, (), ())


def test_terms_are_shown_with_an_example() -> None:
    """Only profiles that change, only from the day on."""
    edit = RuleEdit(1, "", What.DEADLINES, "terms", {"profiles": {"default": {"reply_wd": 15}}}, "x")
    after = compose(basis(), [edit], TODAY)
    found = term_examples(RULES.profiles.values(), after.profiles.values(), RULES.calendar, TODAY)
    assert [(one.profile, one.old_days, one.new_days) for one in found] == [("default", 20, 15)]
    assert found[0].new_due < found[0].old_due


def with_bodies(*own: dict[str, object]) -> Directory:
    """The commune with these entries of its own."""
    data = raw()
    data["commune"]["bodies"] = list(own)
    return DirectoryBook.from_mapping(data).as_of("xa-mau", TODAY)


CLOSED = with_bodies({"code": "hnd", "valid_to": "2026-11-01"}, {"code": "mttq", "replaces": ["hnd"]})


def handed(viewer: Officer) -> DirectoryEffect:
    """The farmers' union was closed, the Front stands for it."""
    cases = [a_case(receiving_body="hnd")]
    people = [officer("hnd", Role.HANDLER, id="farmer"), FRONT]
    return directory_effect(viewer, HERE, CLOSED, TAXONOMY, cases, people)


def test_open_cases_pass_to_the_successor() -> None:
    """The administrator learns how many, the Front which."""
    for viewer, codes in ((ADMIN, ()), (FRONT, ("PA-2026-000001",))):
        found = handed(viewer).cases
        assert [(one.old, one.new, one.count, one.codes) for one in found] == [("hnd", "mttq", 1, codes)]


def test_the_closed_body_is_named() -> None:
    """With the ways of reports that went to it."""
    found = handed(ADMIN)
    assert found.closed == ("hnd",)
    assert not found.nothing


def test_an_officer_whose_body_loses_its_role_is_named() -> None:
    """Her account would no longer be allowed."""
    bare = with_bodies({"code": "hnd", "roles": []})
    found = directory_effect(ADMIN, HERE, bare, TAXONOMY, [], [officer("hnd", Role.HANDLER, id="farmer")])
    assert [(one.officer.id, one.reason.code) for one in found.officers] == [("farmer", "role_body")]


def test_a_message_is_shown_as_each_channel_sends_it() -> None:
    """Six answers: buttons on Telegram, numbered lines on Zalo, where five is the most."""
    labels = " ".join(f"[Chọn {n}]" for n in range(1, 7))
    shown = {
        one.channel: one.parts
        for one in message_shown(Wording({"vi": {"k": f"Hỏi {{n}}\n{labels}"}}), "k", "vi", {"n": 1})
    }
    assert len(shown["telegram"][0].choices) == 6
    assert shown["zalo"][0].choices == ()
    assert "6. Chọn 6" in shown["zalo"][0].text


def test_a_long_message_falls_into_parts_on_zalo() -> None:
    """Two thousand UTF-16 units there, one message on the web."""
    wording = Wording({"vi": {"k": "Một câu dài. " * 200}})
    parts = {one.channel: len(one.parts) for one in message_shown(wording, "k", "vi", {})}
    assert parts == {"telegram": 1, "zalo": 2, "web": 1}


def test_two_texts_are_compared_word_by_word() -> None:
    """What is gone and what is new stand beside each other."""
    assert difference("một hai ba", "một bốn ba") == [
        ("same", "một "),
        ("gone", "hai"),
        ("new", "bốn"),
        ("same", " ba"),
    ]


def test_values_are_compared_by_their_place() -> None:
    """Entries are known by their code, not by their number."""
    before = {"bodies": [{"code": "a", "name": "A"}, {"code": "b", "name": "B"}]}
    after = {"bodies": [{"code": "b", "name": "B2"}, {"code": "a", "name": "A"}]}
    assert differences(before, after) == [Changed("bodies[b].name", "B", "B2")]


def test_samples_that_change_their_topic_are_found() -> None:
    """A word nobody had for roads pulls a message there; the shipped samples stay where they are."""
    words = [*basis().taxonomy["topics"]["infra.road"]["kw"], "hố tử thần"]
    after = compose(basis(), [RuleEdit(1, "", What.TAXONOMY, "infra.road", {"kw": words}, "x")], TODAY)
    own = ["Trước nhà tôi có hố tử thần"]
    assert [one.new for one in retopiced(own, RULES.suggester, after.suggester)] == ["infra.road"]
    assert retopiced(basis().samples, RULES.suggester, after.suggester) == []
