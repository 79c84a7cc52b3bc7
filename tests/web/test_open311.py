"""Open311 GeoReport v2 over HTTP: services, requests in through the ordinary intake, published requests out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as Tree

import pytest

from cases.model import Case, Secrecy, State
from cases.ports import CaseQuery
from storage import board_open311 as keys
from storage.work import StoredWork
from tests.web.board_kit import board_at, result, rules
from tests.web.stage import Stage
from tests.web.visitor import Answer, Visitor, visiting

ROOT = "/open311/v2"
REPORT = {
    "service_code": "infra.road",
    "description": "Đường Thôn 2 có nhiều ổ gà, xe máy hay ngã, đề nghị sửa.",
    "address_id": "thon-2",
}
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A commune with a few results."""

    def fill(unit: StoredWork) -> None:
        result(unit, public_id="road000001", due_on=date(2026, 11, 2))
        result(unit, public_id="waste00002", topic="env.waste", hamlet="", summary="Rác <b> & ]]>")
        result(unit, public_id="person0003", topic="official.attitude", authority="~state", by_month=True)
        result(unit, public_id="longago004", received_on=date(2026, 1, 5))

    with board_at(tmp_path_factory.mktemp("open311"), fill) as stage:
        yield stage


@pytest.fixture
async def client(city: Stage) -> AsyncIterator[Visitor]:
    """Another system."""
    async with visiting(city.url) as visitor:
        yield visitor


@pytest.fixture(scope="module")
def key(city: Stage) -> str:
    """Its key."""
    return str(city.run(lambda unit: keys.make_key(unit, "xa-mau", "Cổng tỉnh", "admin")))


async def send(client: Visitor, key: str, form: str = "json", **changes: str) -> Answer:
    """A request as other systems send it."""
    fields = {"api_key": key, **REPORT, **changes}
    return await client.ask("POST", f"{ROOT}/requests.{form}", data=urlencode(fields), headers=FORM)


def cases(city: Stage) -> list[Case]:
    """Everything that was taken in, in the order of its numbers."""
    found = city.run(lambda unit: unit.cases.find(CaseQuery(locality="xa-mau")))
    return sorted(found, key=lambda case: str(case.code))


# -- reading --------------------------------------------------------------------------------------------------------


async def test_discovery_names_the_endpoint_and_its_forms(client: Visitor) -> None:
    """XML first, for the standard requires it."""
    found = (await client.get(f"{ROOT}/discovery.json")).json
    assert found["endpoints"][0]["url"].endswith("/open311/v2")
    assert found["endpoints"][0]["formats"] == ["text/xml", "application/json"]


async def test_services_are_works_and_public_services_never_people(client: Visitor) -> None:
    """Every code is such a topic; each says that a token comes first."""
    found = (await client.get(f"{ROOT}/services.json")).json
    topics = rules().taxonomy.topics
    assert {topics[one["service_code"]].subject.value for one in found} == {"project", "local_service", "environment"}
    assert {one["type"] for one in found} == {"batch"}


async def test_a_definition_offers_the_hamlets(client: Visitor) -> None:
    """As the values of a list, in XML."""
    tree = Tree.fromstring((await client.get(f"{ROOT}/services/infra.road.xml")).body)
    assert [value.findtext("key") for value in tree.iter("value")] == ["thon-1", "thon-2", "thon-3"]
    assert tree.findtext("service_code") == "infra.road"


