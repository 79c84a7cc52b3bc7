"""Cases that stand at some step when a working day begins."""

from __future__ import annotations

from typing import Any

from cases import answers, authority, forwarding, handling
from cases.calendar import local_date
from cases.intake import Draft, submit
from cases.messages import Address
from cases.model import Case, Outcome, Secrecy, Subject, WrittenReply
from storage.work import StoredWork
from tests.web.console.days_house import House

STORY = "Đường Thôn 2 hỏng nặng, tôi là Nguyễn Văn An. Số 0912345678. Đề nghị xã vá đường trước mùa mưa."


def reported(house: House, story: str = STORY, who: str = "resident") -> Case:
    """A road that a resident reported under her name, on the web page."""
    draft = Draft(
        text=story,
        topic="infra.road",
        suggested_topic="infra.road",
        subject=Subject.LOCAL_SERVICE,
        hamlet="thon-2",
        secrecy=Secrecy.OPEN,
        name="Nguyễn Văn An",
        phone="0912345678",
    )

    def step(unit: StoredWork) -> Case:
        chat = unit.chats.load(Address("web", who))
        chat.locality = "xa-mau"
        unit.chats.save(chat)
        return submit(unit, house.app.rulebook.rules, chat, draft, unit.now).case

    found: Case = house.run(step)
    return found


def act(house: House, use: Any, who: str, case: Case, *rest: Any, **more: Any) -> Case:
    """Run a use case as one of the cast; returns the case as it stands then."""

    def step(unit: StoredWork) -> None:
        use(unit, house.app.rulebook.rules, house.officers[who], unit.cases.get(case.id), *rest, now=unit.now, **more)

    house.run(step)
    return stored(house, case)


def forwarded(house: House, doc_no: str = "12/MTTQ-BTT") -> Case:
    """With the letter on its way to the commune's People's Committee."""
    case = act(house, handling.triage, "handler", reported(house))
    return act(house, forwarding.forward, "handler", case, doc_no, local_date(house.clock()))


def received(house: House) -> Case:
    """Its term running since today."""
    return act(house, authority.acknowledge, "contact", forwarded(house), local_date(house.clock()))


def answered(house: House) -> Case:
    """With a written answer that waits to be passed on."""
    today = local_date(house.clock())
    reply = WrittenReply(
        doc_no="45/UBND",
        doc_date=today,
        signed_by="Trần Văn Bình, Chủ tịch",
        addressees=("mttq",),
        file_id="f",
        file_sha256="0" * 64,
        outcome=Outcome.UPHELD,
        summary="Xã vá đường trước ngày 30 tháng 4.",
        recorded_on=today,
    )
    return act(house, answers.record_reply, "contact", received(house), reply)


def stored(house: House, case: Case) -> Case:
    """The case as it stands."""
    found: Case = house.run(lambda unit: unit.cases.get(case.id))
    return found
