"""Reprisal against somebody who reported: which bodies must not touch it (COI-7, Luật Tố cáo 25/2018/QH14 art. 8)."""

from __future__ import annotations

from cases.bodies import Directory
from cases.model import BodyRole, Case
from cases.taxonomy import RETALIATION, Taxonomy


def bodies_kept_out(directory: Directory, taxonomy: Taxonomy, original: Case) -> tuple[str, ...]:
    """The bodies the first report was about or kept from, and the authority that answered it.

    That authority knows the person complained of, or is where they work. It stays in only where it watches over
    others (an inspection commission) or is the one that answers for reprisals, unless the report was about itself.
    """
    about = tuple(body for body in (original.subject_body, *original.excluded_bodies) if body)
    handled = directory.successor(original.competent_authority) if original.competent_authority else ""
    if not handled or not directory.has(handled):
        return about
    watches = directory.has_role(handled, BodyRole.OVERSIGHT) or directory.has_role(handled, BodyRole.UPPER)
    answers = handled == directory.successor(taxonomy.topic(RETALIATION).competent)
    return about if watches or answers else (*about, handled)
