"""The inbox: order, pages, what it tells, whose cases it holds; figures for those who only watch."""

from dataclasses import replace

from cases import authority, handling
from cases.model import Priority, State, Subject
from tests.handlers.officer_cast import Bureau, open_bureau  # noqa: F401 - a fixture


async def test_urgent_things_come_first(bureau: Bureau) -> None:
    """Overdue before due soon before new; nothing of what was reported."""
    late = await bureau.received()
    await bureau.wait("2026-03-31")
    new = await bureau.report()
    urgent = await bureau.report()
    await bureau.office.write(lambda unit: unit.cases.save(replace(urgent, priority=Priority.URGENT)))
    lan = bureau.person("lan")
    told = await lan.says("/hopthu")
    assert "3 hồ sơ. Quá hạn: 1. Mới: 2." in told
    order = [label.partition(" · ")[0].strip("❗ ") for label in lan.labels]
    assert order[:3] == [late.code, urgent.code, new.code]
    assert "quá hạn 1 ngày (hạn 30/03)" in lan.labels[0]
    assert "xe máy" not in " ".join(lan.labels)


async def test_ten_a_page(bureau: Bureau) -> None:
    """The eleventh is on the next page, and there is a way back."""
    cases = [await bureau.report() for _ in range(11)]
    lan = bureau.person("lan")
    assert "Trang 1/2" in await lan.says("/hopthu")
    await lan.taps("Trang sau")
    assert cases[10].code in lan.labels[0]
    await lan.taps("Trang trước")
    assert cases[0].code in lan.labels[0]


async def test_opening_by_number(bureau: Bureau) -> None:
    """The typed number opens it like the button."""
    case = await bureau.report()
    lan = bureau.person("lan")
    await lan.says("/hopthu")
    assert "xe máy" in await lan.says(case.code.lower())


async def test_only_what_is_due(bureau: Bureau) -> None:
    """/quahan leaves the new and the far ones out."""
    due = await bureau.received()
    await bureau.wait("2026-03-26")
    await bureau.report()
    lan = bureau.person("lan")
    await lan.says("/quahan")
    assert [due.code in label for label in lan.labels[:1]] == [True]
    assert "còn 2 ngày" in lan.labels[0]
    assert len([label for label in lan.labels if "PA-" in label]) == 1


async def test_what_came_back_is_owed_from_the_day_it_came(bureau: Bureau) -> None:
    """Returned three weeks later it is not late at once, and is late once forwarding it anew is."""
    case = await bureau.received()
    await bureau.wait("2026-03-20")
    await bureau.act(authority.return_case, "tuan", case, "Đường này do tỉnh quản lý", "")
    lan = bureau.person("lan")
    await lan.says("/hopthu")
    assert "hạn 27/03" in lan.labels[0]
    assert "quá hạn" not in lan.labels[0]
    await bureau.wait("2026-03-30")
    await lan.says("/quahan")
    assert "quá hạn 1 ngày (hạn 27/03)" in lan.labels[0]


async def test_nothing_due(bureau: Bureau) -> None:
    """Said plainly."""
    assert "Không có hồ sơ nào sắp hạn" in await bureau.person("lan").says("/quahan")


async def test_a_union_sees_its_own(bureau: Bureau) -> None:
    """Neither the Front's cases nor the count of them."""
    own = await bureau.report(chosen_body="hnd")
    await bureau.report()
    hoa = bureau.person("hoa")
    assert "1 hồ sơ" in await hoa.says("/hopthu")
    assert own.code in hoa.labels[0]


async def test_the_authority_sees_what_it_owes(bureau: Bureau) -> None:
    """From forwarding to the answer; nothing before, nothing returned."""
    case = await bureau.triaged()
    tuan = bureau.person("tuan")
    assert "không có hồ sơ nào" in await tuan.says("/hopthu")
    sent = await bureau.forwarded()
    await tuan.says("/hopthu")
    assert sent.code in tuan.labels[0]
    assert case.code not in " ".join(tuan.labels)
    await bureau.act(authority.return_case, "tuan", sent, "không phải việc của xã", "")
    assert "không có hồ sơ nào" in await tuan.says("/hopthu")


