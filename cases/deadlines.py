"""How long each step may take: deadline profiles by subject (law or local commitment) and internal targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time

from cases.model import Subject
from cases.reasons import Reason

LAW_PROFILE = "qd124"
DEFAULT_PROFILE = "default"
_TARGET_KEYS = {
    "triage_wd": "triage_wd",
    "forward_wd": "forward_wd",
    "tell_resident_accepted_or_transferred_wd": "tell_resident_wd",
    "no_receipt_confirmation_alert_wd": "no_receipt_alert_wd",
    "relay_reply_to_resident_wd": "relay_wd",
}
_OTHER_TARGETS = frozenset({"auto_receipt_seconds", "cutoff"})


class ClockError(Reason):
    """A step of a clock is refused, or its data are wrong; its sentence is wording data under `why_{code}`."""


@dataclass(frozen=True, slots=True)
class DeadlineProfile:
    """The authority's term in working days from receipt; `max_extended_wd` is the total, not an addition.

    `is_law` is true only where Quy định 124-QĐ/TW gives the number (officials, Party members, deputies);
    elsewhere the same number is a promise of the commune and must not be called law.
    """

    code: str
    reply_wd: int
    max_extended_wd: int
    is_law: bool
    basis: str
    applies_to: tuple[Subject, ...] = ()

    @property
    def basis_key(self) -> str:
        """The text that tells a reader what the term rests on (its value: `commune`)."""
        return "basis_law" if self.is_law else "basis_promise"


def profiles_from_mapping(mapping: Mapping[str, object]) -> dict[str, DeadlineProfile]:
    """Profiles by code, from `deadline_profiles` of the directory. ClockError `profile_…` names what is wrong."""
    profiles = {code: _profile(code, entry) for code, entry in mapping.items()}
    if DEFAULT_PROFILE not in profiles:
        raise ClockError("profile_no_default")
    owner: dict[Subject, str] = {}
    for profile in profiles.values():
        for subject in profile.applies_to:
            if subject in owner:
                raise ClockError("profile_twice", what=subject.value, one=owner[subject], other=profile.code)
            owner[subject] = profile.code
    return profiles


def profile_for(subject: Subject, profiles: Mapping[str, DeadlineProfile]) -> DeadlineProfile:
    """The profile whose `applies_to` names the subject, else the default one."""
    for profile in profiles.values():
        if subject in profile.applies_to:
            return profile
    return profiles[DEFAULT_PROFILE]


@dataclass(frozen=True, slots=True)
class InternalTargets:
    """Promises of the service, in working days; not law. `cutoff` is the local hour that ends a triage day."""

    triage_wd: int = 2
    forward_wd: int = 5
    tell_resident_wd: int = 10  # Quy định 11-QĐi/TW; Luật Tiếp công dân 2013, art. 28
    no_receipt_alert_wd: int = 2
    relay_wd: int = 3
    cutoff: time | None = time(16, 30)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, object]) -> InternalTargets:
        """From `internal_targets` of the directory. ClockError for an unknown key or a bad value."""
        known = _TARGET_KEYS.keys() | _TARGET_KEYS.values() | _OTHER_TARGETS
        if strange := sorted(key for key in mapping if key not in known):
            raise ClockError("data_strange_keys", where="internal_targets", what=", ".join(strange))
        days = {
            _TARGET_KEYS.get(key, key): whole_days(f"internal_targets.{key}", value)
            for key, value in mapping.items()
            if key not in _OTHER_TARGETS
        }
        return cls(**days, cutoff=_cutoff(mapping["cutoff"]) if "cutoff" in mapping else cls().cutoff)


def _profile(code: str, entry: object) -> DeadlineProfile:
    where = f"deadline_profiles.{code}"
    if not isinstance(entry, Mapping):
        raise ClockError("profile_shape", where=where)
    reply = whole_days(f"{where}.reply_wd", entry.get("reply_wd"))
    longest = whole_days(f"{where}.max_extended_wd", entry.get("max_extended_wd"))
    if longest < reply:
        raise ClockError("profile_total", where=where)
    return DeadlineProfile(
        code=code,
        reply_wd=reply,
        max_extended_wd=longest,
        is_law=entry.get("is_law", code == LAW_PROFILE) is True,
        basis=str(entry.get("basis") or ""),
        applies_to=_subjects(where, entry.get("applies_to") or ()),
    )


def _subjects(where: str, names: object) -> tuple[Subject, ...]:
    if not isinstance(names, Iterable) or isinstance(names, str):
        raise ClockError("data_no_list", where=f"{where}.applies_to")
    try:
        return tuple(Subject(name) for name in names)
    except ValueError as error:
        raise ClockError("profile_subject", where=f"{where}.applies_to", what=str(error)) from error


def whole_days(where: str, value: object) -> int:
    """A number of working days, at least one; ClockError `data_days` names where it stands."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ClockError("data_days", where=where, what=repr(value))
    return value


def hour(where: str, value: object) -> time:
    """A local hour; ClockError `data_hour`. YAML 1.1 reads an unquoted 16:30 as the number 990."""
    if isinstance(value, time):
        return value
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return time(value // 60, value % 60)
        return time.fromisoformat(str(value))
    except ValueError as error:
        raise ClockError("data_hour", where=where, what=repr(value)) from error


def _cutoff(value: object) -> time | None:
    """None means that the whole day counts."""
    return None if value is None else hour("internal_targets.cutoff", value)
