"""The stays of the demo: what a host sees on the calendar around today."""

from collections import Counter
from datetime import date, timedelta

import pytest

from hostex_mcp.sandbox.state import Row, SandboxAccount
from tests.support.demo_cases import MOMENTS, accepted, accounts_at, arrival, departure, moment, taken_nights

DAY = timedelta(days=1)


@pytest.fixture(params=MOMENTS.values(), ids=list(MOMENTS))
def today(request: pytest.FixtureRequest) -> date:
    return request.param.date()


@pytest.fixture
def account(today: date) -> SandboxAccount:
    return accounts_at(next(now for now in MOMENTS.values() if now.date() == today)).main


def title(account: SandboxAccount, stay: Row) -> str:
    return account.properties[stay["property_id"]]["title"]


def nights(stay: Row) -> set[date]:
    return {arrival(stay) + n * DAY for n in range((departure(stay) - arrival(stay)).days)}


def turnovers(account: SandboxAccount, day: date) -> set[str]:
    """Return the properties that one guest leaves and another enters on a day."""
    leaving = {title(account, stay) for stay in accepted(account) if departure(stay) == day}
    return leaving & {title(account, stay) for stay in accepted(account) if arrival(stay) == day}


def test_no_night_of_a_property_is_sold_twice(account: SandboxAccount) -> None:
    for property_id in account.properties:
        taken = Counter(account.blocks.get(property_id, {}).keys())
        for stay in account.stays.values():
            if stay["property_id"] == property_id and stay["status"] in (
                "accepted",
                "wait_accept",
                "wait_pay",
            ):
                taken.update(nights(stay))
        assert not [day for day, count in taken.items() if count > 1]


def test_the_stays_span_the_promised_days(account: SandboxAccount, today: date) -> None:
    assert min(arrival(stay) for stay in account.stays.values()) >= today - 200 * DAY
    assert max(departure(stay) for stay in account.stays.values()) <= today + 170 * DAY
    assert any(arrival(stay) < today - 150 * DAY for stay in account.stays.values())
    assert any(arrival(stay) > today + 90 * DAY for stay in account.stays.values())
    assert all(arrival(stay) < departure(stay) for stay in account.stays.values())


def test_five_arrivals_and_four_departures_today(account: SandboxAccount, today: date) -> None:
    arriving = {title(account, stay) for stay in accepted(account) if arrival(stay) == today}
    leaving = {title(account, stay) for stay in accepted(account) if departure(stay) == today}
    assert arriving == {
        "Harbour Loft",
        "Harbour Studio",
        "Douro Room 2",
        "Wicker Park Walk-up",
        "Loop Pied-à-terre",
    }
    assert leaving == {"Harbour Loft", "Harbour Studio", "Ribeira View Apartment", "Wicker Park Walk-up"}


def test_same_day_turnovers_today_and_tomorrow(account: SandboxAccount, today: date) -> None:
    assert turnovers(account, today) == {"Harbour Loft", "Harbour Studio", "Wicker Park Walk-up"}
    assert turnovers(account, today + DAY) == {"Alfama Terrace", "Belém Riverside Flat"}


def test_several_guests_are_in_house(account: SandboxAccount, today: date) -> None:
    guests = [stay for stay in accepted(account) if arrival(stay) < today < departure(stay)]
    assert len(guests) >= 5


def test_the_stay_status_fits_the_dates(account: SandboxAccount, today: date) -> None:
    for stay in account.stays.values():
        expected = "checkin_pending"
        if stay["status"] == "accepted" and arrival(stay) < today:
            expected = "in_house" if departure(stay) >= today else "stay_completed"
        assert stay["stay_status"] == expected


