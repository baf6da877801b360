"""Reviews of guests and replies to theirs, through the engine against a small host."""

from typing import Any

import pytest

from hostex_mcp.sandbox import Sandbox
from tests.support.clock import ahead
from tests.support.engine import Call
from tests.support.requests_sent import sent, written
from tests.support.small_host import Row, done, problems, small_sandbox
from tests.support.world import LOFT, add_stay

pytestmark = pytest.mark.anyio

POST = "POST /reviews/{reservation_code}"
CODE = "0-1-a"
PRIVATE = "The shower upstairs leaks and the neighbour was rude to us."


@pytest.fixture
def sandbox() -> Sandbox:
    sandbox = small_sandbox()
    add_stay(sandbox.accounts.main, CODE, (ahead(-205), ahead(-200)))
    return sandbox


def guest_reviewed(sandbox: Sandbox, **changes: Any) -> Row:
    """A review that the guest wrote, answered by nobody."""
    row: Row = {
        "reservation_code": CODE,
        "property_id": LOFT,
        "channel_type": "airbnb",
        "listing_id": "A1",
        "check_in_date": ahead(-205),
        "check_out_date": ahead(-200),
        "host_review": None,
        "guest_review": {
            "score": 4,
            "sub_score": None,
            "content": "Lovely\u202e loft",
            "private_feedback": PRIVATE,
            "created_at": "2026-01-01T10:00:00+00:00",
        },
        "host_reply": None,
    }
    sandbox.accounts.main.reviews[CODE] = row | changes
    return sandbox.accounts.main.reviews[CODE]


async def test_a_guest_is_reviewed_with_score_text_and_categories(call: Call, sandbox: Sandbox) -> None:
    body: Row = {
        "host_review_score": 5,
        "host_review_content": "Tidy and kind.",
        "category_ratings": {"cleanliness": 4, "recommend": 1},
    }
    answer = await done(call, "create_review", reservation_code=CODE, **body)
    assert sent(sandbox, POST) == [body]
    posted = sandbox.accounts.main.reviews[CODE]["host_review"]
    assert (posted["score"], posted["content"]) == (5, "Tidy and kind.")
    assert answer["result"] == {
        "stay_code": CODE,
        "reservation_code": CODE,
        "channel_type": "airbnb",
        "guest_name": "Ines Exemplar",
        "property_id": LOFT,
        "property_title": "Harbour Loft",
        "check_in_date": ahead(-205),
        "check_out_date": ahead(-200),
        **body,
    }
    assert answer["undo"] is None


@pytest.mark.parametrize(
    ("given", "posted"),
    [("no", {"recommend": 0}), ("yes", {"recommend": 1}), (True, {"recommend": 1}), (0, {})],
)
async def test_a_guest_is_advised_against_only_by_an_explicit_no(
    call: Call, sandbox: Sandbox, given: object, posted: Row
) -> None:
    ratings = {"overall_rating": 4, "recommend": given}
    await done(
        call, "create_review", reservation_code=CODE, host_review_content="Fine.", category_ratings=ratings
    )
    assert sent(sandbox, POST)[0]["category_ratings"] == {"overall_rating": 4, **posted}


async def test_an_overall_rating_stands_in_for_the_score(call: Call, sandbox: Sandbox) -> None:
    ratings = {"overall_rating": 4}
    text = "Fine."
    await done(
        call, "create_review", reservation_code=CODE, host_review_content=text, category_ratings=ratings
    )
    assert sandbox.accounts.main.reviews[CODE]["host_review"]["score"] == 4


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"host_review_score": None}, "host_review_score", "is required unless overall_rating is given"),
        ({"host_review_score": 6}, "host_review_score", "must be at most 5"),
        ({"host_review_content": ""}, "host_review_content", "is required"),
        ({"category_ratings": {"kindness": 5}}, "category_ratings.kindness", "is not a known key here"),
        (
            {"category_ratings": {"recommend": 2}},
            "category_ratings.recommend",
            "must be one of 'yes' or 'no'",
        ),
        (
            {"category_ratings": {"recommend": False}},
            "category_ratings.recommend",
            "must be one of 'yes' or 'no'",
        ),
        ({"host_reply_content": "x"}, "host_reply_content", "unknown argument; did you mean"),
    ],
)
async def test_an_impossible_review_is_refused_before_it_is_sent(
    call: Call, sandbox: Sandbox, changes: Row, field: str, problem: str
) -> None:
    good = {"reservation_code": CODE, "host_review_content": "Tidy.", "host_review_score": 5}
    refused = await problems(call, "create_review", **{**good, **changes})
    assert refused[field].startswith(problem)
    assert written(sandbox) == []


async def test_category_ratings_are_for_channels_that_know_them(call: Call, sandbox: Sandbox) -> None:
    sandbox.accounts.main.stays[CODE]["channel_type"] = "booking.com"
    refused = await problems(
        call,
        "create_review",
        reservation_code=CODE,
        host_review_content="Tidy.",
        host_review_score=5,
        category_ratings={"cleanliness": 5},
    )
    assert refused == {"category_ratings": "do not exist on booking.com"}


async def test_nobody_is_reviewed_twice(call: Call, sandbox: Sandbox) -> None:
    guest_reviewed(sandbox, host_review={"score": 5, "content": "Tidy."})
    refused = await problems(
        call, "create_review", reservation_code=CODE, host_review_content="Again", host_review_score=1
    )
    assert refused == {"reservation_code": "has the host's review already, which is final"}
    assert written(sandbox) == []


async def test_a_reply_is_posted_and_shown_with_the_review_it_answers(call: Call, sandbox: Sandbox) -> None:
    row = guest_reviewed(sandbox)
    answer = await done(
        call, "reply_to_review", reservation_code=CODE, host_reply_content="Thank you, come again!"
    )
    assert row["host_reply"]["content"] == "Thank you, come again!"
    assert sent(sandbox, POST) == [{"host_reply_content": "Thank you, come again!"}]
    result = answer["result"]
    assert (result["guest_score"], result["host_reply_content"]) == (4, "Thank you, come again!")
    assert ">Lovely loft</guest-" in result["guest_review"]
    assert PRIVATE not in str(answer)


async def test_a_reply_does_not_repeat_what_was_said_in_private(call: Call, sandbox: Sandbox) -> None:
    guest_reviewed(sandbox)
    reply = "Sorry that THE SHOWER, upstairs, leaks and dripped!"
    refused = await problems(call, "reply_to_review", reservation_code=CODE, host_reply_content=reply)
    assert refused == {"host_reply_content": "repeats the guest's private feedback"}
    assert written(sandbox) == []


async def test_without_a_guest_review_there_is_nothing_to_reply_to(call: Call, sandbox: Sandbox) -> None:
    refused = await problems(call, "reply_to_review", reservation_code=CODE, host_reply_content="Thanks")
    assert refused == {"reservation_code": "has no guest review to reply to"}
    assert written(sandbox) == []


async def test_a_review_is_answered_once(call: Call, sandbox: Sandbox) -> None:
    guest_reviewed(sandbox, host_reply={"content": "Thanks", "created_at": None})
    refused = await problems(call, "reply_to_review", reservation_code=CODE, host_reply_content="Thanks")
    assert refused == {"reservation_code": "has a reply already, which is final"}
    assert written(sandbox) == []