async def test_the_person_complained_of_sees_nothing(bureau: Bureau) -> None:
    """A case about the commune's chairman is not in the inbox, count or figures of his body."""
    await bureau.report(subject=Subject.OFFICIAL, topic="official.attitude", posts=("ct_ubnd",))
    assert "không có hồ sơ nào" in await bureau.person("tuan").says("/hopthu")


async def test_unknown_posts_wait_for_triage_officers(bureau: Bureau) -> None:
    """A handler without that role does not see that such a case is there."""
    case = await bureau.report(subject=Subject.OFFICIAL, topic="official.attitude", posts=("khac",), chosen_body="hnd")
    assert "không có hồ sơ nào" in await bureau.person("hoa").says("/hopthu")
    await bureau.person("lan").says("/quahan")
    assert case.state is State.NEEDS_COI_CHECK


async def test_follow_up_gets_figures_and_the_overdue_list(bureau: Bureau) -> None:
    """Counts by state, then number, topic, authority and dates; opened, nothing of the content, and a way to urge."""
    case = await bureau.received()
    await bureau.report()
    await bureau.wait("2026-04-02")
    thu = bureau.person("thu")
    told = await thu.says("/hopthu")
    assert "2 hồ sơ, trong đó 1 hồ sơ quá hạn" in told
    assert "nơi giải quyết đã nhận: 1" in told
    assert "UBND" in thu.labels[0]
    opened = await thu.taps(case.code)
    assert "xe máy" not in opened
    assert "Nguyễn" not in opened
    assert [label for label in thu.labels if label == "Đôn đốc"]


async def test_oversight_gets_figures_without_steps(bureau: Bureau) -> None:
    """The inspection commission sees figures and what is overdue, and takes no step."""
    case = await bureau.received()
    await bureau.wait("2026-04-02")
    quang = bureau.person("quang")
    assert "1 hồ sơ quá hạn" in await quang.says("/hopthu")
    await quang.taps(case.code)
    assert "Đôn đốc" not in quang.labels


async def test_watchers_do_not_count_what_is_shut_to_them(bureau: Bureau) -> None:
    """A report about the Party secretary, whose office follows up, is not in its figures."""
    await bureau.report(subject=Subject.OFFICIAL, topic="official.conduct", posts=("bi_thu",))
    assert "0 hồ sơ" in await bureau.person("thu").says("/hopthu")


async def test_an_administrator_has_no_inbox(bureau: Bureau) -> None:
    """Settings and accounts, no cases."""
    case = await bureau.report()
    an = bureau.person("an")
    assert "không có hồ sơ nào" in await an.says("/hopthu")
    assert case.code not in str(an.heard)


async def test_the_menu_offers_figures_to_watchers_only(bureau: Bureau) -> None:
    """The third button depends on the role."""
    await bureau.person("thu").says("xin chào")
    await bureau.person("lan").says("xin chào")
    assert [len(bureau.person(name).labels) for name in ("thu", "lan")] == [3, 2]
    assert "SỐ LIỆU" in await bureau.person("thu").taps("Số liệu")


async def test_the_province_sees_what_came_up_to_it(bureau: Bureau) -> None:
    """A report about the commune's Front is in the inbox of the province's Front, and of nobody in the commune."""
    case = await bureau.report(subject=Subject.OFFICIAL, topic="official.attitude", posts=("ct_mttq",))
    kim = bureau.person("kim")
    await kim.says("/hopthu")
    assert case.code in kim.labels[0]
    assert "không có hồ sơ nào" in await bureau.person("lan").says("/hopthu")
    await bureau.act(handling.triage, "kim", case)
    assert (await bureau.now(case)).state is State.TRIAGED
