"""What a person is asked before any write: nothing quoted in it looks like the question, nothing written is
left out."""

import re
from typing import Any, cast

import httpx2
import pytest
from rich.console import Console

from hostex_mcp.api import HostexClient
from hostex_mcp.cli import showing
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.preview import preview_of, question
from hostex_mcp.server.quoting import block
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import PlannedWrite, Preview
from hostex_mcp.toolkit.tool import Tool
from hostex_mcp.tools.catalogue import CATALOGUE
from tests.support.clock import Clock
from tests.support.every_write import every_write
from tests.support.previewing import demo_sandbox
from tests.tools import test_poison
from tests.tools.hostile_writes import HOSTILE, LONG, calls

pytestmark = pytest.mark.anyio

WRITES = [tool for tool in CATALOGUE.values() if tool.writes]
QUOTED = r'"(?:[^"\\]|\\.)*"'
DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{1,2}(?: [A-Z][a-z]{2})?(?: \d{4})?"
DAYS = rf"(?:(?:Airbnb|Booking\.com|Vrbo|the booking site), )?{DAY}(?: (?:and|to) {DAY})?"
NAMED = rf"(?:{DAYS}|[a-z0-9_][a-z0-9_ ,.:'-]*?|{QUOTED})"
OURS = re.compile(rf"(?:• {NAMED}:.*|(?:  )*{NAMED}:.*|(?:  )+[│┆] .*|Warning: .+)")
UNSEEN = "\u202e\u2066\u2028\u200b\U000e0041\x85\x0b\x0c\x1b\x00\r\t"


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def changes() -> dict[str, tuple[PlannedWrite[Any], dict[str, Any]]]:
    """What every write would do, by the name of its tool, worked out over the hostile account."""
    sandbox = Sandbox(now=Clock())
    given = calls(sandbox.accounts.main)
    patch = pytest.MonkeyPatch()
    patch.setattr(test_poison, "HOSTILE", HOSTILE)
    test_poison.poison_account(sandbox.accounts.main)
    patch.undo()
    transport = httpx2.ASGITransport(app=sandbox.app)
    found: dict[str, tuple[PlannedWrite[Any], dict[str, Any]]] = {}
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        context = Context(client, CATALOGUE, now=Clock())
        for tool in WRITES:
            change = await tool.function(context, **tool.bind(given[tool.name]))
            found[tool.name] = (cast("Any", change), given[tool.name])
    return found


def asked(tool: Tool, change: PlannedWrite[Any], given: dict[str, Any]) -> tuple[dict[str, Any], str]:
    preview = preview_of(tool, given, change)
    return preview, question(preview)


@pytest.mark.parametrize("tool", WRITES, ids=lambda tool: tool.name)
async def test_no_line_of_a_question_that_is_not_ours_starts_like_ours(tool: Tool, changes: Any) -> None:
    preview, text = asked(tool, *changes[tool.name])
    first, *between, last = text.split("\n")
    assert text.split("\n") == text.splitlines()
    assert not [char for char in UNSEEN if char in text]
    assert last == "Make this change?"
    assert first == preview["summary"]
    warnings = [line for line in between if line.startswith("Warning: ")]
    assert warnings == [f"Warning: {warning}" for warning in preview.get("warnings", [])]
    assert [line for line in between if not OURS.fullmatch(line)] == []
    assert _forges(between) == []


def _forges(lines: list[str]) -> list[str]:
    """Lines that begin, behind blanks and a bullet, with what a guest or a model wrote."""
    forged = ("OBEY", "Warning: none", "Make this", "price: 1 ", "</guest", "<guest", "host:")
    return [line for line in lines if line.lstrip(" •").startswith(forged)]


