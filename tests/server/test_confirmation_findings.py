"""What is found of a confirmation, each condition by itself, and the form in which confirmations go out."""

from base64 import urlsafe_b64decode
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta, timezone
from json import loads
from typing import Any

import pytest

from hostex_mcp.server.confirmation import (
    EXPLAINED,
    Binding,
    Channel,
    Confirmations,
    MemoryLedger,
    TokenCheck,
    digest,
)
from tests.support.clock import Clock

pytestmark = pytest.mark.anyio

KEY = b"k" * 32
BINDING = Binding("a", "set_price", "arguments", "state")


class Kept(MemoryLedger):
    """A ledger that keeps what it was told."""

    until: datetime | None = None
    key = ""

    async def claim(self, key: str, expires: datetime) -> bool:
        self.key, self.until = key, expires
        return await super().claim(key, expires)


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"account": "b"}, TokenCheck.UNKNOWN),
        ({"tool": "other"}, TokenCheck.ARGUMENTS_CHANGED),
        ({"arguments": "other"}, TokenCheck.ARGUMENTS_CHANGED),
        ({"state": "other"}, TokenCheck.STATE_CHANGED),
        ({}, TokenCheck.VALID),
    ],
)
async def test_a_confirmation_holds_for_what_it_was_given_for_and_nothing_else(
    changed: dict[str, str], found: TokenCheck
) -> None:
    confirmations = Confirmations(Clock())
    text = confirmations.issue(BINDING, Channel.OFFER).text
    assert await confirmations.check(text, replace(BINDING, **changed), Channel.OFFER) is found


async def test_a_confirmation_ends_after_exactly_ten_minutes() -> None:
    clock = Clock()
    confirmations = Confirmations(clock)
    issued = confirmations.issue(BINDING, Channel.OFFER)
    start = clock.now
    assert issued.expires == start.replace(microsecond=0) + timedelta(minutes=10)
    clock.now = issued.expires - timedelta(milliseconds=1)
    assert await confirmations.check(issued.text, BINDING, Channel.OFFER) is TokenCheck.VALID
    clock.now = issued.expires
    assert await confirmations.check(issued.text, BINDING, Channel.OFFER) is TokenCheck.EXPIRED


async def test_a_use_is_remembered_for_two_days_under_its_account() -> None:
    clock = Clock()
    ledger = Kept(clock)
    confirmations = Confirmations(clock, ledger=ledger)
    text = confirmations.issue(BINDING, Channel.OFFER).text
    assert await confirmations.claim(text)
    assert ledger.until == clock.now + timedelta(days=2)
    assert ledger.key == f"a:{loads(content(text))['nonce']}"


async def test_a_used_confirmation_is_said_to_be_used_though_it_has_expired_too() -> None:
    clock = Clock()
    confirmations = Confirmations(clock)
    text = confirmations.issue(BINDING, Channel.OFFER).text
    assert await confirmations.outcome(text) is None
    assert await confirmations.claim(text)
    assert not await confirmations.claim(text)
    assert await confirmations.outcome(text) is None
    await confirmations.settle(text, {"status": "done"})
    clock.now += timedelta(hours=1)
    assert await confirmations.check(text, BINDING, Channel.OFFER) is TokenCheck.USED
    assert await confirmations.outcome(text) == {"status": "done"}


def test_the_end_is_told_in_utc_and_in_whole_seconds() -> None:
    lisbon_summer = timezone(timedelta(hours=1))
    issued = Confirmations(lambda: datetime(2026, 7, 1, 13, 0, 5, 999_999, lisbon_summer)).issue(
        BINDING, Channel.ANSWER
    )
    assert issued.expires.isoformat() == "2026-07-01T12:10:05+00:00"
    assert issued.expires.tzinfo is UTC


def content(text: str) -> bytes:
    return urlsafe_b64decode(f"{text}===")[32:]