@pytest.mark.parametrize(
    ("name", "first", "length"),
    [
        ("Harbour Loft", 4, 2),
        ("Harbour Loft", 19, 1),
        ("Harbour Studio", 3, 1),
        ("Harbour Studio", 20, 1),
        ("Garden House Estrela", 4, 2),
        ("Foz Beach Villa", 3, 2),
        ("Wicker Park Walk-up", 10, 1),
        ("Ribeira View Apartment", 4, 1),
    ],
)
def test_orphan_gaps_are_shorter_than_the_shortest_stay(
    account: SandboxAccount, today: date, name: str, first: int, length: int
) -> None:
    [property_id] = [key for key, row in account.properties.items() if row["title"] == name]
    taken = taken_nights(account, property_id)
    around = [today + (first + n) * DAY in taken for n in range(-1, length + 1)]
    assert around == [True, *[False] * length, True]
    for link in account.properties[property_id]["channels"]:
        assert account.rates[link["channel_type"], link["listing_id"]].min_stay > length


def test_nobody_stays_shorter_than_the_listing_allows(account: SandboxAccount) -> None:
    for stay in accepted(account):
        if rates := account.rates.get((stay["channel_type"], stay["listing_id"])):
            assert len(nights(stay)) >= rates.min_stay


def test_one_booking_of_two_rooms_repeats_the_money_of_the_order(account: SandboxAccount) -> None:
    stays = [stay for stay in account.stays.values() if stay["reservation_code"] == "2-4310000024-grp024"]
    assert [stay["stay_code"] for stay in stays] == ["2-4310000024-grp024", "2-4310000024_1-grp024"]
    assert {title(account, stay) for stay in stays} == {"Douro Room 1", "Douro Room 2"}
    assert stays[0]["payment"] == stays[1]["payment"]
    assert stays[0]["booked_at"] == stays[1]["booked_at"]
    assert stays[0]["rates"]["total_rate"] == stays[1]["rates"]["total_rate"]
    rates = [stay["rates"]["rate"]["amount"] for stay in stays]
    assert stays[0]["rates"]["total_rate"]["amount"] == pytest.approx(sum(rates))
    orders = Counter(stay["reservation_code"] for stay in account.stays.values())
    assert [code for code, count in orders.items() if count > 1] == ["2-4310000024-grp024"]


def test_one_conflicting_stay_waits_in_the_box(account: SandboxAccount) -> None:
    [boxed] = [stay for stay in account.stays.values() if stay["in_reservation_box"]]
    assert boxed["tags"] == ["Conflicted"]
    assert (boxed["status"], boxed["property_id"]) == ("accepted", 0)
    [terrace] = [
        key
        for key, row in account.properties.items()
        if boxed["listing_id"] in [link["listing_id"] for link in row["channels"]]
    ]
    assert nights(boxed) <= taken_nights(account, terrace)


def test_one_stay_is_not_allocated_though_both_rooms_are_free(account: SandboxAccount) -> None:
    loose = [stay for stay in account.stays.values() if not stay["property_id"]]
    [unallocated] = [stay for stay in loose if not stay["in_reservation_box"]]
    [pool] = account.room_types.values()
    assert unallocated["listing_id"] == pool["channels"][0]["listing_id"]
    for member in pool["properties"]:
        assert nights(unallocated).isdisjoint(taken_nights(account, member["id"]))


def test_every_status_occurs(account: SandboxAccount) -> None:
    counts = Counter(stay["status"] for stay in account.stays.values())
    assert counts["wait_accept"] == 2
    assert counts["cancelled"] >= 3
    assert (counts["wait_pay"], counts["denied"], counts["timeout"]) == (1, 1, 1)
    for stay in account.stays.values():
        assert (stay["cancelled_at"] is not None) == (stay["status"] == "cancelled")
        assert moment(stay["cancelled_at"] or stay["booked_at"]) >= moment(stay["booked_at"])


def test_requests_wait_on_channel_accounts_that_work(account: SandboxAccount) -> None:
    channels = {row["channel_type"]: row["auth_status"] for row in account.channel_accounts.values()}
    for stay in account.stays.values():
        if stay["status"] == "wait_accept":
            assert channels[stay["channel_type"]] == "active"


def test_codes_follow_the_documented_forms(account: SandboxAccount) -> None:
    for stay in account.stays.values():
        code = stay["reservation_code"]
        if stay["channel_type"] == "hostex_direct":
            assert code == stay["stay_code"] == f"5-{stay['channel_id']}"
            assert len(stay["channel_id"]) == 9
            assert stay["channel_id"].isalnum()
            assert stay["channel_id"].upper() == stay["channel_id"]
            assert stay["listing_id"] == str(stay["property_id"])
        else:
            prefix, number, tail = code.split("-")
            assert (number, len(tail), prefix.isdigit()) == (stay["channel_id"], 6, True)
        assert code.startswith("0-") == (stay["channel_type"] == "airbnb")


