"""Light rows for tests of figures: one of a road, and any at all."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from cases.figures_light import Light
from cases.model import Kind, Outcome, Secrecy, State, Subject, Verdict

DAY = date(2026, 11, 2)


def light(**changes: Any) -> Light:
    """A road with holes: sent on 2 November 2026, with the People's Committee since the 5th, due on 3 December."""
    row = Light(
        id="c1", locality="xa-mau", code="PA-2026-000001", kind="report", subject="local_service", topic="infra.road",
        state="received", channel="web", body="mttq", authority="ubnd", hamlet="thon-2", work="", secrecy="open",
        submitted_on=DAY, triaged_on=DAY, forwarded_on=date(2026, 11, 4), received_on=date(2026, 11, 5),
        due_on=date(2026, 12, 3),
    )  # fmt: skip
    return row._replace(**changes)


days = st.dates(date(2025, 6, 1), date(2027, 1, 31))
maybe = st.one_of(st.none(), days)


@st.composite
def lights(draw: st.DrawFn) -> Light:
    """Any row, dates in any order: figures must hold for whatever was recorded."""
    due = draw(maybe)
    return light(
        id=draw(st.uuids()).hex,
        kind=draw(st.sampled_from(Kind)).value,
        subject=draw(st.sampled_from(Subject)).value,
        topic=draw(st.sampled_from(["infra.road", "official.retaliation", "other", ""])),
        state=draw(st.sampled_from(State)).value,
        hamlet=draw(st.sampled_from(["", "thon-1", "thon-2"])),
        authority=draw(st.sampled_from(["", "ubnd", "dang_uy"])),
        secrecy=draw(st.sampled_from(Secrecy)).value,
        submitted_on=draw(days),
        triaged_on=draw(maybe),
        forwarded_on=draw(maybe),
        received_on=draw(maybe),
        due_on=due,
        extended_due_on=due + timedelta(14) if due and draw(st.booleans()) else None,
        answered_on=draw(maybe),
        relayed_on=draw(maybe),
        closed_on=draw(maybe),
        outcome=draw(st.sampled_from(["", *Outcome])),
        verdict=draw(st.sampled_from(["", *Verdict])),
        level=draw(st.sampled_from([1, 2, 3])),
    )
