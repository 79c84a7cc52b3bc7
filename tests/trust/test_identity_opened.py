"""Who sent a case is opened by two persons of the receiving body, for a reason, for an hour, and the sender is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from cases import identity
from cases.casework import Hidden, Refused
from cases.model import Case, Officer, Secrecy
from storage.audit import entry_table
from storage.work import StoredWork
from tests.handlers.officer_cast import DESK, Bureau, open_bureau  # noqa: F401 - a fixture

WHY = "cần hẹn đo lại đoạn đường"


async def asked(bureau: Bureau, **draft: Any) -> tuple[Case, str]:
    """A case whose sender lan asks to see."""
    case = await bureau.report(text="Đường hỏng nặng", **draft)
    request = await bureau.act(identity.ask, "lan", case, WHY)
    return case, request.id


async def agreed(bureau: Bureau) -> Case:
    """minh agreed."""
    case, request = await asked(bureau)
    await bureau.act(identity.agree, "minh", case, request)
    return case


async def change(bureau: Bureau, case: Case, **changes: Any) -> None:
    """Write the case back changed."""
    found = await bureau.now(case)
    await bureau.office.write(lambda unit: unit.cases.save(replace(found, **changes)))


async def entered(bureau: Bureau, case: Case) -> list[str]:
    """What the chain of the audit says about the identity of this case."""
    about = select(entry_table.c.what).where(entry_table.c.case_id == case.id).order_by(entry_table.c.position)
    found = await bureau.office.read(lambda unit: list(unit.connection.execute(about).scalars()))
    return [what for what in found if what.startswith("identity")]


async def test_nothing_is_shown_to_one_person(bureau: Bureau) -> None:
    """Asking alone opens nothing, and nobody agrees with themselves."""
    case, request = await asked(bureau)
    with pytest.raises(Refused, match="identity_not_agreed"):
        await bureau.act(identity.open_identity, "lan", case)
    with pytest.raises(Refused, match="identity_not_second"):
        await bureau.act(identity.agree, "lan", case, request)


async def test_two_persons_open_it(bureau: Bureau) -> None:
    """Whoever asked sees it; whoever agreed does not; all three steps are in the chain of the audit."""
    case = await agreed(bureau)
    found = await bureau.act(identity.open_identity, "lan", case)
    assert found is not None
    assert (found.name, found.phone) == ("Nguyễn Văn An", "0912345678")
    with pytest.raises(Refused, match="identity_not_agreed"):
        await bureau.act(identity.open_identity, "minh", case)
    assert await entered(bureau, case) == ["identity_asked", "identity_agreed", "identity_opened"]


async def test_it_is_open_for_an_hour(bureau: Bureau) -> None:
    """A second look within it is the same opening; after it a new request is needed."""
    case = await agreed(bureau)
    await bureau.act(identity.open_identity, "lan", case)
    bureau.clock.move(minutes=59)
    await bureau.act(identity.open_identity, "lan", case)
    bureau.clock.move(minutes=2)
    with pytest.raises(Refused, match="identity_not_agreed"):
        await bureau.act(identity.open_identity, "lan", case)
    assert (await bureau.events(case)).count("identity_read") == 1


async def test_an_agreement_lapses(bureau: Bureau) -> None:
    """After three days nobody remembers why."""
    case = await agreed(bureau)
    bureau.clock.move(days=3)
    with pytest.raises(Refused, match="identity_not_agreed"):
        await bureau.act(identity.open_identity, "lan", case)


async def test_the_sender_is_told_and_finds_the_reason(bureau: Bureau) -> None:
    """At once by message, without the reason; in /dulieu with body, time and reason."""
    case = await agreed(bureau)
    await bureau.news()
    await bureau.act(identity.open_identity, "lan", case)
    told = await bureau.news()
    assert "vừa xem tên" in told
    assert WHY not in told
    moved = Officer("lan", "xa-mau", "lan", "ubnd", DESK)
    await bureau.office.write(lambda unit: unit.people.save_officer(moved))  # it was the Front all the same
    resident = bureau.person("resident")
    await resident.says("/dulieu")
    seen = await resident.taps("Xem")
    assert WHY in seen
    assert "Mặt trận Tổ quốc" in seen


async def test_who_may_be_the_second_person(bureau: Bureau) -> None:
    """Another officer of the receiving body who reads the case: no union, authority, province, administrator."""
    case = await bureau.report()

    def step(unit: StoredWork) -> list[str]:
        directory = bureau.rules.directory_of(case, unit.now)
        asker = unit.people.officer("lan")
        assert asker is not None
        return [one.id for one in identity.seconds(unit, directory, case, asker)]

    assert await bureau.office.read(step) == ["minh"]


@pytest.mark.parametrize("how", ["excluded", "relative"])
async def test_nobody_shut_out_is_a_second_person(bureau: Bureau, how: str) -> None:
    """Neither who is shut out of the case nor a declared relative of the asker."""
    case = await bureau.report()
    if how == "excluded":
        await change(bureau, case, excluded_officers=("minh",))
    else:
        kin = Officer("minh", "xa-mau", "minh", "mttq", DESK, relatives=("lan",))
        await bureau.office.write(lambda unit: unit.people.save_officer(kin))
    with pytest.raises(Refused, match="identity_nobody"):
        await bureau.act(identity.ask, "lan", case, WHY)


async def test_two_accounts_of_one_name_are_one_person(bureau: Bureau) -> None:
    """Whoever has a second account at the desk does not agree with herself from there."""
    case = await bureau.report()
    twice = Officer("minh", "xa-mau", "can bo LAN", "mttq", DESK)
    await bureau.office.write(lambda unit: unit.people.save_officer(twice))
    with pytest.raises(Refused, match="identity_nobody"):
        await bureau.act(identity.ask, "lan", case, WHY)


@pytest.mark.parametrize("answer", [(identity.agree,), (identity.decline, "nhắn qua trang được")])
async def test_whoever_was_shut_out_hears_no_answer(bureau: Bureau, answer: tuple[Any, ...]) -> None:
    """Named as the accused after asking: no message speaks of the case any more."""
    case, request = await asked(bureau)
    await bureau.news("lan")
    await change(bureau, case, excluded_officers=("lan",))
    await bureau.act(answer[0], "minh", case, request, *answer[1:])
    assert case.code not in await bureau.news("lan")


@pytest.mark.parametrize("who", ["lan", "minh"])
async def test_an_agreement_falls_with_either_person(bureau: Bureau, who: str) -> None:
    """Named as the accused after the agreement, before the opening: the asker finds no case, or no agreement."""
    case = await agreed(bureau)
    await change(bureau, case, excluded_officers=(who,))
    with pytest.raises((Hidden, Refused)):
        await bureau.act(identity.open_identity, "lan", case)
    assert "identity_read" not in await bureau.events(case)


@pytest.mark.parametrize("who", ["tuan", "hoa", "quang", "an", "kim"])
async def test_others_learn_nothing(bureau: Bureau, who: str) -> None:
    """Authority, union, oversight, administrator, province: refused, or there is no such case."""
    case, request = await asked(bureau, secrecy=Secrecy.CONFIDENTIAL)
    for use, more in ((identity.ask, (WHY,)), (identity.agree, (request,)), (identity.open_identity, ())):
        with pytest.raises((Hidden, Refused)):
            await bureau.act(use, who, case, *more)


async def test_no_contact_left_is_said(bureau: Bureau) -> None:
    """Nobody is asked to agree to nothing."""
    case = await bureau.report(name="", phone="")
    with pytest.raises(Refused, match="identity_none"):
        await bureau.act(identity.ask, "lan", case, WHY)


async def test_an_anonymous_sender_stays_so(bureau: Bureau) -> None:
    """Whatever was left, the sender's wish stands."""
    case = await bureau.report(secrecy=Secrecy.ANONYMOUS)
    with pytest.raises(Refused, match="identity_closed"):
        await bureau.act(identity.ask, "lan", case, WHY)


async def test_the_second_person_says_no(bureau: Bureau) -> None:
    """With a word to the asker, who may ask again."""
    case, request = await asked(bureau)
    with pytest.raises(Refused, match="no_reason"):
        await bureau.act(identity.decline, "minh", case, request, " ")
    await bureau.act(identity.decline, "minh", case, request, "nhắn qua trang được")
    assert "không đồng ý" in await bureau.news("lan")
    with pytest.raises(Refused, match="identity_gone"):
        await bureau.act(identity.agree, "minh", case, request)
    assert await bureau.act(identity.ask, "lan", case, WHY)


async def test_two_cases_of_one_person_have_two_names(bureau: Bureau) -> None:
    """The names staff use say nothing of who sent what."""
    first, second = await bureau.report(), await bureau.report()
    names = await bureau.office.read(
        lambda unit: [identity.alias(unit, bureau.rules, case) for case in (first, second)]
    )
    assert len(set(names)) == 2
    assert names[0].endswith(first.code[-6:].lstrip("0"))