async def test_published_requests_come_out_rounded_and_without_people(client: Visitor) -> None:
    """Only open services, only the last 90 days, no point on a map; the week's Monday in Vietnam."""
    found = {one["service_request_id"]: one for one in (await client.get(f"{ROOT}/requests.json")).json}
    assert set(found) == {"road000001", "waste00002"}
    road = found["road000001"]
    assert road["requested_datetime"] == "2026-10-04T17:00:00Z"
    assert road["expected_datetime"] == "2026-11-01T17:00:00Z"
    assert road["agency_responsible"] == "Ủy ban nhân dân xã Mẫu"
    assert (road["lat"], road["long"], road["status"]) == (None, None, "closed")


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("service_code=env.waste", {"waste00002"}),
        ("service_code=infra.road,env.waste", {"road000001", "waste00002"}),
        ("service_code=official.attitude", set()),
        ("status=open", set()),
        ("status=open,closed", {"road000001", "waste00002"}),
        ("start_date=2026-01-01T00:00:00Z&end_date=2026-02-01T00:00:00Z", {"longago004"}),
        ("service_request_id=longago004,road000001,person0003", {"longago004", "road000001"}),
        ("jurisdiction_id=xa-mau&service_code=", {"road000001", "waste00002"}),
        ("page_size=1&page=2", {"waste00002"}),
    ],
)
async def test_requests_are_filtered_as_the_standard_says(client: Visitor, query: str, ids: set[str]) -> None:
    """Codes, status, dates, ids; an empty argument is none."""
    found = {one["service_request_id"] for one in (await client.get(f"{ROOT}/requests.json?{query}")).json}
    assert found == ids or (query.startswith("page_size") and len(found) == 1)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("services.json?jurisdiction_id=elsewhere", 404),
        ("services/official.attitude.json", 404),
        ("requests/person0003.json", 404),
        ("requests/nothing.json", 404),
        ("tokens/nothing.json", 404),
        ("requests.json?start_date=yesterday", 400),
        ("requests.json?start_date=2026-01-01T00:00:00Z&end_date=2026-09-01T00:00:00Z", 400),
        ("services.txt", 404),
    ],
)
async def test_errors_have_the_standards_form(client: Visitor, path: str, status: int) -> None:
    """The status again as code, and what was wrong in words."""
    answer = await client.get(f"{ROOT}/{path}")
    told = answer.json[0] if path.split("?")[0].endswith("json") else _error(answer)
    assert (answer.status, int(told["code"]), bool(told["description"])) == (status, status, True)


def _error(answer: Answer) -> dict[str, Any]:
    return {part.tag: part.text for part in Tree.fromstring(answer.body)[0]}


async def test_both_forms_say_the_same(client: Visitor) -> None:
    """XML is escaped, JSON follows from it, and each names its type."""
    rows = (await client.get(f"{ROOT}/requests.json")).json
    answer = await client.get(f"{ROOT}/requests.xml")
    trees = list(Tree.fromstring(answer.body))
    assert [{part.tag: part.text for part in tree} for tree in trees] == rows
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"


# -- sending --------------------------------------------------------------------------------------------------------


async def test_a_request_becomes_an_ordinary_report(client: Visitor, city: Stage, key: str) -> None:
    """Numbered, at the right desk, waiting to be looked at; the receipt code comes back and opens it."""
    told = (await send(client, key)).json[0]
    case = cases(city)[-1]
    assert (case.state, case.receiving_body, case.competent_authority) == (State.SUBMITTED, "mttq", "ubnd")
    assert (case.channel, case.hamlet, case.topic) == ("open311", "thon-2", "infra.road")
    receipt = told["service_notice"].split("Mã tra cứu: ")[1].split(".")[0]
    found = city.run(lambda unit: unit.cases.by_receipt(receipt.replace("-", "").replace(" ", "")))
    assert found is not None
    assert found.id == case.id


async def test_a_nul_byte_comes_in_as_everywhere(client: Visitor, city: Stage, key: str) -> None:
    """As U+FFFD: PostgreSQL takes no NUL, and what is stored must come out again."""
    assert (await send(client, key, description="Đường liên thôn\0 lầy lội, đề nghị sửa.")).status == 201
    assert cases(city)[-1].text == "Đường liên thôn\ufffd lầy lội, đề nghị sửa."


async def test_identity_numbers_are_covered(client: Visitor, city: Stage, key: str) -> None:
    """As in a chat; a phone number is the sender's to give."""
    words = "Rãnh nước thôn tắc cả tháng, tôi là 001203004567, gọi 0912345678 khi cần."
    assert (await send(client, key, description=words)).status == 201
    assert cases(city)[-1].text == words.replace("001203004567", "•" * 12)


async def test_a_token_tells_nothing_until_the_result_is_published(client: Visitor, city: Stage, key: str) -> None:
    """Then the public id."""
    token = (await send(client, key, description="Đường liên thôn sạt lở, đề nghị sửa gấp.")).json[0]["token"]
    before = (await client.get(f"{ROOT}/tokens/{token}.json")).json
    city.run(lambda unit: result(unit, case_id=keys.case_of(unit, token), public_id="tokened005"))
    after = (await client.get(f"{ROOT}/tokens/{token}.json")).json
    assert before == [{"service_request_id": "", "token": token}]
    assert after == [{"service_request_id": "tokened005", "token": token}]


async def test_a_request_sent_twice_is_one_case(client: Visitor, city: Stage, key: str) -> None:
    """A lost answer may be asked for again: the same token, no second case."""
    first = await send(client, key, description="Đèn đường ngã ba tối om cả tuần.", service_code="infra.lighting")
    count = len(cases(city))
    again = await send(client, key, description="Đèn đường ngã ba tối om cả tuần.", service_code="infra.lighting")
    assert first.json[0]["token"] == again.json[0]["token"]
    assert len(cases(city)) == count