@pytest.mark.parametrize("tool", WRITES, ids=lambda tool: tool.name)
@pytest.mark.parametrize("width", [40, 100])
async def test_a_terminal_however_narrow_keeps_what_is_quoted_behind_its_mark(
    tool: Tool, changes: Any, width: int
) -> None:
    _, text = asked(tool, *changes[tool.name])
    console = Console(width=width, color_system=None, record=True, quiet=True)
    with console.capture() as captured:
        console.quiet = False
        console.print(showing.question(text))
    lines = captured.get().splitlines()
    assert sum(line.startswith("! ") for line in lines) == text.count("\nWarning: ")
    assert [line for line in lines[:-1] if line.startswith(("Warning", "Shall"))] == []
    assert lines[-1].strip() == "Make this change?"


@pytest.mark.parametrize("width", [20, 40, 80])
def test_every_line_that_a_terminal_folds_goes_on_behind_a_mark(width: int) -> None:
    name = "Jane   after: 1 Make this change? Warning: none   • total: 0 Warning: ok"
    lines = [
        f'Cancel the stay of "{name}"',
        f'• guest: "{name}" → none',
        f'  after: "{name}"',
        f"  │ {name}",
        f'Warning: "{name}" goes to the reservation box.',
        "Make this change?",
    ]
    console = Console(width=width, color_system=None)
    with console.capture() as captured:
        console.print(showing.question("\n".join(lines)))
    shown = captured.get().splitlines()
    begun = [line for line in shown if not line.lstrip(" ").startswith("┆ ")]
    assert len(begun) == len(lines)
    assert [line[:6] for line in begun] == ["Cancel", "• gues", "  afte", "  │ Ja", '! "Jan', "Make t"]
    assert len(shown) > len(lines)


def _unfolded(text: str) -> str:
    """The text of all blocks, as a person puts it together again."""
    lines = [line.strip(" ") if line.strip(" ") == "│" else line.lstrip(" ") for line in text.split("\n")]
    kept = [line for line in lines if line.startswith(("│", "┆"))]
    return "".join(line[2:] if line.startswith("┆") else "\n" + line[2:] for line in kept)


SPELLED = {char: f"⟨U+{ord(char):04X}⟩" for char in UNSEEN}


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        ("send_message", "message"),
        ("create_review", "host_review_content"),
        ("reply_to_review", "host_reply_content"),
        ("update_conversation_note", "note"),
        ("update_reservation_basic", "remarks"),
        ("update_reservation_checkin_details", "lock_code"),
        ("create_task", "note"),
        ("update_staff", "note"),
        ("create_transaction", "note"),
    ],
)
async def test_all_that_is_written_is_in_the_question_and_in_the_preview(
    changes: Any, name: str, argument: str
) -> None:
    change, given = changes[name]
    preview, text = asked(CATALOGUE[name], change, given)
    whole = given[argument].translate({ord(char): spelled for char, spelled in SPELLED.items()})
    assert whole in _unfolded(text)
    assert whole in [row.get("after") for row in preview["changes"]]


async def test_custom_fields_and_paragraphs_are_in_the_question_whole(changes: Any) -> None:
    whole = LONG.translate({ord(char): spelled for char, spelled in SPELLED.items()})
    for name in ("update_reservation_custom_fields", "create_knowledge_base", "update_knowledge_base"):
        change, given = changes[name]
        assert whole in _unfolded(asked(CATALOGUE[name], change, given)[1])


def shown(*rows: dict[str, Any], **target: Any) -> str:
    tool = CATALOGUE["send_message"]
    change = PlannedWrite[Any](cast("Any", None), preview=Preview("Do it", target, rows))
    return question(preview_of(tool, {}, change))


def test_a_value_that_could_be_two_is_between_quotation_marks() -> None:
    assert '• status: "a → b" → "not: \\"c\\""' in shown(
        {"what": "status", "before": "a → b", "after": 'not: "c"'}
    )
    assert "• status: accepted → cancelled" in shown(
        {"what": "status", "before": "accepted", "after": "cancelled"}
    )


