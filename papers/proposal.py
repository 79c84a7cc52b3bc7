"""What is proposed for every part of a paper before the clerk looks at it: sentences of the wording data, to whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cases.calendar import vn_date
from cases.model import BodyRole, Kind
from cases.papers import Paper, allowed_recipients
from cases.redaction import redact
from cases.routing import forwarder_of
from cases.spelling_out import spelt_out
from papers.facts import Facts, values_of
from papers.forms import PARTS, Part

Values = Mapping[str, str]


def proposed(facts: Facts) -> dict[str, str]:
    """Every part of the paper by its name, as it would be typed."""
    values = values_of(facts)
    return {part.name: _part(facts, part, values) for part in PARTS[facts.paper]}


def _part(facts: Facts, part: Part, values: Values) -> str:
    own = _OWN.get((facts.paper, part.name)) or _OWN.get((None, part.name))
    if own is not None:
        return own(facts, values)
    key = f"{facts.paper}_{part.name}"
    if facts.rules.wording.has(f"paper_{key}"):
        return facts.say(key, **values)
    return values.get(part.name, "")


# -- to whom --------------------------------------------------------------------------------------------------------


def _addressees(facts: Facts, values: Values) -> str:
    if facts.paper in (Paper.GUIDANCE, Paper.RESULT):
        return facts.say("nobody", case_code=facts.case.code)
    if facts.paper in (Paper.EXTENSION, Paper.REPLY_COVER):
        return "\n".join(facts.body(code) for code in _supervisors(facts))
    if facts.paper is Paper.INVITATION:
        return f"{values['authority']}\n{values['receiving_body']}"
    above = [_reported(facts, code) for code in _party_above(facts)] if _again(facts) else []
    return "\n".join([values["authority"], *above])


def _again(facts: Facts) -> bool:
    """From the second urging on the Party committee is addressed too."""
    return facts.paper is Paper.URGING and facts.letter > 1


def _party_above(facts: Facts) -> list[str]:
    """The Party committee an overdue case goes up to, unless the case concerns it."""
    chain = facts.directory.escalation(facts.case.competent_authority)
    party = [code for code in chain if facts.directory.body(code).group == "party"]
    return list(allowed_recipients(facts.case, facts.directory, party)[:1])


def _supervisors(facts: Facts) -> list[str]:
    """The body that forwarded, and the one that took the case in."""
    case = facts.case
    forwarder = forwarder_of(facts.directory, case.receiving_body, case.excluded_bodies)
    return list(allowed_recipients(case, facts.directory, (forwarder, case.receiving_body)))


def _recipients(facts: Facts, values: Values) -> str:
    lines = [facts.say("here")] if facts.paper not in (Paper.RECEIPT, Paper.PUBLICATION) else []
    if facts.paper is Paper.RECEIPT:
        lines.append(facts.say("nobody", case_code=facts.case.code))
    lines += _copies(facts)
    if facts.paper is Paper.PUBLICATION:
        return "\n".join([*lines, facts.say("file_public")])
    key = "file_party" if facts.issuer.style == "party" else "file"
    return "\n".join([*lines, facts.say(key, case_code=facts.case.code)])


def _copies(facts: Facts) -> list[str]:
    """Follow-up bodies of what goes between desk and authority; an urging letter also to whom it is reported."""
    if facts.paper not in (Paper.FORWARDING, Paper.URGING, Paper.EXTENSION, Paper.REPLY_COVER):
        return []
    followers = [body.code for body in facts.directory.bodies_with(BodyRole.FOLLOW_UP)]
    allowed = allowed_recipients(facts.case, facts.directory, followers)
    copies = [facts.say("copy_follow", name=facts.body(code)) for code in allowed if code != facts.home.body]
    if facts.paper is Paper.URGING and not _again(facts):
        copies = [*(_reported(facts, code) for code in _party_above(facts)), *copies]
    return copies


def _reported(facts: Facts, code: str) -> str:
    return facts.say("copy_report", name=facts.body(code))


# -- sentences that depend on the case --------------------------------------------------------------------------------


def _bases(facts: Facts, values: Values) -> str:
    """Law where the profile is law; elsewhere the general directive, and no word of a legal term."""
    keys = ("bases_law", "bases") if facts.profile.is_law else ("bases",)
    return "\n".join(facts.say(key) for key in keys)


def _why_elsewhere(facts: Facts, values: Values) -> str:
    if facts.case.kind is Kind.COMPLAINT:
        return facts.say("guidance_why_complaint")
    if facts.case.kind is Kind.DENUNCIATION:
        return facts.say("guidance_why_denunciation")
    return facts.say("guidance_why", **values)


def _why_there(facts: Facts, values: Values) -> str:
    return facts.say("forwarding_why_person" if values["about"] else "forwarding_why", **values)


def _request(facts: Facts, values: Values) -> str:
    return facts.say("forwarding_request" if values["due_date"] else "forwarding_request_open", **values)


def _urging_opening(facts: Facts, values: Values) -> str:
    return facts.say("urging_opening" if values["received_on"] else "urging_opening_receipt", **values)


def _urging_request(facts: Facts, values: Values) -> str:
    return facts.say("urging_request" if values["received_on"] else "urging_request_receipt", **values)


def _urging_basis(facts: Facts, values: Values) -> str:
    return facts.say("basis_law" if facts.profile.is_law else "basis_promise", **values)


def _read_aloud(facts: Facts, values: Values) -> str:
    return spelt_out(facts.say("loudspeaker_content", **values))


def _matter(facts: Facts, values: Values) -> str:
    return values.get("matter") or facts.say("publication_matter", **values)


def _items(facts: Facts, values: Values) -> str:
    """What the desk noted as asked for and still waits for, else what is usually asked."""
    open_ones = [redact(one.what) for one in facts.asked if one.received_on is None]
    return "\n".join(open_ones) or facts.say("info_request_items")


def _until(facts: Facts, values: Values) -> str:
    days = [one.due_on for one in facts.asked if one.received_on is None]
    return facts.say("info_request_until", info_due=vn_date(max(days)) if days else values["info_due"])


def _meeting(field: str, key: str) -> Callable[[Facts, Values], str]:
    """A fact of the dialogue that the desk noted, else what is usual."""

    def told(facts: Facts, values: Values) -> str:
        noted = redact(str(getattr(facts.meeting, field, "") or ""))
        return noted or facts.say(key, **values)

    return told


def _title(facts: Facts, values: Values) -> str:
    return facts.say(f"{facts.paper}_title")


def _nothing(facts: Facts, values: Values) -> str:
    return ""


_OWN: Mapping[tuple[Paper | None, str], Callable[[Facts, Values], str]] = {
    (None, "to"): _addressees,
    (None, "recipients"): _recipients,
    (None, "bases"): _bases,
    (None, "title"): _title,
    (Paper.GUIDANCE, "why"): _why_elsewhere,
    (Paper.GUIDANCE, "content"): _nothing,  # the resident knows what she wrote
    (Paper.FORWARDING, "why"): _why_there,
    (Paper.FORWARDING, "request"): _request,
    (Paper.URGING, "opening"): _urging_opening,
    (Paper.URGING, "request"): _urging_request,
    (Paper.URGING, "basis"): _urging_basis,
    (Paper.LOUDSPEAKER, "content"): _read_aloud,
    (Paper.PUBLICATION, "matter"): _matter,
    (Paper.INFO_REQUEST, "items"): _items,
    (Paper.INFO_REQUEST, "until"): _until,
    (Paper.INVITATION, "subject"): _meeting("topic", "invitation_subject"),
    (Paper.INVITATION, "time"): _meeting("planned", "invitation_time"),
    (Paper.MINUTES, "content"): _meeting("topic", "minutes_content"),
    (Paper.MINUTES, "members"): _meeting("present", "minutes_members"),
    (Paper.MINUTES, "agreed"): _meeting("minutes", "minutes_agreed"),
}
