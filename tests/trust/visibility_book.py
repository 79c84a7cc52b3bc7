"""Who is who in the commune, and what must stay unknown to whom: kept apart from the register the program reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from cases.model import Officer, OfficerRole
from storage.listing_filter import CaseFilter
from tests.cases.cast import RAW

HANDLER, TRIAGE, CONTACT = OfficerRole.HANDLER, OfficerRole.TRIAGE, OfficerRole.CONTACT
CAST = (
    ("front1", "mttq", (HANDLER, TRIAGE), "cb_mttq"),
    ("front2", "mttq", (HANDLER, TRIAGE), ""),
    ("front3", "mttq", (HANDLER,), "ct_mttq"),
    ("farmers1", "hnd", (HANDLER, TRIAGE), ""),
    ("farmers2", "hnd", (HANDLER,), "ct_union"),
    ("women1", "hlhpn", (HANDLER, TRIAGE), ""),
    ("women2", "hlhpn", (HANDLER,), "truong_thon"),
    ("committee1", "ubnd", (CONTACT,), "cong_chuc"),
    ("committee2", "ubnd", (CONTACT,), "pct_ubnd"),
    ("council1", "hdnd", (CONTACT,), "pct_hdnd"),
    ("inspection1", "ubkt_dang_uy", (CONTACT, OfficerRole.OVERSIGHT), ""),
    ("inspection2", "ubkt_dang_uy", (CONTACT,), "ubkt"),
)
"""Officers with the posts they really hold; some are entered in the register late."""

UNITS = {"mttq": (HANDLER, TRIAGE), "hnd": (HANDLER,), "hlhpn": (HANDLER,), "ubnd": (CONTACT,), "hdnd": (CONTACT,)}
POSTS = {one["code"]: one for one in RAW["posts"]}
CONTROLS = {code: tuple(one.get("controls") or ()) for code, one in POSTS.items()}
ONE_OF_A_KIND = {code for code, bodies in CONTROLS.items() if bodies and "{union}" not in bodies}
APART = {
    code: "hamlet" if one.get("level") == "hamlet" else "" if code in ONE_OF_A_KIND else "body"
    for code, one in POSTS.items()
}
MOST_CASES = 300
EVERYTHING = CaseFilter(state="all")


@dataclass(frozen=True)
class Named:
    """The post a case is about."""

    post: str
    body: str
    hamlet: str

    def fits(self, one: Officer) -> bool:
        """Whether the register, as it stands, says that this officer may hold it."""
        if self.post not in (one.post, *one.extra_posts):
            return False
        apart = APART[self.post]
        if apart == "hamlet":
            return not self.hamlet or not one.hamlet or one.hamlet == self.hamlet
        return apart != "body" or one.body == self.body


@dataclass
class Book:
    """What must stay unknown to whom: by case the post it is about, and everybody it was ever known to fit."""

    words: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    hidden_from: dict[str, str] = field(default_factory=dict)
    named: dict[str, Named] = field(default_factory=dict)
    barred: dict[str, set[str]] = field(default_factory=dict)

    def learn(self, officers: Sequence[Officer]) -> None:
        """After every change: whoever fits a post now, and their relatives, are out for good."""
        for case, named in self.named.items():
            fits = {one.id for one in officers if named.fits(one)}
            near = {other for one in officers if one.id in fits for other in one.relatives}
            near |= {one.id for one in officers if fits.intersection(one.relatives)}
            self.barred.setdefault(case, set()).update(fits, near)

    def kept_from(self, officer: Officer) -> set[str]:
        """Cases this person must not know of."""
        found = {case for case, names in self.barred.items() if officer.id in names}
        found |= {case for case, body in self.hidden_from.items() if officer.body == body}
        return found | {case for case, named in self.named.items() if officer.body in controlled(named)}


def controlled(named: Named) -> set[str]:
    """Bodies that the holder of this post runs, as the directory's data say."""
    return {named.body if one == "{union}" else one for one in CONTROLS[named.post]}


def day(now: datetime) -> date:
    """The local day."""
    return (now + timedelta(hours=7)).date()