def test_channel_stays_name_a_listing_of_the_account(account: SandboxAccount) -> None:
    listings = {(row["channel_type"], row["listing_id"]) for row in account.listings.values()}
    for stay in account.stays.values():
        if stay["channel_type"] != "hostex_direct":
            assert (stay["channel_type"], stay["listing_id"]) in listings


def test_a_guest_comes_back(account: SandboxAccount, today: date) -> None:
    visits = [stay for stay in account.stays.values() if stay["guest_email"] == "noor@example.org"]
    first, second = sorted(visits, key=arrival)
    assert first["guest_phone"] == second["guest_phone"]
    assert arrival(first) < today < arrival(second)
    assert second["tags"] == ["Repeat guest"]


def test_nobody_else_bears_the_name_of_another_guest(account: SandboxAccount) -> None:
    orders = {stay["reservation_code"]: stay["guest_name"] for stay in account.stays.values()}
    names = Counter(orders.values())
    assert [name for name, count in names.items() if count > 1] == ["Noor Voorbeeld"]


def test_guests_can_be_missing_and_emails_empty_or_null(account: SandboxAccount) -> None:
    stays = account.stays.values()
    assert len([stay for stay in stays if stay["guests"] == []]) == 1
    assert {"", None} < {stay["guest_email"] for stay in stays}


def test_two_guests_left_identity_documents(account: SandboxAccount) -> None:
    guests = [guest for stay in account.stays.values() for guest in stay["guests"]]
    documented = [guest for guest in guests if guest["id_number"]]
    assert {guest["id_type"] for guest in documented} == {"passport", "id_card"}
    assert all(
        guest["id_images"][0]["url"].startswith("https://img.example.invalid/") for guest in documented
    )
    assert len({guest["id"] for guest in guests}) == len(guests)


def test_three_guests_sent_pictures_through_the_check_in_guide(account: SandboxAccount) -> None:
    senders = {
        code: [image["client_id"] for image in stay["checkin_guide_images"]]
        for code, stay in account.stays.items()
        if stay["checkin_guide_images"]
    }
    patrick, jiho = (account.stays[code]["guests"][0]["id"] for code in ("5-DEMO30PAT", "5-DEMO31OVR"))
    assert senders == {
        "0-HMDEMO0005-ine005": [None],
        "5-DEMO30PAT": [patrick, None],
        "5-DEMO31OVR": [jiho],
    }
    images = [image for stay in account.stays.values() for image in stay["checkin_guide_images"]]
    assert len({image["id"] for image in images}) == 4
    assert all(image["url"].startswith("https://img.example.com/") for image in images)


def test_some_arrivals_of_the_week_have_a_lock_code_and_some_do_not(
    account: SandboxAccount, today: date
) -> None:
    soon = [stay for stay in accepted(account) if today <= arrival(stay) <= today + 7 * DAY]
    with_code = [stay for stay in soon if stay["check_in_details"]["lock_code"]]
    assert 2 <= len(with_code) < len(soon)
    assert account.stays["0-HMDEMO0005-ine005"]["check_in_details"]["lock_code"] == "4821"


def test_custom_fields_tags_and_extra_fees_occur(account: SandboxAccount) -> None:
    stays = account.stays.values()
    assert account.stays["0-HMDEMO0005-ine005"]["custom_fields"] == {"parking_spot": "B7"}
    [taxed] = [stay for stay in stays if stay["additional_fees"]]
    assert taxed["channel_remarks"] == "Additional Fee: tourist tax 6.00 EUR"
    assert taxed["additional_fees"] == [{"name": "tourist tax", "currency": "EUR", "amount": 6.0}]
    used = {tag for stay in stays for tag in stay["tags"]}
    assert used <= {tag["tag_name"] for tag in account.reservation_tags.values()}
    assert {"VIP", "Late arrival", "Repeat guest", "Conflicted"} <= used
