"""Twenty things that a host asks on the demo account: the calls of a sensible model with this server's tools,
and those that it needs at least with one tool for each operation of the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Call = tuple[str, Mapping[str, Any]]

PAGE = {"offset": 0, "limit": 100}
PROPERTIES: Call = ("GET /properties", PAGE)
THREADS: Call = ("GET /conversations", {"offset": 0, "limit": 20})
OF_THE_LAST_DAY = (
    *("0-2200000900-inq001", "0-2200000003-thr003", "2-2200000008-thr008", "0-2200000039-thr039"),
    *("4-2200000015-thr015", "2-2200000040-thr040", "0-2200000020-thr020", "0-2200000901-inq002"),
    "2-2200000023-thr023",
)
TODAY, TOMORROW = "2026-11-24", "2026-11-25"
LOFT_ON_AIRBNB = {"channel_type": "airbnb", "listing_id": "900000000000000101"}
CLOSED = {"available": False, "start_date": "2027-01-10", "end_date": "2027-01-12"}
NEW_YEAR = {"start_date": "2026-12-29", "end_date": "2027-01-02"}
CLEANING = {"type": "cleaning", "expected_date": "2026-11-27", "staff_id": 5601}
PAID = {"direction": "expense", "amount": 64, "item_id": 4, "payment_method_id": 23}
REPLY = {"reservation_code": "0-HMDEMO0008-rev008", "host_reply_content": "Thank you; the wifi is new now."}
MESSAGE = {
    "conversation_id": "0-2200000003-thr003",
    "message": "Boa tarde Inês, a Rita espera por si às 22h30.",
}
SOLD = [
    *(
        {"channel_type": "airbnb", "listing_id": f"9000000000000001{number:02}"}
        for number in (*range(1, 7), 9, 10, 11)
    ),
    *(
        {"channel_type": "booking.com", "listing_id": f"5550100{number}-2200{number}1"}
        for number in (1, 2, 3)
    ),
]


@dataclass(frozen=True)
class Conversation:
    """What is asked, the calls it takes, and words of the right answer, which are in what the tools say."""

    asked: str
    ours: Sequence[Call]
    raw: Sequence[Call]
    told: Sequence[str]


def through(name: str, **arguments: Any) -> Call:
    """A tool that is not listed."""
    return "call_read_tool", {"name": name, **({"arguments": arguments} if arguments else {})}


def stays(**query: Any) -> Call:
    return "GET /reservations", {**PAGE, **query}


def within(side: str, start: str, end: str) -> dict[str, str]:
    return {f"start_{side}_date": start, f"end_{side}_date": end}


CONVERSATIONS = (
    Conversation(
        "Who arrives tomorrow, where, and what does each of them pay?",
        [("list_reservations", within("check_in", TOMORROW, TOMORROW))],
        [stays(**within("check_in", TOMORROW, TOMORROW)), PROPERTIES],
        ["Jakub Szkic", "Alfama Terrace", "621.04", "EUR"],
    ),
    Conversation(
        "Block the Harbour Loft from 10 to 12 January.",
        [("update_availabilities", {"property_ids": ["Harbour Loft"], **CLOSED})],
        [
            PROPERTIES,
            ("POST /availabilities", {"property_ids": [20110001], **CLOSED}),
        ],
        ["2027-01-10", "Harbour Loft"],
    ),
    Conversation(
        "Raise the loft's price on Airbnb by a fifth over New Year.",
        [
            ("get_pricing_ratios", {"property_id": "Harbour Loft"}),
            (
                "update_listing_prices",
                {
                    **LOFT_ON_AIRBNB,
                    "prices": [{**NEW_YEAR, "percent": 20}],
                },
            ),
        ],
        [
            PROPERTIES,
            (
                "POST /listings/calendar",
                {"listings": [LOFT_ON_AIRBNB], **NEW_YEAR},
            ),
            (
                "POST /listings/prices",
                {
                    **LOFT_ON_AIRBNB,
                    "prices": [{**NEW_YEAR, "price": 162}],
                },
            ),
        ],
        ["2026-12-29", "EUR"],
    ),
    Conversation(
        "Who cancelled this month?",
        [("list_reservations", {"cancelled_since": "2026-11-01"})],
        [
            stays(status="cancelled", order_by="cancelled_at"),
            stays(
                status="cancelled",
                order_by="cancelled_at",
                **within("check_out", "2026-11-01", "2026-11-23"),
            ),
            PROPERTIES,
        ],
        ["Carmen Muestra", "Connor Mockup"],
    ),
    Conversation(
        "Which stays are only partly paid?",
        [("list_reservations", {"payment_status": "partial"})],
        [stays(), PROPERTIES],
        ["Amara Beispiel", "Group Sample"],
    ),
    Conversation(
        "Has Noor Voorbeeld stayed with us before?",
        [through("find_guest", guest_name="Noor Voorbeeld")],
        [
            stays(),
            stays(**within("check_out", "2026-06-01", TODAY)),
            stays(**within("check_out", "2025-12-10", "2026-05-31")),
        ],
        ["0-HMDEMO0002-rep002"],
    ),
    Conversation(
        "Tell Inês that Rita will meet her at half past ten tonight.",
        [
            ("list_guests_waiting", {}),
            (
                "send_message",
                MESSAGE,
            ),
        ],
        [
            THREADS,
            ("GET /conversations/{conversation_id}", {"conversation_id": "0-2200000003-thr003"}),
            (
                "POST /conversations/{conversation_id}",
                MESSAGE,
            ),
        ],
        ["22h30", "done"],
    ),
    Conversation(
        "Which reviews do I still have to write, and until when?",
        [through("list_reviews_due")],
        [
            (
                "GET /reviews",
                {**PAGE, "review_status": "pending_host_review", **within("check_out", "2026-06-01", TODAY)},
            ),
            stays(**within("check_out", "2026-11-10", TODAY)),
            PROPERTIES,
        ],
        ["0-HMDEMO0008-rev008", "Foz Beach Villa"],
    ),
    Conversation(
        "What did each property earn in October, after commission and expenses?",
        [through("get_month_end", start_date="2026-10-01", end_date="2026-10-31")],
        [
            stays(**within("check_in", "2026-09-01", "2026-10-31")),
            ("GET /transactions", {**PAGE, "start_date": "2026-10-01", "end_date": "2026-10-31"}),
            PROPERTIES,
        ],
        ["2971.12", "Harbour Loft"],
    ),
    Conversation(
        "Did somebody answer Chidi, or was that only the template?",
        [("list_conversations", {"guest_name": "Chidi"})],
        [
            THREADS,
            ("GET /conversations/{conversation_id}", {"conversation_id": "4-2200000036-thr036"}),
        ],
        ["Chidi Template", "automation"],
    ),
    Conversation(
        "Which homes are free from 10 to 14 December, and for how much?",
        [through("find_available_properties", check_in_date="2026-12-10", check_out_date="2026-12-14")],
        [
            PROPERTIES,
            (
                "GET /availabilities",
                {
                    "property_ids": ",".join(str(20110000 + number) for number in range(1, 13)),
                    "start_date": "2026-12-10",
                    "end_date": "2026-12-14",
                },
            ),
            (
                "POST /listings/calendar",
                {
                    "listings": SOLD,
                    "start_date": "2026-12-10",
                    "end_date": "2026-12-14",
                },
            ),
        ],
        ["2026-12-10"],
    ),
    Conversation(
        "What needs me today?",
        [("get_daily_briefing", {})],
        [
            stays(**within("check_in", TODAY, TODAY)),
            stays(**within("check_out", TODAY, TODAY)),
            stays(status="wait_accept"),
            PROPERTIES,
            ("GET /tasks", {**PAGE, "start_date": TODAY, "end_date": TODAY}),
            THREADS,
            *(
                ("GET /conversations/{conversation_id}", {"conversation_id": thread})
                for thread in OF_THE_LAST_DAY
            ),
        ],
        ["Lucia Boceto", "Thea Prototype"],
    ),
    Conversation(
        "Have Rita clean the Harbour Studio on Friday at half past eleven.",
        [
            through("list_staffs"),
            (
                "create_task",
                {**CLEANING, "expected_time": "11:30", "property_id": "Harbour Studio"},
            ),
        ],
        [
            PROPERTIES,
            ("GET /staffs", PAGE),
            (
                "POST /tasks",
                {
                    **CLEANING,
                    "expected_time": "11:30:00",
                    "property_id": 20110002,
                    "fee": 31,
                    "currency": "EUR",
                },
            ),
        ],
        ["Rita Modelo", "Harbour Studio"],
    ),
    Conversation(
        "Which arrivals of this week are not ready?",
        [through("check_arrival_readiness")],
        [
            stays(**within("check_in", TODAY, "2026-11-30")),
            ("GET /tasks", {**PAGE, "start_date": "2026-11-20", "end_date": "2026-11-30"}),
            PROPERTIES,
        ],
        ["Filipa Exemplar", "lock code"],
    ),
    Conversation(
        "Accept Camille's request.",
        [
            ("list_reservations", {"status": "wait_accept"}),
            ("approve_reservation", {"reservation_code": "0-HMDEMO0018-req018"}),
        ],
        [
            stays(status="wait_accept"),
            (
                "POST /reservations/{reservation_code}/approve",
                {"reservation_code": "0-HMDEMO0018-req018"},
            ),
        ],
        ["Camille Gabarit", "accepted"],
    ),
    Conversation(
        "I paid 64 euros in cash for supplies of the loft; put it down.",
        [
            through("list_expense_items"),
            through("list_expense_methods"),
            (
                "call_write_tool",
                {
                    "name": "create_transaction",
                    "arguments": {
                        **PAID,
                        "property_id": "Harbour Loft",
                    },
                },
            ),
        ],
        [
            PROPERTIES,
            ("GET /expense_items", {}),
            ("GET /expense_methods", {}),
            (
                "POST /transactions",
                {
                    **PAID,
                    "currency": "EUR",
                    "property_id": 20110001,
                },
            ),
        ],
        ["64", "Supplies", "Cash"],
    ),
    Conversation(
        "Note on Inês's booking that she comes late.",
        [
            ("list_reservations", {"guest_name": "Inês"}),
            (
                "update_reservation_basic",
                {"stay_code": "0-HMDEMO0005-ine005", "remarks": "Arrives at 22:30."},
            ),
        ],
        [
            stays(),
            (
                "PATCH /reservations/{stay_code}",
                {"stay_code": "0-HMDEMO0005-ine005", "remarks": "Arrives at 22:30."},
            ),
        ],
        ["Arrives at 22:30."],
    ),
    Conversation(
        "How did October compare with September?",
        [through("get_performance", start_date="2026-10-01", end_date="2026-10-31")],
        [stays(**within("check_in", "2026-08-01", "2026-10-31")), PROPERTIES],
        ["20397.9", "12259.11"],
    ),
    Conversation(
        "Are there nights in the next four weeks that nobody can book?",
        [through("find_calendar_gaps", start_date=TODAY, end_date="2026-12-22")],
        [
            PROPERTIES,
            stays(),
            (
                "POST /listings/calendar",
                {
                    "listings": SOLD,
                    "start_date": TODAY,
                    "end_date": "2026-12-22",
                },
            ),
        ],
        ["Harbour Studio", "2026-11-27"],
    ),
    Conversation(
        "Answer the latest review of the beach villa with our thanks.",
        [
            ("list_reviews", {"property_id": "Foz Beach Villa"}),
            (
                "reply_to_review",
                REPLY,
            ),
        ],
        [
            PROPERTIES,
            (
                "GET /reviews",
                {
                    **PAGE,
                    "property_id": 20110009,
                    "review_status": "reviewed",
                    **within("check_out", "2026-06-01", TODAY),
                },
            ),
            (
                "POST /reviews/{reservation_code}",
                REPLY,
            ),
        ],
        ["the wifi is new now"],
    ),
)