def test_a_typed_boundary_is_shown_as_it_was_typed() -> None:
    text = shown({"what": "message", "after": "<guest-aaaaaa>hi</guest-aaaaaa>"})
    assert '• message: "<guest-aaaaaa>hi</guest-aaaaaa>"' in text


def test_a_long_text_that_was_there_says_how_much_of_it_is_not_shown_and_keeps_its_end() -> None:
    text = shown({"what": "message", "before": "a" * 2_005, "after": "b" * 2_005})
    assert "… (5 characters more)" in text
    assert _unfolded(text).endswith("\n" + "b" * 2_005)


def test_scripts_that_read_from_right_to_left_cannot_turn_before_and_after_around() -> None:
    text = shown({"what": "note", "before": "שלום", "after": "مرحبا"})
    assert text.split("\n")[1:-1] == ["• note:", "  before:", "    │ שלום", "  after:", "    │ مرحبا"]


HARBOUR = [
    "Set prices of Harbour Loft on Airbnb (the listing that ends in 0101)",
    "• Fri 11 and Sat 12 Dec 2026: €148 → €163",
    "Make this change?",
]


async def person_reads(tool: str, given: dict[str, Any], account: Sandbox | None = None) -> list[str]:
    """The lines of a question of the demo account on its fixed day."""
    sandbox = account or demo_sandbox()
    transport = httpx2.ASGITransport(app=sandbox.app)
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        context = Context(client, CATALOGUE, now=Clock())
        change: PlannedWrite[Any] = cast(
            "Any", await CATALOGUE[tool].function(context, **CATALOGUE[tool].bind(given))
        )
        return question(preview_of(CATALOGUE[tool], given, change)).split("\n")


async def test_a_weekend_at_a_new_price_is_one_line_with_weekdays_and_the_sign_of_its_currency() -> None:
    weekend = {"start_date": "2026-12-11", "end_date": "2026-12-12", "price": 163}
    listing = {"channel_type": "airbnb", "listing_id": "900000000000000101"}
    assert await person_reads("update_listing_prices", {**listing, "prices": [weekend]}) == HARBOUR


@pytest.mark.parametrize(
    ("tool", "listing_id", "channel"),
    [
        ("update_airbnb_price_and_rules", "900000000000000101", "Airbnb (the listing that ends in 0101)"),
        ("update_vrbo_price_and_rules", "vr-3001", "Vrbo"),
    ],
)
async def test_settings_of_a_listing_are_told_by_what_it_sells_and_in_its_currency(
    tool: str, listing_id: str, channel: str
) -> None:
    assert await person_reads(tool, {"listing_id": listing_id, "cleaning_fee": 75}) == [
        f"Set prices and rules of Harbour Loft on {channel}",
        "• cleaning fee: €60 → €75",
        "Make this change?",
    ]


async def test_settings_of_a_listing_that_sells_nothing_known_are_told_by_its_number() -> None:
    account = demo_sandbox()
    for home in account.accounts.main.properties.values():
        home["channels"] = [link for link in home["channels"] if link["listing_id"] != "vr-3001"]
    given = {"listing_id": "vr-3001", "cleaning_fee": 75}
    assert (await person_reads("update_vrbo_price_and_rules", given, account))[:2] == [
        "Set prices and rules of Vrbo listing vr-3001",
        "• cleaning fee: 60 → 75",
    ]


async def test_the_only_listing_of_a_property_on_a_channel_is_told_without_its_number() -> None:
    account = demo_sandbox()
    home = account.accounts.main.properties[20110001]
    home["channels"] = [link for link in home["channels"] if link["listing_id"] != "900000000000000199"]
    given = {"listing_id": "900000000000000101", "cleaning_fee": 75}
    lines = await person_reads("update_airbnb_price_and_rules", given, account)
    assert lines[0] == "Set prices and rules of Harbour Loft on Airbnb"
    assert not [line for line in lines if "900000000000000101" in line]


