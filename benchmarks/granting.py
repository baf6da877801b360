"""A database with grants in it, as if people had connected, for measuring the server that looks them up."""

from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from hostex_mcp.http.config import SCOPES, Address
from hostex_mcp.http.store import new_code, store_of
from hostex_mcp.http.store.records import Choices, Code, Credential, Grant
from hostex_mcp.settings import Settings


async def access_tokens(
    database: str, address: Address, count: int, browser: str = "browser", hostex_token: str = "token-{}"
) -> list[str]:
    """Make so many grants in a browser, of which this is the digest, each with a Hostex token of its own
    unless that has no place for a number, and give their access tokens."""
    now = datetime.now(UTC)
    tokens: list[str] = []
    async with store_of(Settings(database_url=SecretStr(database))) as store:
        for number in range(count):
            grant = Grant(
                grant_id=f"grant-{number}",
                client_id="benchmark",
                client_name="Benchmark",
                returns_to="example.com",
                choices=Choices(frozenset(SCOPES)),
                resource=address.resource,
                browser=browser,
                kind="token",
                status="active",
                created_at=now,
            )
            await store.grants.add(grant, Credential("token", SecretStr(hostex_token.format(number))))
            code = Code(
                grant_id=grant.grant_id,
                client_id=grant.client_id,
                redirect_uri="https://example.com/callback",
                redirect_uri_given=True,
                code_challenge="c" * 43,
                scopes=SCOPES,
                resource=address.resource,
                expires_at=now + timedelta(minutes=1),
            )
            text = new_code()
            await store.codes.issue(text, code)
            pair = await store.tokens.redeem(text)
            assert pair
            tokens.append(pair.access_token)
    return tokens