def test_a_confirmation_holds_its_binding_its_channel_its_end_and_a_random_number() -> None:
    issued = Confirmations(lambda: datetime(2026, 7, 1, 12, tzinfo=UTC)).issue(BINDING, Channel.ANSWER)
    assert b" " not in content(issued.text)
    members: dict[str, Any] = loads(content(issued.text))
    nonce = members.pop("nonce")
    assert isinstance(members["expires"], int)
    assert members == {
        "account": "a",
        "tool": "set_price",
        "arguments": "arguments",
        "state": "state",
        "channel": "answer",
        "expires": int(datetime(2026, 7, 1, 12, 10, tzinfo=UTC).timestamp()),
        "turn": 0,
    }
    assert len(bytes.fromhex(nonce)) == 16


def test_the_place_of_an_answer_is_the_same_each_time_and_another_for_each_question() -> None:
    confirmations = Confirmations(Clock())
    first, second = (confirmations.issue(BINDING, Channel.ANSWER) for _ in range(2))
    nonce = loads(content(first.text))["nonce"]
    assert first.place == confirmations.place(first.text) == f"confirmation-{nonce[:8]}"
    assert second.place != first.place
    assert confirmations.place("made up") is None


def test_the_keys_are_those_there_are_now_or_one_of_its_own_of_256_bits() -> None:
    keys = [KEY]
    confirmations = Confirmations(Clock(), lambda: keys)
    assert confirmations.keys() == [KEY]
    keys.append(b"n" * 32)
    assert confirmations.keys() == [KEY, b"n" * 32]
    own, other = Confirmations(Clock()).keys(), Confirmations(Clock()).keys()
    assert [len(key) for key in own] == [32]
    assert own != other


def test_a_digest_does_not_depend_on_the_order_of_names_but_on_everything_else() -> None:
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})
    assert digest([1, 2]) != digest([2, 1])
    assert digest(None) != digest(1)
    assert digest({"kind": slice(1, 2)}) == digest({"kind": "slice(1, 2, None)"})


def test_a_label_left_out_of_a_digest_leaves_a_mark_that_no_text_can_hold() -> None:
    label = "guest-000001"
    assert digest(f"a {label} b", [label]) != digest("a  b")
    assert digest(f"a {label} b", [label]) != digest("a \x1f b")
    assert digest(f"a {label} b", [label]) == digest("a guest-000002 b", ["guest-000002"])


def test_a_binding_and_what_was_issued_cannot_be_changed_afterwards() -> None:
    issued = Confirmations(Clock()).issue(BINDING, Channel.OFFER)
    for frozen, name in ((BINDING, "state"), (issued, "place")):
        with pytest.raises(FrozenInstanceError):
            setattr(frozen, name, "other")


def test_channels_and_findings_have_these_words_and_every_refusal_says_that_nothing_was_done() -> None:
    assert list(Channel) == ["answer", "offer"]
    assert list(TokenCheck) == ["valid", "unknown", "expired", "arguments_changed", "state_changed", "used"]
    assert EXPLAINED == {
        "unknown": "This server did not issue this confirmation token. Nothing was changed.",
        "expired": "The confirmation is older than ten minutes. Nothing was changed.",
        "arguments_changed": "The arguments differ from those that were previewed. Nothing was changed.",
        "state_changed": "What the preview showed has changed since. Nothing was changed by this call.",
        "used": "The confirmation was used already; the change was not made a second time.",
    }


@pytest.mark.parametrize("tool", ["t", "to", "too"])
async def test_a_confirmation_of_any_length_has_no_padding_and_comes_back_valid(tool: str) -> None:
    confirmations = Confirmations(Clock())
    binding = replace(BINDING, tool=tool)
    text = confirmations.issue(binding, Channel.OFFER).text
    assert text.replace("-", "").replace("_", "").isalnum()
    assert await confirmations.check(text, binding, Channel.OFFER) is TokenCheck.VALID


@pytest.mark.parametrize("text", ["", "abcde", "é", "made up", "=", "a" * 80])
async def test_a_text_that_is_no_confirmation_is_unknown(text: str) -> None:
    confirmations = Confirmations(Clock())
    assert await confirmations.check(text, BINDING, Channel.OFFER) is TokenCheck.UNKNOWN
    assert confirmations.place(text) is None
    assert not await confirmations.claim(text)