async def test_a_work_is_routed_to_the_people_who_watch_works(client: Visitor, city: Stage, key: str) -> None:
    """The work's code as address; its hamlet comes along."""
    words = "Đường bê tông mới làm đã nứt, thi công ẩu."
    await send(client, key, service_code="project.quality", address_id="duong-thon-2", description=words)
    case = cases(city)[-1]
    assert (case.work, case.hamlet, case.receiving_body) == ("duong-thon-2", "thon-2", "bgsdtcd")


async def test_name_and_number_go_to_the_vault(client: Visitor, city: Stage, key: str) -> None:
    """Confidential, and never in the case's text; an e-mail address is not kept."""
    person = {"first_name": "An", "last_name": "Nguyễn", "phone": "0912345678", "email": "an@example.org"}
    await send(client, key, description="Cống trước chợ tắc, nước tràn ra đường.", **person)
    case = cases(city)[-1]
    reporter = city.run(lambda unit: unit.people.reporter(case.reporter))
    assert (reporter.name, reporter.phone, case.secrecy) == ("An Nguyễn", "0912345678", Secrecy.CONFIDENTIAL)
    assert "example.org" not in case.text + case.place


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"api_key": ""}, 403, "api_key"),
        ({"api_key": "wrong"}, 403, "api_key"),
        ({"service_code": ""}, 400, "service_code"),
        ({"service_code": "official.attitude"}, 404, "service_code"),
        ({"jurisdiction_id": "elsewhere"}, 404, "jurisdiction_id"),
        ({"description": " "}, 400, "description"),
        ({"description": "x" * 4001}, 400, "description"),
        ({"address_id": ""}, 400, "lat"),
        ({"address_id": "thon-99"}, 400, "thon-99"),
        ({"lat": "north", "long": "106"}, 400, "WGS84"),
        ({"lat": "nan", "long": "106"}, 400, "WGS84"),
        ({"description": "Cháy nhà ở Thôn 2, cứu với!"}, 400, "114"),
        ({"description": "Tôi làm đơn tố cáo ông chủ tịch xã tham ô tiền."}, 400, "không"),
        ({"description": "Cán bộ địa chính xã vòi tiền bồi dưỡng mới làm sổ đỏ."}, 400, "khung trò chuyện"),
    ],
)
async def test_what_is_not_taken(
    client: Visitor, city: Stage, key: str, changes: dict[str, str], status: int, said: str
) -> None:
    """Keys, missing parts, danger, formal papers and people: each with its reason, and nothing is stored."""
    count = len(cases(city))
    answer = await send(client, changes.pop("api_key", key), **changes)
    assert (answer.status, said in answer.json[0]["description"], len(cases(city))) == (status, True, count)


async def test_errors_of_sending_come_as_xml_too(client: Visitor) -> None:
    """The form is that of the address."""
    told = _error(await send(client, "", form="xml"))
    assert told["code"] == "403"


async def test_a_shut_key_and_another_communes_key_are_refused(client: Visitor, city: Stage) -> None:
    """Both as a wrong one."""
    shut = city.run(lambda unit: keys.make_key(unit, "xa-mau", "cũ", "admin"))
    city.run(
        lambda unit: [
            keys.shut_key(unit, "xa-mau", one.hash) for one in keys.senders(unit, "xa-mau") if one.name == "cũ"
        ]
    )
    foreign = city.run(lambda unit: keys.make_key(unit, "xa-khac", "xã khác", "admin"))
    assert [(await send(client, one)).status for one in (shut, foreign)] == [403, 403]


async def test_only_forms_are_read(client: Visitor, key: str) -> None:
    """JSON and files are refused in the standard's way."""
    answer = await client.ask("POST", f"{ROOT}/requests.json", json={"api_key": key, **REPORT})
    assert (answer.status, answer.json[0]["code"]) == (400, 400)


async def test_a_form_of_very_many_fields_is_refused(client: Visitor) -> None:
    """By anybody, without a key, and in the standard's way: never a fault of ours."""
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = await client.ask("POST", f"{ROOT}/requests.json", data=b"a=1&" * 150, headers=headers)
    assert (answer.status, answer.json[0]["code"]) == (400, 400)


async def test_a_flood_is_slowed_down(client: Visitor, city: Stage) -> None:
    """One system cannot fill the desk."""
    flooding = city.run(lambda unit: keys.make_key(unit, "xa-mau", "flood", "admin"))
    answers = [(await send(client, flooding, description=f"Ổ gà số {n} trên đường.")).status for n in range(125)]
    assert answers.count(201) <= 120
    assert answers[-1] == 429
