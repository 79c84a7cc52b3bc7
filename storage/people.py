"""Officers, their one-time codes, and the identity vault that lies apart from the cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cases.model import Officer, OfficerRole, Secrecy
from cases.ports import Invitation, Reporter
from storage.case_keys import CaseKeyStore, wrapped_key
from storage.hot import Hot
from storage.keys import KeyRing
from storage.tables import InvitationRow, OfficerRow, ReporterRow, metadata

officer = metadata.tables[str(OfficerRow.__tablename__)]
invitation = metadata.tables[str(InvitationRow.__tablename__)]
reporter = metadata.tables[str(ReporterRow.__tablename__)]
PLACE_PERSON = "officer.sealed_person"
PLACE_IDENTITY = "reporter.sealed_identity"
_OFFICER = select(officer).where(officer.c.id == bindparam("wanted"))
_OFFICER_LOCKED = _OFFICER.with_for_update()
_ACTIVE = select(officer).where(officer.c.locality == bindparam("place"), officer.c.active).order_by(officer.c.id)
_REPORTERS = select(reporter, wrapped_key(reporter.c.case_id))
_OFFICERS = Hot(_ACTIVE)
_OFFICERS_OF = Hot(_ACTIVE.where(officer.c.body == bindparam("of")))


def _upsert(insertion: Any) -> Any:
    fresh = {column.name: insertion.excluded[column.name] for column in reporter.columns if column.name != "ref"}
    return insertion.on_conflict_do_update(index_elements=["ref"], set_=fresh)


_SAVE_REPORTER = Hot(
    {"sqlite": _upsert(sqlite.insert(reporter)), "postgresql": _upsert(postgresql.insert(reporter))},
    reporter.columns.keys(),
)


class PeopleStore:
    """See `cases.ports.People`."""

    def __init__(self, connection: Connection, keys: KeyRing, case_keys: CaseKeyStore, *, locking: bool = True) -> None:
        self._connection = connection
        self._case_keys = case_keys
        self._by_id = _OFFICER_LOCKED if locking else _OFFICER
        self._keys = keys

    def officer(self, officer_id: str) -> Officer | None:
        row = self._connection.execute(self._by_id, {"wanted": officer_id}).first()
        return self._officer(row) if row is not None else None

    def officers(self, locality: str, body: str = "") -> Sequence[Officer]:
        statement = _OFFICERS_OF if body else _OFFICERS
        return [self._officer(row) for row in statement.rows(self._connection, {"place": locality, "of": body})]

    def save_officer(self, entry: Officer) -> None:
        person = {
            "name": entry.name,
            "post": entry.post,
            "extra_posts": entry.extra_posts,
            "hamlet": entry.hamlet,
            "relatives": entry.relatives,
        }
        values = {
            "locality": entry.locality,
            "body": entry.body,
            "roles": " ".join(entry.roles),
            "active": entry.active,
            "chat": entry.chat,
            "pin_hash": entry.pin_hash,
            "unlocked_until": entry.unlocked_until,
            "pin_failures": entry.pin_failures,
            "sealed_person": self._keys.seal_json(PLACE_PERSON, entry.id, person),
        }
        done = self._connection.execute(update(officer).where(officer.c.id == entry.id).values(values))
        if done.rowcount == 0:
            self._connection.execute(insert(officer), {"id": entry.id, **values})

    def _officer(self, row: Any) -> Officer:
        person = self._keys.open_json(PLACE_PERSON, row.id, row.sealed_person)
        return Officer(
            id=row.id,
            locality=row.locality,
            name=person["name"],
            body=row.body,
            roles=tuple(OfficerRole(role) for role in row.roles.split()),
            post=person["post"],
            extra_posts=tuple(person["extra_posts"]),
            hamlet=person["hamlet"],
            relatives=tuple(person["relatives"]),
            active=row.active,
            pin_hash=row.pin_hash,
            chat=row.chat,
            unlocked_until=row.unlocked_until,
            pin_failures=row.pin_failures,
        )

    def invite(self, code: str, entry: Invitation) -> None:
        key = self._keys.lookup("invitation", code)
        self._connection.execute(
            insert(invitation), {"code": key, "officer_id": entry.officer_id, "expires_at": entry.expires_at}
        )

    def claim_invitation(self, code: str, now: datetime) -> Invitation | None:
        key = self._keys.lookup("invitation", code)
        row = self._connection.execute(
            update(invitation)
            .where(invitation.c.code == key, invitation.c.used_at.is_(None), invitation.c.expires_at > now)
            .values(used_at=now)
            .returning(invitation.c.officer_id, invitation.c.expires_at)
        ).first()
        return Invitation(row.officer_id, row.expires_at) if row is not None else None

    def reporter(self, ref: str) -> Reporter | None:
        row = self._connection.execute(_REPORTERS.where(reporter.c.ref == ref)).first()
        return self._reporter(row) if row is not None else None

    def reporters_of_chat(self, chat_key: str) -> Sequence[Reporter]:
        rows = self._connection.execute(
            _REPORTERS.where(reporter.c.chat_key == chat_key).order_by(reporter.c.created_at)
        )
        return [self._reporter(row) for row in rows]

    def save_reporter(self, entry: Reporter) -> None:
        sealer = self._case_keys.of(entry.case_id)
        values = {
            "ref": entry.ref,
            "case_id": entry.case_id,
            "chat_key": entry.chat_key,
            "secrecy": entry.secrecy.value,
            "lang": entry.lang,
            "consent_version": entry.consent_version,
            "consent_at": entry.consent_at,
            "created_at": entry.created_at,
            "drop_after": entry.drop_after,
            "sealed_identity": sealer.seal_json(PLACE_IDENTITY, entry.ref, [entry.name, entry.phone]),
        }
        _SAVE_REPORTER.change(self._connection, values)

    def drop_reporter(self, ref: str) -> None:
        self._connection.execute(delete(reporter).where(reporter.c.ref == ref))

    def _reporter(self, row: Any) -> Reporter:
        sealer = self._case_keys.know(row.case_id, row.case_key)
        name, phone = sealer.open_json(PLACE_IDENTITY, row.ref, row.sealed_identity)
        return Reporter(
            ref=row.ref,
            case_id=row.case_id,
            chat_key=row.chat_key,
            secrecy=Secrecy(row.secrecy),
            name=name,
            phone=phone,
            lang=row.lang,
            consent_version=row.consent_version,
            consent_at=row.consent_at,
            created_at=row.created_at,
            drop_after=row.drop_after,
        )
