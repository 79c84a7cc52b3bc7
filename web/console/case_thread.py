"""The conversation with the sender as one thread: her words, the desk's, and the news sent by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cases.model import CaseEvent
from storage.desk_thread import Delivery, Sent, reachable, sent_to_reporter
from web.console.case_fields import Work

_HERS = {
    "added",
    "verdict",
    "verdict_reason",
    "dialogue_asked",
    "appealed",
    "appeal_words",
    "withdrawn",
    "continues_without_identity",
}
_DESKS = {"asked_info": "question", "wrote": "text"}


@dataclass(frozen=True, slots=True)
class Said:
    """One line. `side` is hers, desk or news; `delivery` is empty for her own words."""

    at: datetime
    side: str
    who: str
    text: str
    delivery: str = ""


def thread_of(work: Work, names: Mapping[str, str]) -> list[Said]:
    """Everything said between the desk and the sender since the report, oldest first."""
    history = work.unit.cases.history(work.case.id)
    sent = sent_to_reporter(work.unit, work.case)
    lines = [_hers(work, event) for event in history if event.what in _HERS and event.actor == "resident"]
    lines += _desks(work, [event for event in history if event.what in _DESKS], sent, names)
    lines += [_news(work, one) for one in sent if _topic(one) not in ("asked", "wrote")]
    return sorted(lines, key=lambda line: line.at)


def can_write(work: Work) -> bool:
    """Whether somebody is left to write to, on a channel that takes messages."""
    return bool(work.case.reporter) and reachable(work.unit, work.case)


def _hers(work: Work, event: CaseEvent) -> Said:
    if event.what == "added":
        text = str(event.data.get("text", ""))
        files = int(str(event.data.get("files") or 0))
        parts = [text, work.word("thread_files", n=files) if files else ""]
        return Said(event.at, "hers", "", "\n".join(part for part in parts if part))
    if event.what in ("verdict_reason", "appeal_words"):
        return Said(event.at, "hers", "", str(event.data.get("text", "")))
    if event.what == "verdict":
        return Said(event.at, "hers", "", work.common(f"verdict_{event.data.get('verdict')}"))
    return Said(event.at, "hers", "", work.common(f"event_{event.what}"))


def _desks(work: Work, events: list[CaseEvent], sent: list[Sent], names: Mapping[str, str]) -> list[Said]:
    """The desk's words with what became of each; questions are paired in order, newest with newest."""
    asked = [one for one in sent if _topic(one) == "asked"]
    by_effect = {one.effect: one for one in sent}
    lines = []
    for event in reversed(events):
        if event.what == "wrote":
            found = by_effect.get(str(event.data.get("effect", "")))
        else:
            found = asked.pop() if asked else None
        # Rows long delivered are forgotten with time; what is gone from the table was settled.
        gone = Delivery.NOBODY if not work.case.reporter else Delivery.SENT
        state = found.delivery if found else gone
        text = str(event.data.get(_DESKS[event.what], ""))
        lines.append(Said(event.at, "desk", names.get(event.actor, ""), text, state.value))
    return lines


def _news(work: Work, sent: Sent) -> Said:
    key = f"console_case_news_{_topic(sent)}"
    text = work.rules.wording.say(key, work.lang) if work.rules.wording.has(key) else work.word("news_other")
    return Said(sent.at, "news", "", text, sent.delivery.value)


def _topic(sent: Sent) -> str:
    return sent.effect.partition(":")[0]
