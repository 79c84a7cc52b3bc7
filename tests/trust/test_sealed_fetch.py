"""Who may fetch the boxes of a sealed report, what another body or a newer key opens, and what a changed box does."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from sqlalchemy import select

from cases import sealing
from cases.model import Case, OfficerRole
from storage import sealed_keys
from storage.layout import metadata
from storage.sealed_box import Tampered, key_id, public_of
from storage.work import StoredWork
from tests.trust.sealed_kit import (
    PASSPHRASE,
    PRIVATE,
    STORY,
    UNION_PRIVATE,
    b64,
    give_key,
    opened_bundle,
    picture,
    sealed_case,
    sealing_console,
)
from tests.web.console.case_kit import act, add_officer, shown
from tests.web.console.desk import Clerk, Console


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """One commune that seals, for tests that do not mind each other."""
    with sealing_console(tmp_path_factory.mktemp("shared")) as present:
        give_key(present, "hlhpn", UNION_PRIVATE, {})
        yield present


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    """A commune of one's own."""
    with sealing_console(tmp_path) as present:
        yield present


# -- who may fetch --------------------------------------------------------


async def boxes_of(clerk: Clerk, case: Case) -> tuple[int, bytes]:
    """What the page's script fetches."""
    answer = await clerk.post(f"/console/cases/{case.code}/sealed/boxes")
    return answer.status, answer.body


async def test_the_holder_fetches_boxes_that_open(shared: Console) -> None:
    """The report comes out as it was told, without the name, and the fetching is on record."""
    case = sealed_case(shared, picture=picture("chữ"), name="Nguyễn Thị A", place="sau đình")
    async with shared.clerk("handler") as clerk:
        status, body = await boxes_of(clerk, case)
        bundle = await clerk.post(f"/console/cases/{case.code}/sealed/bundle")
    assert status == 200
    parts = opened_bundle(bundle.body)
    assert [head["what"] for head, _ in parts] == ["report", "file"]
    assert parts[0][0]["told"]["text"] == STORY
    assert parts[0][0]["told"]["place"] == "sau đình"
    assert parts[1][1] == picture("chữ")
    assert parts[1][0]["mime"] == "image/png"
    assert "identity" not in {one["what"] for one in orjson.loads(body)["boxes"]}
    entered = audited(shared, case)
    assert entered == ["sealed_opened", "sealed_opened"]


def audited(console: Console, case: Case) -> list[str]:
    """What the audit says of fetching."""
    entries = metadata.tables["audit_entry"]
    wanted = select(entries.c.what).where(entries.c.case_id == case.id, entries.c.what == "sealed_opened")
    return list(console.run(lambda unit: unit.connection.execute(wanted).scalars().all()))


async def test_a_lost_file_does_not_hold_back_the_rest(shared: Console) -> None:
    """The bundle says what it can; the file's part is there without its content."""
    case = sealed_case(shared, picture=picture())
    (file,) = shared.run(lambda unit: unit.files.of_case(case.id))
    shared.stage.services.vault.drop(file.id)
    async with shared.clerk("handler") as clerk:
        bundle = await clerk.post(f"/console/cases/{case.code}/sealed/bundle")
        assert (await clerk.post(f"/console/cases/{case.code}/sealed/files/{file.id}")).status == 404
    assert bundle.status == 200
    assert [head["what"] for head, _ in opened_bundle(bundle.body)] == ["report"]


@pytest.mark.parametrize("name", ["union", "contact", "follow_up", "oversight", "admin"])
async def test_nobody_else_fetches_anything(shared: Console, name: str) -> None:
    """Another body, the authority, overseers and administrators get what they get for a case that is not there."""
    case = sealed_case(shared, picture=picture())
    (file,) = shared.run(lambda unit: unit.files.of_case(case.id))
    async with shared.clerk(name) as clerk:
        for path in ("sealed/boxes", "sealed/bundle", f"sealed/files/{file.id}", "sealed/share"):
            there = await clerk.post(f"/console/cases/{case.code}/{path}")
            missing = await clerk.post(f"/console/cases/PA-2026-999999/{path}")
            assert (there.status, shown(there.text)) == (missing.status, shown(missing.text))
            assert there.status == 404
        assert (await clerk.get(f"/console/cases/{case.code}/sealed")).status == 404
    assert audited(shared, case) == []


