"""What every reading tool answers on the demo account, in the scripts that guests write."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any, cast

from mcp.types import CallToolResult, TextContent

from hostex_mcp.sandbox.state import SandboxAccount
from hostex_mcp.server.render import to_json
from hostex_mcp.toolkit.tool import Effect
from hostex_mcp.tools.catalogue import CATALOGUE
from tests.tools.insights.calendar_world import World, world
from tests.tools.sample_calls import sample

SCRIPTS = {
    "as it is": "",
    "Chinese": "您好。我们星期五中午能提前入住吗。请问钥匙在哪里取、停车位需要另外付费吗。",
    "Cyrillic": "Здравствуйте, можно ли заехать пораньше в пятницу? Мы приедем около двенадцати часов.",
    "Thai": "สวัสดีค่ะ เราขอเช็คอินก่อนเวลาในวันศุกร์ได้ไหมคะ ที่จอดรถอยู่ตรงไหน",
    "emoji": "Thank you so much 😊🙏 we love the view 🌊🏖️ and the kids too 👨‍👩‍👧 👍🏽",
    "Japanese": "金曜日の正午に早めにチェックインできますか。鍵の受け取り場所も教えてください。",
    "Korean": "안녕하세요, 금요일 정오에 일찍 체크인할 수 있을까요? 주차장은 어디에 있나요?",
    "Arabic": "مرحبا، هل يمكننا تسجيل الوصول مبكرا يوم الجمعة؟ سنصل حوالي الساعة الثانية عشرة.",
    "Polish": "Dzień dobry, czy możemy zameldować się wcześniej? Przyjedziemy około dwunastej.",
}
NAMES = {
    "Chinese": "王小明",
    "Cyrillic": "Иван Петров",
    "Thai": "สมชาย ใจดี",
    "emoji": "Ana 🌊",
    "Japanese": "田中太郎",
    "Korean": "김민수",
    "Arabic": "أحمد علي",
    "Polish": "Łucja Żak",
}
_WORDS = {"content", "note", "remarks", "channel_remarks", "description", "private_feedback", "text"}
_NAMES = {"guest_name", "name", "title"}


async def every_answer(now: datetime, script: str) -> list[tuple[str, str, str]]:
    """Tool, structured half as JSON and text half of each answer, lists brief and in full."""
    found: list[tuple[str, str, str]] = []
    async with world(now, change=lambda account: _written(account, script)) as host:
        for name, arguments in [each async for each in _calls(host)]:
            found.append((name, *await both_halves(host, name, **arguments)))
    return found


async def both_halves(host: World, tool: str, **arguments: Any) -> tuple[str, str]:
    """The structured half as JSON and the text half of an answer that has to work."""
    result = await host.engine.call(tool, arguments)
    assert isinstance(result, CallToolResult)
    assert not result.is_error, (tool, result.structured_content)
    (text,) = (block.text for block in result.content if isinstance(block, TextContent))
    return to_json(result.structured_content), text


async def _calls(host: World) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    account, today = host.account, host.now.date()
    for name, tool in CATALOGUE.items():
        if tool.effect is not Effect.READ or name == "call_read_tool":
            continue
        wanted = {**sample(name, account, today), **_special(name, account, today)}
        yield name, wanted
        if "detail" in tool.input_schema["properties"]:
            yield name, {**wanted, "detail": "full", "limit": 100}


def _special(name: str, account: SandboxAccount, today: date) -> dict[str, Any]:
    days = {"start_date": f"{today - timedelta(days=45)}", "end_date": f"{today - timedelta(days=1)}"}
    ahead = {"check_in_date": f"{today}", "check_out_date": f"{today + timedelta(days=4)}"}
    days_to_come = {"start_date": f"{today}", "end_date": f"{today + timedelta(days=20)}"}
    coming = [stay for stay in account.stays.values() if stay["check_in_date"] > f"{today}"]
    stay = next(stay for stay in coming if stay["status"] == "accepted" and stay["property_id"])
    thread = max(account.conversations.values(), key=lambda thread: len(thread["messages"]))["id"]
    listings = dict([*account.rates])
    return {
        "list_availabilities": {"property_ids": [20110001, 20110002], **days_to_come},
        "list_listing_calendars": {**days_to_come},
        "list_transactions": days,
        "find_tools": {"query": "prices"},
        "get_pricing_ratios": {"property_id": 20110001},
        "get_airbnb_price_and_rules": {"listing_id": listings.get("airbnb")},
        "get_vrbo_price_and_rules": {"listing_id": listings.get("vrbo")},
        "get_reservation_custom_fields": {"stay_code": stay["stay_code"]},
        "get_conversation": {"conversation_id": thread, "last_n": 100},
        "get_knowledge_base": {"id": next(iter(account.knowledge_bases))},
        "get_stay": {"stay_code": stay["stay_code"]},
        "find_available_properties": ahead,
        "check_stay_extension": {"stay_code": stay["stay_code"], "departure_time": "13:00"},
        "get_performance": days,
    }.get(name, {})


def _written(account: SandboxAccount, script: str) -> None:
    """Everything that people write is written in one script."""
    for store in vars(account).values():
        if isinstance(store, dict) and script in NAMES:
            for row in cast("dict[Any, Any]", store).values():
                _write(row, script)


def _write(value: Any, script: str) -> None:
    if isinstance(value, list):
        for member in cast("list[Any]", value):
            _write(member, script)
    elif isinstance(value, dict):
        row = cast("dict[str, Any]", value)
        for name, member in row.items():
            if not isinstance(member, str) or not member:
                _write(member, script)
            elif name in _NAMES:
                row[name] = f"{NAMES[script]} {len(member)}"
            elif name in _WORDS:
                row[name] = SCRIPTS[script]