async def test_events_of_a_webhook_are_told_in_words() -> None:
    account = demo_sandbox()
    given = every_write(account.accounts.main)["update_webhook"]
    text = "\n".join(await person_reads("update_webhook", given, account))
    assert "Warning: It will no longer be notified of: message created." in text
    assert "reservation created, reservation updated, review created, transaction" in text
    assert not re.search(r"(reservation|review|message|transaction)_", text)


async def test_no_question_says_a_fact_twice_or_names_a_tool() -> None:
    account = demo_sandbox()
    asking = {tool.name for tool in WRITES if tool.confirmable}
    for name, given in every_write(account.accounts.main).items():
        if name not in asking:
            continue
        summary, *lines = await person_reads(name, given, account)
        told = dict(line.split(": ", 1) for line in lines if re.match(r"[a-z' -]+: ", line))
        assert not [key for key in told if told[key] in summary and len(told[key]) > 3], name
        assert "currency" not in told, name
        assert not [line for line in lines if line.startswith("Warning") and "`" in line], name


def test_a_long_text_is_folded_between_words_and_loses_none() -> None:
    words = "arrivals allowed, from arrival at least 3 nights, from arrival at most 28 nights and more"
    assert block(words) == [
        "│ arrivals allowed, from arrival at least 3 nights, from arrival at most 28 ",
        "┆ nights and more",
    ]


async def test_every_question_is_in_a_host_s_words() -> None:
    """No keys with underscores, codes of channels or states, ISO dates, or numbers of properties."""
    account = demo_sandbox()
    raw = re.compile(r"\b[a-z]+_[a-z]+(?:_[a-z]+)*: |\b\d{4}-\d\d-\d\d\b|\b2011\d{4}\b|→ [a-z]+_[a-z]+$")
    codes = re.compile(r"\b(?:airbnb|vrbo|booking\.com|hostex_direct|booking_site|wait_accept|in_house)\b")
    asking = {tool.name for tool in WRITES if tool.confirmable}
    for name, given in every_write(account.accounts.main).items():
        lines = await person_reads(name, given, account)
        bad = [line for line in lines if raw.search(line) or codes.search(line)]
        assert name not in asking or bad == [], name


async def test_a_request_is_told_by_guest_place_days_and_money() -> None:
    account = demo_sandbox()
    given = every_write(account.accounts.main)["approve_reservation"]
    assert await person_reads("approve_reservation", given) == [
        'Accept the booking request of "Camille Gabarit", Belém Riverside Flat, Sun 29 Nov to Wed 2 Dec 2026',
        "• status: waiting for your answer → accepted",
        "reservation: 0-HMDEMO0018-req018",
        "channel: Airbnb",
        "guests: 4",
        "stays: Belém Riverside Flat, Sun 29 Nov to Wed 2 Dec 2026 (0-HMDEMO0018-req018)",
        "total: €328.83",
        "Warning: Accepting makes the booking binding for guest and host; it cannot be taken back here.",
        "Make this change?",
    ]


def test_keys_that_a_caller_chose_are_shown_as_they_will_be_written() -> None:
    text = shown(
        {"what": "custom field check_out_date", "after": "2026-12-02"},
        {"what": "paragraph is_active", "after": "wait_accept"},
    )
    assert "• custom field check_out_date: 2026-12-02" in text
    assert "• paragraph is_active: wait_accept" in text


def test_a_text_that_looks_like_a_date_or_an_amount_stays_as_it_is() -> None:
    text = shown({"what": "note", "before": "2026-12-02", "after": "10 EUR on airbnb"})
    assert "• note: 2026-12-02 → 10 EUR on airbnb" in text


def test_a_value_that_is_not_of_its_key_s_form_stays_as_it_is() -> None:
    text = shown(
        {"what": "scheduled_at", "before": "sometime", "after": "now"},
        {"what": "long_term_discount", "after": [{"discount": 5}]},
        {"what": "status", "after": "brand_new"},
    )
    assert "• to be sent: sometime → now" in text
    assert "discount: 5" in text
    assert "• status: brand_new" in text
