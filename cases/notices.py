"""News sent without being asked: to the reporter of a case and to officers, each with its own offered answers.

A button carries a random handle; what it means (case, action, options) is kept with the chat it was sent to, so a
forged or old value selects nothing. Notices to residents name the case number only, never what was reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cases.messages import Choice, Outgoing, Template
from cases.model import Case, Officer
from cases.ports import Chat, UnitOfWork
from cases.rules import Rules
from cases.sealing import TOLD_ELSEWHERE

KEPT_OFFERS = 12  # notices with buttons remembered per chat; an older button is answered politely


def offer_in(chat: Chat, handle: str, choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """Make these the present offer of the conversation; returns the choices as they go out."""
    chat.talk["offer"] = [handle, [[choice.value, choice.label] for choice in choices]]
    return tuple(Choice(f"{handle}.{number}", choice.label) for number, choice in enumerate(choices))


def offer_standing(chat: Chat, handle: str, action: str, case_id: str, choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """Remember a notice's choices beside the conversation; returns the choices as they go out."""
    standing: list[Any] = list(chat.talk.get("standing", []))  # type: ignore[call-overload]
    standing.append([handle, action, case_id, [[choice.value, choice.label] for choice in choices]])
    chat.talk["standing"] = standing[-KEPT_OFFERS:]
    return tuple(Choice(f"{handle}.{number}", choice.label) for number, choice in enumerate(choices))


def officers_around(unit: UnitOfWork, rules: Rules, locality: str) -> list[Officer]:
    """Officers of a commune and of the province above it: some cases are received there."""
    above = rules.book.localities[locality].parent
    return [*unit.people.officers(locality), *(unit.people.officers(above) if above else ())]


def tell_reporter(
    unit: UnitOfWork,
    rules: Rules,
    case: Case,
    key: str,
    now: datetime,
    effect: str,
    *,
    action: str = "",
    values: tuple[str, ...] = (),
    **fill: object,
) -> bool:
    """Queue a notice to the person behind a case; False when there is nobody to tell or it was told before.

    `action` with `values` (in the order of the text's labels) offers answers, handled by that standing action.
    """
    reporter = unit.people.reporter(case.reporter) if case.reporter else None
    chat = unit.chats.get(reporter.chat_key) if reporter else None
    if chat is None:
        return False
    fill = {**rules.commune_values(case.locality), "case_code": case.code, **fill}
    quiet = bool(case.sealed_to) and key in TOLD_ELSEWHERE
    text = rules.wording.say("sealed_news" if quiet else key, chat.lang, **fill)
    choices: tuple[Choice, ...] = ()
    if action:
        labels = rules.wording.labels(key, chat.lang)
        offered = [Choice(value, label) for value, label in zip(values, labels, strict=True)]
        choices = offer_standing(chat, unit.new_id()[:8], action, case.id, offered)
    template = Template(
        "case_news", (("ticket_code", case.code), ("status", rules.wording.say(f"state_{case.state}", chat.lang)))
    )
    queued = unit.outbox.say(
        chat, Outgoing(text, choices, template=template), f"case:{case.id}:{effect}", case_id=case.id, purpose="notice"
    )
    if action and queued:
        unit.chats.save(chat)
    return queued


def tell_officer(
    unit: UnitOfWork, rules: Rules, officer: Officer, key: str, effect: str, case_id: str, **fill: object
) -> bool:
    """Queue a notice to an officer's linked chat: code, topic and dates, never content or identity."""
    chat = unit.chats.get(officer.chat) if officer.chat else None
    if chat is None:
        return False
    text = rules.wording.say(key, chat.lang, **{**rules.commune_values(officer.locality), **fill})
    return unit.outbox.say(
        chat, Outgoing(text), f"case:{case_id}:{effect}:{officer.id}", case_id=case_id, purpose="notice"
    )
