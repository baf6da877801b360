"""A preview in the words of a host: labels for keys, dates with their weekdays, amounts with their currency,
channels and states by their names. What has no fixed meaning stays as it is."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

from hostex_mcp.domain.channels import channel_name
from hostex_mcp.domain.wording import day_text, days_text, money, period
from hostex_mcp.server.quoting import Quoted

_LABELS: Mapping[str, str] = {
    "action_at": "date",
    "advance_notice": "advance notice in hours",
    "arrival_at": "arrival time",
    "available": "open",
    "category_ratings": "ratings",
    "channel_type": "channel",
    "check_in_date": "check-in",
    "check_in_end_time": "check-in until",
    "check_in_start_time": "check-in from",
    "check_out_before": "check-out before",
    "check_out_date": "check-out",
    "commission_amount": "commission",
    "conversation_id": "conversation",
    "create_time": "created",
    "created_at": "created",
    "departure_at": "departure time",
    "direction": "kind",
    "email": "e-mail",
    "expected_date": "date",
    "expected_time": "time",
    "guest_name": "guest",
    "guest_review": "the guest's review",
    "guest_score": "the guest's score",
    "host_reply_content": "reply",
    "host_review_content": "review",
    "host_review_score": "score",
    "id": "number",
    "id_required": "identity document required",
    "is_active": "active",
    "is_enable": "in use",
    "item_name": "item",
    "last_guest_message": "the guest's last message",
    "last_word": "wrote last",
    "link_type": "belongs to",
    "listing_currency": "currency",
    "listing_id": "listing number",
    "lock_code": "door code",
    "lock_code_visible_after": "door code shown after",
    "long_term_discount": "long-stay discount",
    "max_guests": "most guests",
    "mobile": "phone",
    "nightly_rate": "price per night",
    "number_of_adults": "adults",
    "number_of_children": "children",
    "number_of_guests": "guests",
    "number_of_infants": "infants",
    "number_of_pets": "pets",
    "operator_name": "entered by",
    "payment_method_name": "paid by",
    "preparation_time": "nights kept free between stays",
    "property_title": "property",
    "rate_amount": "rate",
    "received_amount": "received",
    "reservation_code": "reservation",
    "scheduled_at": "to be sent",
    "send_to": "to",
    "staff_name": "who",
    "stay_code": "stay",
    "sub_title": "heading",
    "tag_name": "name",
    "update_time": "last changed",
    "updated_at": "last changed",
    "url": "address",
}
_OWN_KEY = re.compile(r"[a-z]+(?:_[a-z]+)+")

_STATES: Mapping[str, str] = {
    "wait_accept": "waiting for your answer",
    "wait_pay": "waiting for payment",
    "denied": "declined",
    "checkin_pending": "not arrived yet",
    "in_house": "checked in",
    "stay_completed": "checked out",
    "in_progress": "in progress",
    "special_offer": "special offer",
    "partial": "chosen properties",
    "entire": "all properties",
    "not_required": "not required",
    "required_with_review": "required and checked",
}
_STATE_KEYS = frozenset(("status", "stay_status", "offer_type", "scope", "id_required"))
_DATE_KEYS = (
    *("action_at", "scheduled_at", "created_at", "updated_at", "create_time", "update_time"),
    *("check_in_date", "check_out_date", "expected", "expected_date", "start_date", "end_date"),
)
_MONEY_KEYS = (
    *("amount", "price", "fee", "deposit", "base_price", "weekend_price"),
    *("cleaning_fee", "security_deposit", "extra_guest_fee", "pet_fee"),
)
_NAMING = frozenset(("name", "title", "tag_name", "url", "guest_name", "type", "amount"))
_OF_HOSTEX = frozenset(("id", "listing_id", "conversation_id", "plan_id", "special_offer_id"))
_PERIOD = ("check_in_date", "check_out_date")
_DAY = re.compile(r"\d{4}-[01]\d-[0-3]\d", re.ASCII)
_CURRENCIES = frozenset(("currency", "listing_currency"))
# Keys that are left out where the sentence or a change has their value; codes and numbers never are.
_SAID_ABOVE = frozenset(
    (
        *_PERIOD,
        *("name", "title", "tag_name", "guest", "guest_name", "send_to", "property", "properties"),
        *("property_title", "channel", "channel_type", "dates", "days", "expected"),
        *("type", "offer_type", "direction", "item", "item_name", "price", "amount"),
    )
)


def present(preview: Mapping[str, Any]) -> dict[str, Any]:
    """Return a preview as a person reads it: the same target and changes, every key and value in words, and
    each fact once."""
    target: Mapping[str, Any] = preview.get("target", {})
    currency = target.get("listing_currency") or target.get("currency")
    changes = [_row(row, currency) for row in preview.get("changes", [])]
    values = {name: _value(name, value, currency) for name, value in target.items()}
    context = _Context(str(preview.get("summary", "")), changes, {**values, **_whole_period(target)})
    names = [name for name in target if not (_says_nothing_more(name, target) or context.repeats(name))]
    return {**preview, "target": {label(name): values[name] for name in names}, "changes": changes}


def _whole_period(target: Mapping[str, Any]) -> dict[str, str]:
    """Return check-in and check-out as a sentence has them."""
    ends = [target.get(name) for name in _PERIOD]
    if not all(isinstance(end, str) and _DAY.fullmatch(end) for end in ends):
        return {}
    return dict.fromkeys(_PERIOD, period(*(date.fromisoformat(str(end)) for end in ends)))


class _Context:
    """What the sentence and the changes of a preview say, which what is below them need not say again."""

    def __init__(self, summary: str, changes: Sequence[Mapping[str, Any]], values: Mapping[str, Any]) -> None:
        self._above = "\n".join([summary, *(str(row.get("what", "")) for row in changes)])
        self._before = {row["what"]: row["before"] for row in changes if "what" in row and "before" in row}
        self._values = values
        others = [value for name, value in values.items() if name not in _CURRENCIES]
        self._amounts = "\n".join(map(str, [summary, *changes, *others]))

    def repeats(self, name: str) -> bool:
        """Whether a key of the target only repeats what is above it, or beside each amount."""
        value = self._values[name]
        if name in _CURRENCIES:
            # The currency as it stands before each amount.
            return isinstance(value, str) and money(0, value)[:-1] in self._amounts
        if label(name) in self._before and self._before[label(name)] == value:
            return True
        texts = cast("list[Any]", value) if isinstance(value, list) else [value]
        return name in _SAID_ABOVE and all(isinstance(text, str) and self._has(text) for text in texts)

    def _has(self, text: str) -> bool:
        return _says(self._above, " ".join((text.inner if isinstance(text, Quoted) else text).split()))


def _says(text: str, words: str) -> bool:
    """Whether a text has these words, whole: "room 12" does not say "room 1"."""
    start = text.find(words)
    while start >= 0:
        around = text[max(start - 1, 0) : start], text[start + len(words) : start + len(words) + 1]
        if not any(sign.isalnum() or sign == "_" for sign in around):
            return True
        start = text.find(words, start + 1)
    return False


def label(name: str) -> str:
    """Return a key of ours in words; any other text as it is."""
    return _LABELS.get(name) or (name.replace("_", " ") if _OWN_KEY.fullmatch(name) else name)


def _says_nothing_more(name: str, target: Mapping[str, Any]) -> bool:
    """Whether a key only repeats what names tell: Hostex's and a channel's own numbers beside a name, and a
    stay's code that is its reservation's."""
    if name in _OF_HOSTEX:
        return bool(_NAMING & target.keys())
    return name == "stay_code" and target[name] == target.get("reservation_code")


def _row(row: Mapping[str, Any], currency: str | None) -> dict[str, Any]:
    what = str(row.get("what", ""))
    values = {name: _value(what, value, currency) for name, value in row.items() if name != "what"}
    return {"what": label(what), **values} if "what" in row else values


def _value(name: str, value: Any, currency: str | None) -> Any:
    """Return a value in the words for its key; what is not of the form that the key has stays as it is."""
    if isinstance(value, Quoted):
        return value
    if isinstance(value, list):
        return _members(name, cast("list[Any]", value), currency)
    if isinstance(value, Mapping):
        spell_parts = _SPELLED_PARTS.get(name)
        parts = cast("Mapping[str, Any]", value)
        return spell_parts(parts, currency) if spell_parts else parts
    spell = _SPELLED.get(name)
    return spell(value, currency) if spell else value


def _members(name: str, values: list[Any], currency: str | None) -> Any:
    """Return the members of a list; a single one stands for itself."""
    spelled = [_value(name, member, currency) for member in values]
    return spelled[0] if len(spelled) == 1 and isinstance(spelled[0], str) else spelled


def _discount(step: Mapping[str, Any], _: str | None) -> Any:
    if set(step) != {"discount", "days"}:
        return step
    return f"{step['discount']} % from {step['days']} nights"


def _rates(rates: Mapping[str, Any], currency: str | None) -> str:
    return ", ".join(f"{day[:3].title()} {_money(rate, currency)}" for day, rate in rates.items())


def _scores(scores: Mapping[str, Any], _: str | None) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {_score(name, score)}" for name, score in scores.items())


def _score(name: str, score: Any) -> str:
    return ("no", "yes")[bool(score)] if name == "recommend" else f"{score:g}"


def _days(days: Mapping[str, Any], _: str | None) -> Any:
    """Return the days of a change: a period, or each of them."""
    if set(days) == {"start_date", "end_date"}:
        return days_text(*(date.fromisoformat(days[end]) for end in ("start_date", "end_date")))
    return [_date(day, None) for day in days.get("dates", ())]


def _paragraph(part: Mapping[str, Any], _: str | None) -> Any:
    """Return a paragraph, its heading first."""
    return {label(name): part[name] for name in sorted(part, key=lambda name: name != "sub_title")}


def _money(value: Any, currency: str | None) -> Any:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return money(value, currency) if number else value


def _date(value: Any, _: str | None) -> Any:
    """Return a day or a moment in words, with its seconds and its offset if it has any; a midnight without a
    zone is the day alone."""
    if not isinstance(value, str):
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    zone = f" {moment.tzinfo}" if moment.tzinfo else ""
    seconds = f":{moment:%S}" if moment.second else ""
    clock = "" if len(value) == len(date.min.isoformat()) else f", {moment:%H:%M}{seconds}{zone}"
    return day_text(moment.date()) + ("" if clock == ", 00:00" else clock)


def _event(value: Any, _: str | None) -> Any:
    return value.replace("_", " ") if isinstance(value, str) and _OWN_KEY.fullmatch(value) else value


def _state(value: Any, _: str | None) -> Any:
    return _STATES.get(value, value) if isinstance(value, str) else value


def _channel(value: Any, _: str | None) -> Any:
    return channel_name(value) if isinstance(value, str) else value


_SPELLED: Mapping[str, Callable[[Any, str | None], Any]] = {
    **dict.fromkeys(_DATE_KEYS, _date),
    **dict.fromkeys(_MONEY_KEYS, _money),
    **dict.fromkeys(_STATE_KEYS, _state),
    "channel_type": _channel,
    "events": _event,
}
_SPELLED_PARTS: Mapping[str, Callable[[Mapping[str, Any], str | None], Any]] = {
    "category_ratings": _scores,
    "days": _days,
    "long_term_discount": _discount,
    "nightly_rate": _rates,
    "paragraphs": _paragraph,
}