async def test_the_accused_does_not_see_that_it_exists(shared: Console) -> None:
    """A handler of the receiving body who holds the post complained of is shut out, also when enrolled later."""
    case = sealed_case(shared)
    late = add_officer(shared, id="late", roles=(OfficerRole.HANDLER,), post="ct_ubnd")
    shared.officers["late"] = late
    async with shared.clerk("late") as clerk:
        assert (await clerk.get(f"/console/cases/{case.code}")).status == 404
        assert (await boxes_of(clerk, case))[0] == 404
        assert case.code not in (await clerk.get("/console/cases")).text


async def test_the_file_is_not_served_as_an_ordinary_one(shared: Console) -> None:
    """The way files of ordinary cases go has nothing of a sealed one, for its holder either."""
    case = sealed_case(shared, picture=picture())
    (file,) = shared.run(lambda unit: unit.files.of_case(case.id))
    async with shared.clerk("handler") as clerk:
        assert (await clerk.get(f"/console/cases/{case.code}/files/{file.id}")).status == 404
        page = (await clerk.get(f"/console/cases/{case.code}")).text
    assert "🔒" in page
    assert "Mở phản ánh" in page
    assert STORY not in page


async def test_only_the_page_that_opens_may_run_webassembly(shared: Console) -> None:
    """The looser word of the policy stands on this page alone."""
    case = sealed_case(shared)
    async with shared.clerk("handler") as clerk:
        policies = {
            path: (await clerk.get(path)).headers["content-security-policy"]
            for path in (f"/console/cases/{case.code}/sealed", f"/console/cases/{case.code}", "/console/sealed")
        }
    loose = [path for path, policy in policies.items() if "wasm-unsafe-eval" in policy]
    assert loose == [f"/console/cases/{case.code}/sealed"]
    assert "unsafe-inline" not in policies[loose[0]]
    assert "'unsafe-eval'" not in policies[loose[0]]


# -- another body, another key, a changed box -----------------------------


async def test_a_second_body_opens_what_the_first_shared(shared: Console) -> None:
    """Envelopes made by a holder let another body with a key open the report; one that is shut out stays out."""
    from nacl.bindings import crypto_box_seal, crypto_box_seal_open

    union = give_key(shared, "hlhpn", UNION_PRIVATE, {})
    case = sealed_case(shared)
    mine, theirs = key_id(public_of(PRIVATE)), public_of(UNION_PRIVATE)
    async with shared.clerk("handler") as clerk:
        boxes = orjson.loads((await boxes_of(clerk, case))[1])["boxes"]
        keys = {one["id"]: sealed_cases_key(one["envelopes"][mine], crypto_box_seal_open) for one in boxes}
        envelopes = orjson.dumps({name: b64(crypto_box_seal(key, theirs)) for name, key in keys.items()}).decode()
        path = f"/console/cases/{case.code}/sealed/share"
        assert (await clerk.post(path, {"body": "ubnd", "envelopes": envelopes})).status == 404
        done = await clerk.post(path, {"body": "hlhpn", "envelopes": envelopes})
        assert orjson.loads(done.body) == {"added": 1}
    found = shared.run(lambda unit: unit.sealed.boxes(case, {"hlhpn"}))
    assert [list(one.envelopes) for one in found] == [[union]]


def sealed_cases_key(envelope: str, open_: object) -> bytes:
    """The box's own key, as the holder's browser gets it."""
    return bytes(open_(base64.b64decode(envelope), public_of(PRIVATE), PRIVATE))  # type: ignore[operator]


async def test_a_replaced_key_still_opens_the_old_report(console: Console) -> None:
    """New reports go to the new key, the old one keeps what it has."""
    old = sealed_case(console)
    console.clock.move(seconds=60)
    new = give_key(console, "mttq", UNION_PRIVATE, {"handler": PASSPHRASE})
    fresh = sealed_case(console, "another")
    for case, key, private in ((old, key_id(public_of(PRIVATE)), PRIVATE), (fresh, new, UNION_PRIVATE)):
        async with console.clerk("handler") as clerk:
            bundle = (await clerk.post(f"/console/cases/{case.code}/sealed/bundle")).body
        assert {name for one in orjson.loads(bundle)["boxes"] for name in one["envelopes"]} == {key}
        assert opened_bundle(bundle, private)[0][0]["told"]["text"] == STORY


async def test_what_comes_after_the_first_body_was_shut_out_goes_to_the_next(shared: Console) -> None:
    """The person turns out to run the body that holds the key: later words are sealed to who has the case now."""
    case = sealed_case(shared, posts=("truong_thon",), name="", phone="")

    def later(unit: StoredWork) -> None:
        now = replace(case, excluded_bodies=("mttq",), receiving_body="hlhpn")
        sealing.keep_words(unit, now, sealing.VERDICT, "vẫn thế")

    shared.run(later)
    boxes = shared.run(lambda unit: unit.sealed.boxes(case))
    keys = {box.what: set(box.envelopes) for box in boxes}
    assert keys == {"report": {key_id(public_of(PRIVATE))}, "verdict": {key_id(public_of(UNION_PRIVATE))}}


