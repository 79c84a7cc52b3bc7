"""How long each step may take: deadline profiles by subject (law or local commitment) and internal targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time

from cases.model import Subject

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


class ClockError(ValueError):
    """A step of a clock is refused. `code` is for programs, the text is the Vietnamese sentence for the officer."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


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

    def basis_phrase(self, commune: str) -> str:
        """What the resident is told the term rests on."""
        return "theo quy định" if self.is_law else f"theo cam kết của {commune}"


def profiles_from_mapping(mapping: Mapping[str, object]) -> dict[str, DeadlineProfile]:
    """Profiles by code, from `deadline_profiles` of the directory. ClockError `bad_profile` names what is wrong."""
    profiles = {code: _profile(code, entry) for code, entry in mapping.items()}
    if DEFAULT_PROFILE not in profiles:
        raise ClockError("bad_profile", "deadline_profiles phải có mục default.")
    owner: dict[Subject, str] = {}
    for profile in profiles.values():
        for subject in profile.applies_to:
            if subject in owner:
                sentence = f"deadline_profiles: {subject} nằm trong cả {owner[subject]} và {profile.code}."
                raise ClockError("bad_profile", sentence)
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
        """From `internal_targets` of the directory. ClockError `bad_targets` for an unknown key or a bad value."""
        known = _TARGET_KEYS.keys() | _TARGET_KEYS.values() | _OTHER_TARGETS
        if strange := sorted(key for key in mapping if key not in known):
            raise ClockError("bad_targets", f"internal_targets có khóa lạ: {', '.join(strange)}.")
        days = {
            _TARGET_KEYS.get(key, key): _days("bad_targets", f"internal_targets.{key}", value)
            for key, value in mapping.items()
            if key not in _OTHER_TARGETS
        }
        return cls(**days, cutoff=_cutoff(mapping["cutoff"]) if "cutoff" in mapping else cls().cutoff)


def _profile(code: str, entry: object) -> DeadlineProfile:
    where = f"deadline_profiles.{code}"
    if not isinstance(entry, Mapping):
        raise ClockError("bad_profile", f"{where} phải có dạng {{reply_wd: …, max_extended_wd: …}}.")
    reply = _days("bad_profile", f"{where}.reply_wd", entry.get("reply_wd"))
    longest = _days("bad_profile", f"{where}.max_extended_wd", entry.get("max_extended_wd"))
    if longest < reply:
        raise ClockError("bad_profile", f"{where}: max_extended_wd là tổng số ngày nên không thể nhỏ hơn reply_wd.")
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
        raise ClockError("bad_profile", f"{where}.applies_to phải là một danh sách.")
    try:
        return tuple(Subject(name) for name in names)
    except ValueError as error:
        raise ClockError("bad_profile", f"{where}.applies_to có đối tượng lạ: {error}.") from error


def _days(code: str, where: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ClockError(code, f"{where} phải là số ngày làm việc từ 1 trở lên, không phải {value!r}.")
    return value


def _cutoff(value: object) -> time | None:
    """A local hour; None means the whole day counts. YAML 1.1 reads an unquoted 16:30 as the number 990."""
    if value is None or isinstance(value, time):
        return value
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return time(value // 60, value % 60)
        return time.fromisoformat(str(value))
    except ValueError as error:
        raise ClockError("bad_targets", f"internal_targets.cutoff phải có dạng 16:30, không phải {value!r}.") from error
