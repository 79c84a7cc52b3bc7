"""The shipped directory and taxonomy, and the small cast the routing and visibility tests tell their stories with."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from cases.directory import Directory, DirectoryBook
from cases.intake import Draft
from cases.model import Case, Kind, Officer, OfficerRole, Secrecy, State, Subject
from cases.routing import Route, route
from cases.taxonomy import Taxonomy

DATA = Path(__file__).parents[2] / "data"
RAW: dict[str, Any] = yaml.safe_load((DATA / "org_directory.yaml").read_text(encoding="utf-8"))
RAW_TAXONOMY: dict[str, Any] = yaml.safe_load((DATA / "taxonomy.yaml").read_text(encoding="utf-8"))
BOOK = DirectoryBook.from_mapping(RAW)
TAXONOMY = Taxonomy.from_mapping(RAW_TAXONOMY)
TODAY = date(2026, 11, 23)
HERE: Directory = BOOK.as_of("xa-mau", TODAY)
BODIES = sorted(HERE.bodies)
POSTS = [post.code for post in HERE.posts]
TOPICS = sorted(TAXONOMY.topics)


def raw() -> dict[str, Any]:
    """A copy of the directory's data to spoil or extend."""
    return copy.deepcopy(RAW)


def way(posts: str = "", topic: str = "official.attitude", subject: Subject = Subject.OFFICIAL, **more: Any) -> Route:
    """The route of a report; `posts` separated by spaces."""
    kind = more.pop("kind", Kind.REPORT)
    directory = more.pop("directory", HERE)
    return route(directory, TAXONOMY, kind, subject, topic, posts.split(), **more)


def of_topic(topic: str, **more: Any) -> tuple[str, str]:
    """Receiving body and authority of a report about a matter, by its topic."""
    found = way(topic=topic, subject=TAXONOMY.topic(topic).subject, **more)
    return found.receiving_body, found.competent_authority


def officer(body: str = "mttq", *roles: OfficerRole, **changes: Any) -> Officer:
    """An officer of the commune; a handler unless said otherwise."""
    someone = Officer(
        id="someone", locality="xa-mau", name="Người xem", body=body, roles=roles or (OfficerRole.HANDLER,)
    )
    return replace(someone, **changes)


def a_case(**changes: Any) -> Case:
    """A road with holes: no person, taken in by the Front, forwarded to the People's Committee and received."""
    case = Case(
        id="c1",
        locality="xa-mau",
        code="PA-2026-000001",
        kind=Kind.REPORT,
        subject=Subject.LOCAL_SERVICE,
        topic="infra.road",
        suggested_topic="infra.road",
        state=State.RECEIVED,
        channel="web",
        receiving_body="mttq",
        competent_authority="ubnd",
        profile="default",
        submitted_at=datetime(2026, 11, 2, 1, tzinfo=UTC),
        reporter="r1",
        secrecy=Secrecy.CONFIDENTIAL,
        forwarded_at=datetime(2026, 11, 4, 1, tzinfo=UTC),
        received_on=date(2026, 11, 5),
        due_on=date(2026, 12, 3),
    )
    return replace(case, **changes)


def about(posts: str, topic: str = "official.attitude", **changes: Any) -> Case:
    """The case that a report about the holder of `posts` becomes, still with the receiving body."""
    keys = ("subject_body", "hidden_from", "union", "also_front_deputy", "subject")
    found = way(posts, topic, **{key: changes[key] for key in keys if key in changes})
    kept = {key: value for key, value in changes.items() if key not in ("union", "also_front_deputy")}
    defaults: dict[str, Any] = {
        "subject": Subject.OFFICIAL,
        "topic": topic,
        "state": State.NEEDS_COI_CHECK if found.blocked else State.SUBMITTED,
        "receiving_body": found.receiving_body,
        "competent_authority": found.competent_authority,
        "excluded_bodies": found.excluded_bodies,
        "subject_posts": tuple(posts.split()),
        "forwarded_at": None,
        "received_on": None,
        "due_on": None,
    }
    return a_case(**{**defaults, **kept})


bodies = st.sampled_from([*BODIES, "khoi_dan_van"])
some_posts = st.lists(st.sampled_from(POSTS), max_size=3, unique=True)
some_bodies = st.lists(bodies, max_size=3, unique=True)


def a_draft(text: str, **changes: Any) -> Draft:
    """What a resident is about to send: a road in a hamlet, with a name and a number."""
    draft = Draft(
        text=text,
        topic="infra.road",
        suggested_topic="infra.road",
        subject=Subject.LOCAL_SERVICE,
        hamlet="thon-2",
        secrecy=Secrecy.OPEN,
        name="Nguyễn Văn An",
        phone="0912345678",
    )
    return replace(draft, **changes)
