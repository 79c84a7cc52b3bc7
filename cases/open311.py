"""Open311 GeoReport v2 as far as it goes here: works and public services, never what a person did.

A request from another system becomes an ordinary report: same routing, same right doors, same conflict rules.
Source: the GeoReport v2 specification (wiki.open311.org/GeoReport_v2).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from cases.bodies import Locality
from cases.intake import Draft
from cases.model import Kind, Secrecy, Subject
from cases.redaction import cover_identity_numbers
from cases.rules import Rules
from cases.suggest import Suggestion
from cases.taxonomy import Taxonomy, Topic

CHANNEL = "open311"
OPEN_SUBJECTS = (Subject.PROJECT, Subject.LOCAL_SERVICE, Subject.ENVIRONMENT)
NO_DESK = ("right_door", "emergency", "faq", "none")
LONGEST = 4_000  # characters of a description, as the specification says
LONGEST_SPAN = timedelta(days=90)
_PHONE = re.compile(r"\+?[\d .\-]{8,16}")


class RequestError(ValueError):
    """A request that is not taken: HTTP status, and the key and values of the sentence that says why."""

    def __init__(self, status: int, key: str, **values: object) -> None:
        super().__init__(key)
        self.status = status
        self.key = key
        self.values = values


def services(taxonomy: Taxonomy) -> list[Topic]:
    """The topics that other systems may send and read."""
    return [
        topic
        for topic in taxonomy.topics.values()
        if topic.subject in OPEN_SUBJECTS and topic.body not in NO_DESK and not topic.number
    ]


def service(taxonomy: Taxonomy, code: str) -> Topic:
    """The topic of a service code; RequestError 400 for none, 404 for another."""
    if not code:
        raise RequestError(400, "no_service")
    found = next((topic for topic in services(taxonomy) if topic.code == code), None)
    if found is None:
        raise RequestError(404, "unknown_service", code=code[:60])
    return found


def jurisdiction(rules: Rules, wanted: str) -> Locality:
    """The commune meant; may be left out where there is one. RequestError 400 for none, 404 for an unknown one."""
    communes = rules.book.communes
    if not wanted and len(communes) == 1:
        return communes[0]
    if not wanted:
        raise RequestError(400, "no_jurisdiction")
    found = next((place for place in communes if place.code == wanted), None)
    if found is None:
        raise RequestError(404, "unknown_jurisdiction", code=wanted[:60])
    return found


def draft_of(rules: Rules, place: Locality, fields: Mapping[str, str]) -> Draft:
    """The report that a request is; RequestError says what is missing, wrong, or belongs elsewhere.

    Names and numbers go to the identity vault; e-mail addresses and device ids are not kept,
    identity numbers are covered as they are in a chat.
    """
    topic = service(rules.taxonomy, fields.get("service_code", ""))
    text = cover_identity_numbers(fields.get("description", "").strip())
    if not text:
        raise RequestError(400, "no_description")
    if len(text) > LONGEST:
        raise RequestError(400, "long_description", most=LONGEST)
    _check_door(rules.suggester.suggest(text), rules)
    draft = Draft(text=text, kind=Kind.REPORT, subject=topic.subject, topic=topic.code, suggested_topic=topic.code)
    _place(draft, place, fields)
    _person(draft, fields)
    media = fields.get("media_url", "").strip()
    if media.startswith(("https://", "http://")) and len(media) < 500:
        draft.text += f"\n\n{media}"  # never fetched: an address can lead anywhere
    draft.happened = cover_identity_numbers(fields.get("attribute[happened]", "").strip())[:200]
    return draft


def _check_door(found: Suggestion, rules: Rules) -> None:
    """What may not come this way: danger, formal complaints and denunciations, and anything about a person."""
    if found.emergency:
        raise RequestError(400, "emergency", number=found.emergency)
    if found.kind in (Kind.DENUNCIATION, Kind.COMPLAINT):
        raise RequestError(400, f"door_{found.kind.value}")
    if found.kind in (Kind.SPAM, Kind.ABUSIVE, Kind.OFF_TOPIC):
        raise RequestError(400, "no_report")
    first = rules.taxonomy.topics.get(found.topics[0]) if found.topics else None
    if found.retaliation or found.subject.is_person or (first is not None and first.subject.is_person):
        raise RequestError(400, "about_person")


def _place(draft: Draft, place: Locality, fields: Mapping[str, str]) -> None:
    """One of lat and long, address_string or address_id (a hamlet's or a work's code) must be there."""
    latitude, longitude = fields.get("lat", "").strip(), fields.get("long", "").strip()
    address = fields.get("address_string", "").strip()
    code = fields.get("address_id", "").strip() or fields.get("attribute[hamlet]", "").strip()
    if not (latitude and longitude) and not address and not code:
        raise RequestError(400, "no_location")
    if latitude or longitude:
        draft.latitude, draft.longitude = _degrees(latitude, 90), _degrees(longitude, 180)
    draft.place = cover_identity_numbers(address)[:300]
    if code:
        hamlet, work = place.hamlet(code), place.work(code)
        if hamlet is None and work is None:
            raise RequestError(400, "unknown_address", code=code[:60])
        draft.work = work.code if work else ""
        draft.hamlet = hamlet.code if hamlet else (work.hamlet if work else "")


def _degrees(text: str, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        raise RequestError(400, "bad_location") from None
    if not math.isfinite(value) or abs(value) > most:
        raise RequestError(400, "bad_location")
    return value


def _person(draft: Draft, fields: Mapping[str, str]) -> None:
    names = (fields.get("first_name", "").strip(), fields.get("last_name", "").strip())
    draft.name = " ".join(name for name in names if name)[:100]
    phone = fields.get("phone", "").strip()
    draft.phone = phone if _PHONE.fullmatch(phone) else ""
    draft.secrecy = Secrecy.CONFIDENTIAL if draft.name or draft.phone else Secrecy.ANONYMOUS


def span(start: str, end: str, now: datetime) -> tuple[date, date]:
    """The days asked for, by default the last 90; RequestError 400 for a wrong date or a longer span."""
    last = _instant(end, now)
    first = _instant(start, min(last, now) - LONGEST_SPAN) if start else last - LONGEST_SPAN
    if not end and start:
        last = min(first + LONGEST_SPAN, now)
    if last - first > LONGEST_SPAN + timedelta(days=1):
        raise RequestError(400, "long_span")
    return first.date(), last.date()


def _instant(text: str, otherwise: datetime) -> datetime:
    """A W3C date or instant (`2010-01-01T00:00:00Z`)."""
    if not text:
        return otherwise
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise RequestError(400, "bad_date") from None
    return found if found.tzinfo else found.replace(tzinfo=otherwise.tzinfo)
