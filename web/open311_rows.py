"""Rows of Open311 answers: a kind of request, a field to fill in, a published result."""

from __future__ import annotations

from datetime import date
from typing import Any

from cases.calendar import local_midnight
from cases.taxonomy import Topic
from storage.board import Result
from web.board_labels import Labels


def service_row(labels: Labels, topic: Topic) -> dict[str, Any]:
    """A kind of request. `batch`: a token comes back at once, the id when the result is published."""
    return {
        "service_code": topic.code,
        "service_name": topic.label,
        "description": labels.say("o311_service", group=labels.group(topic.code.partition(".")[0]), topic=topic.label),
        "metadata": True,
        "type": "batch",
        "keywords": ", ".join((topic.label, labels.group(topic.code.partition(".")[0]))),
        "group": labels.group(topic.code.partition(".")[0]),
    }


def attribute_row(order: int, code: str, datatype: str, description: str, *, variable: bool = True) -> dict[str, Any]:
    """A field of a service definition; `variable` False only tells something."""
    return {
        "variable": variable,
        "code": code,
        "datatype": datatype,
        "required": False,
        "datatype_description": None,
        "order": order,
        "description": description,
    }


def request_row(labels: Labels, result: Result) -> dict[str, Any]:
    """One published result in the specification's words; no point on a map, no file, no person."""
    place = labels.hamlet(result.locality, result.hamlet)
    return {
        "service_request_id": result.public_id,
        "status": "closed",
        "status_notes": result.answer,
        "service_name": labels.topic(result.topic),
        "service_code": result.topic,
        "description": result.summary,
        "agency_responsible": labels.authority(result.locality, result.authority),
        "service_notice": labels.say("o311_rounded_month" if result.by_month else "o311_rounded_week"),
        "requested_datetime": _midnight(result.received_on),
        "updated_datetime": _midnight(result.answered_on),
        "expected_datetime": _midnight(result.due_on),
        "address": ", ".join(part for part in (place, labels.commune(result.locality)) if part),
        "address_id": result.work or result.hamlet or None,
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
    }


def _midnight(day: date | None) -> str | None:
    return None if day is None else local_midnight(day).strftime("%Y-%m-%dT%H:%M:%SZ")
