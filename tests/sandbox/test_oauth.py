import re
from urllib.parse import parse_qs, urlsplit

import pytest

from hostex_mcp.sandbox.state import Row
from tests.support.world import Api

CLIENT = {"client_id": "sandbox-partner", "client_secret": "sandbox-partner-secret"}
BACK = "http://127.0.0.1:4000/callback"
PAGE = {"client_id": "sandbox-partner", "redirect_uri": BACK, "state": "xyz"}
PATH = "/app/authorization"


def decide(api: Api, decision: str, **changes: str) -> dict[str, list[str]]:
    response = api.request("POST", PATH, data=PAGE | changes | {"decision": decision})
    assert response.status_code == 302
    location = response.headers["location"]
    assert location.startswith(f"{BACK}?")
    return parse_qs(urlsplit(location).query)


def code(api: Api) -> str:
    return decide(api, "allow")["code"][0]


def exchange(api: Api, **body: str) -> Row:
    return api.data("POST /oauth/authorizations", CLIENT | body)


def pair(api: Api) -> Row:
    return exchange(api, grant_type="authorization_code", code=code(api))


def works(api: Api, token: str) -> bool:
    return api.bearing(token).envelope("GET /properties")["error_code"] == 200


def test_a_host_who_allows_it_returns_with_a_code_that_buys_a_working_token(api: Api) -> None:
    back = decide(api, "allow")
    assert back["state"] == ["xyz"]
    api.headers = {}
    tokens = exchange(api, grant_type="authorization_code", code=back["code"][0])
    assert tokens["expires_in"] == 604800
    assert works(api, tokens["access_token"])


def test_a_host_who_denies_returns_with_an_error(api: Api) -> None:
    assert decide(api, "deny") == {"error": ["access_denied"], "state": ["xyz"]}


def test_a_code_is_good_once(api: Api) -> None:
    used = code(api)
    exchange(api, grant_type="authorization_code", code=used)
    body = CLIENT | {"grant_type": "authorization_code", "code": used}
    assert api.refusal("POST /oauth/authorizations", body)[0] == 400


def test_a_code_is_good_for_ten_minutes(api: Api) -> None:
    old = code(api)
    api.clock.advance(minutes=10)
    body = CLIENT | {"grant_type": "authorization_code", "code": old}
    assert api.refusal("POST /oauth/authorizations", body)[0] == 400


def test_an_access_token_lasts_seven_days(api: Api) -> None:
    token = pair(api)["access_token"]
    api.clock.advance(days=7, seconds=-1)
    assert works(api, token)
    api.clock.advance(seconds=1)
    assert api.bearing(token).refusal("GET /properties") == (401, "Invalid access token.")


def test_refreshing_rotates_the_refresh_token(api: Api) -> None:
    first = pair(api)
    second = exchange(api, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert works(api, first["access_token"])
    assert works(api, second["access_token"])
    assert second["refresh_token"] != first["refresh_token"]
    body = CLIENT | {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert api.refusal("POST /oauth/authorizations", body)[0] == 400


def test_access_and_refresh_tokens_are_revoked_one_at_a_time(api: Api) -> None:
    tokens = pair(api)
    api.data("POST /oauth/revoke", CLIENT | {"token": tokens["access_token"]})
    assert not works(api, tokens["access_token"])
    fresh = exchange(api, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    api.data("POST /oauth/revoke", CLIENT | {"token": fresh["refresh_token"]})
    assert works(api, fresh["access_token"])
    body = CLIENT | {"grant_type": "refresh_token", "refresh_token": fresh["refresh_token"]}
    assert api.refusal("POST /oauth/authorizations", body)[0] == 400


def test_wrong_client_credentials_are_refused(api: Api) -> None:
    body = CLIENT | {"client_secret": "guess", "token": "x"}
    assert api.refusal("POST /oauth/revoke", body) == (401, "Invalid client.")


def test_each_grant_type_needs_its_own_field(api: Api) -> None:
    text = "The code field is required when grant type is authorization_code."
    body = CLIENT | {"grant_type": "authorization_code", "refresh_token": "x"}
    assert api.refusal("POST /oauth/authorizations", body) == (400, text)
    assert api.refusal("POST /oauth/authorizations", CLIENT | {"grant_type": "password"})[0] == 422


def test_ten_failures_within_a_minute_lock_the_door_for_a_while(api: Api) -> None:
    bad = CLIENT | {"grant_type": "refresh_token", "refresh_token": "guess"}
    for _ in range(10):
        assert api.refusal("POST /oauth/authorizations", bad)[0] == 400
    assert api.refusal("POST /oauth/authorizations", bad)[0] == 429
    api.clock.advance(seconds=60)
    assert pair(api)["expires_in"] == 604800


def test_the_page_names_the_account_and_offers_both_answers(api: Api) -> None:
    page = api.request("GET", PATH, params=PAGE)
    assert page.status_code == 200
    assert re.findall(r'name="decision" value="(\w+)"', page.text) == ["allow", "deny"]
    assert "Small Host" in page.text
    assert '<html lang="en">' in page.text


def test_the_page_cannot_be_framed_and_runs_no_script(api: Api) -> None:
    policy = api.request("GET", PATH, params=PAGE).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:4000" in policy


def test_what_the_partner_sends_is_escaped(api: Api) -> None:
    page = api.request("GET", PATH, params=PAGE | {"state": '"><script>alert(1)</script>'})
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "someone"},
        {"redirect_uri": "https://partner.example.com/back"},
        {"redirect_uri": "https://127.0.0.1.example.com/"},
        {"redirect_uri": "http://[bad/"},
        {"redirect_uri": ""},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_strangers_are_told_so_and_nobody_is_sent_anywhere(
    api: Api, method: str, changes: dict[str, str]
) -> None:
    form = PAGE | changes | {"decision": "allow"}
    options = {"params": form} if method == "GET" else {"data": form}
    response = api.request(method, PATH, **options)
    assert response.status_code == 400
    assert "location" not in response.headers


def test_a_registered_address_is_returned_to(api: Api) -> None:
    registered = "https://partner.example.com/back?from=hostex"
    api.sandbox.oauth.redirect_uris.add(registered)
    response = api.request("POST", PATH, data=PAGE | {"redirect_uri": registered, "decision": "allow"})
    assert response.headers["location"].startswith(f"{registered}&code=")