@pytest.mark.parametrize(("name", "agreed"), [("Cán bộ HANDLER", False), ("Người khác", True)])
async def test_a_second_account_is_no_second_person_for_a_key(console: Console, name: str, agreed: bool) -> None:
    """Whoever handles cases and administers by another account cannot put a key in force alone."""
    proposer, admin = console.officers["handler"], console.officers["admin"]
    key = key_id(public_of(UNION_PRIVATE))

    def prepare(unit: StoredWork) -> None:
        unit.people.save_officer(replace(proposer, name="Cán bộ handler"))
        unit.people.save_officer(replace(admin, name=name))
        sealed_keys.propose(unit, "xa-mau", "mttq", key, public_of(UNION_PRIVATE), proposer.id)

    console.run(prepare)
    async with console.clerk("admin") as clerk:
        assert (key in (await clerk.get("/console/sealed")).text) is agreed
        form = {"key": key, "answer": "agree", "last": key[-4:]}
        assert (await clerk.post("/console/sealed/decide", form)).status == 303
    newest = console.run(lambda unit: sealed_keys.newest(unit, "xa-mau", "mttq"))
    assert (newest.id == key) is agreed


@pytest.mark.parametrize("change", ["bit", "swap", "case"])
async def test_a_changed_box_is_refused(shared: Console, change: str) -> None:
    """A flipped bit, the box of another case, and another number are all noticed by whoever opens."""
    first, second = sealed_case(shared), sealed_case(shared, "another")
    async with shared.clerk("handler") as clerk:
        one, other = [
            orjson.loads((await clerk.post(f"/console/cases/{case.code}/sealed/bundle")).body)
            for case in (first, second)
        ]
    if change == "bit":
        content = bytearray(base64.b64decode(one["boxes"][0]["content"]))
        content[40] ^= 1
        one["boxes"][0]["content"] = b64(bytes(content))
    elif change == "swap":
        one["boxes"] = other["boxes"]
    else:
        one["case"] = second.code
    with pytest.raises(Tampered):
        opened_bundle(orjson.dumps(one))


async def test_the_name_is_handed_out_after_two_persons_agreed(shared: Console) -> None:
    """Who sent it lies in a box of its own, which is fetched only while an agreement lasts."""
    from cases import identity

    case = sealed_case(shared, name="Nguyễn Thị A", phone="0912345678")
    request = act(shared, identity.ask, "handler", case, "Cần gặp người gửi để làm rõ")
    async with shared.clerk("handler") as clerk:
        assert b'"identity"' not in (await boxes_of(clerk, case))[1]
        act(shared, identity.agree, "colleague", case, request.id)
        shown_page = (await clerk.post(f"/console/cases/{case.code}/identity/open")).text
        assert "hộp niêm phong" in shown_page
        assert "không để lại tên" not in shown_page
        bundle = (await clerk.post(f"/console/cases/{case.code}/sealed/bundle")).body
    told = {head["what"]: head["told"] for head, _ in opened_bundle(bundle) if head["what"] != "file"}
    assert told["identity"] == {"name": "Nguyễn Thị A", "phone": "0912345678"}


async def test_erasing_who_sent_it_erases_the_box(shared: Console) -> None:
    """`/dulieu` reaches into the sealed report."""
    from cases import resident

    case = sealed_case(shared, name="Nguyễn Thị A")

    def erase(unit: StoredWork) -> None:
        reporter = unit.people.reporter(case.reporter)
        resident.erase_identity(unit, unit.chats.get(reporter.chat_key), unit.now)  # type: ignore[arg-type,union-attr]

    shared.run(erase)
    assert [box.what for box in shared.run(lambda unit: unit.sealed.boxes(case))] == ["report"]


async def test_the_coordinator_sees_the_case_and_opens_nothing(shared: Console) -> None:
    """The Front reads cases of all bodies; the boxes of a report sealed to the women's union are not there for it."""
    case = sealed_case(shared, posts=("truong_thon",), chosen_body="hlhpn")
    assert case.sealed_to == "hlhpn"
    async with shared.clerk("handler") as clerk:
        page = await clerk.get(f"/console/cases/{case.code}")
        assert page.status == 200
        assert "không giữ khóa" in page.text
        assert (await boxes_of(clerk, case))[0] == 404
    async with shared.clerk("union") as clerk:
        assert (await boxes_of(clerk, case))[0] == 200
