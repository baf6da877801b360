"""What holds for every page."""

from pathlib import Path
from urllib.parse import urlencode

import httpx2
import pytest

from hostex_mcp.http.connect.consent_form import topic
from hostex_mcp.http.connect.problems import problem_of
from hostex_mcp.pages.render import error_page
from hostex_mcp.sandbox.tokens import TOKENS
from hostex_mcp.tools.catalogue import TOOLSETS
from tests.http.connecting import Person, deployment
from tests.http.html_pages import Html

pytestmark = pytest.mark.anyio

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"


async def answers(person: Person) -> list[httpx2.Response]:
    """An answer of every kind."""
    app = await person.consent(redirect_uri="cursor://x/y", nonce="app")
    pick = await person.answer(await person.consent(nonce="pick"), token=TOKENS.WRITABLE, pick="1")
    return [
        await person.get(f"/connect/consent?{urlencode({'request': person.asked()})}"),
        await person.connect(TOKENS.DEAD),
        await person.answer(app, token=TOKENS.WRITABLE),
        await person.get(pick.headers["location"]),
        await person.get("/connect"),
        await person.get("/connect/consent"),
        await person.get("/connect/return"),
        await person.http.post("/connect", content=b""),
    ]


async def test_every_page_forbids_scripts_frames_caches_and_foreign_content(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        for answer in await answers(person):
            headers = answer.headers
            assert headers["content-security-policy"] == POLICY
            assert headers["x-frame-options"] == "DENY"
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cross-origin-opener-policy"] == "same-origin"
            assert headers["referrer-policy"] == "same-origin"
            assert headers["cache-control"] == "no-store"
            assert "camera=()" in headers["permissions-policy"]
            assert headers["content-type"] == "text/html; charset=utf-8"


async def test_redirects_are_not_cached_either(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        answer = await person.connect(TOKENS.WRITABLE)
        assert (answer.status_code, answer.headers["cache-control"]) == (303, "no-store")


async def test_every_page_has_a_language_a_title_and_one_heading_and_no_script_or_style(
    tmp_path: Path,
) -> None:
    async with deployment(tmp_path) as person:
        for answer in await answers(person):
            page = Html(answer.text)
            assert page.all("html", lang="en")
            assert page.title
            assert len(page.headings) == 1
            assert len(page.all("main")) == 1
            assert not page.all("script")
            assert not page.all("style")
            assert not [
                has
                for _, has in page.tags
                if "style" in has or any(attribute[:2] == "on" for attribute in has)
            ]


async def test_nothing_comes_from_elsewhere(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        for answer in await answers(person):
            page = Html(answer.text)
            loaded = [tag["src"] for tag in page.all("img")] + [tag["href"] for tag in page.all("link")]
            assert set(loaded) == {"/connect/icon.svg", "/connect/style.css"}


async def test_every_field_that_is_filled_in_has_a_label(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await person.consent()
        assert page.all("label", **{"for": "token"})
        choices = [field for field in page.all("input") if field["type"] in ("radio", "checkbox")]
        assert len(page.all("label", **{"class": "choice"})) == len(choices)
        token = page.all("input", id="token")[0]
        assert (token["type"], token["autocomplete"]) == ("password", "off")


@pytest.mark.parametrize(
    ("path", "kind"), [("style.css", "text/css; charset=utf-8"), ("icon.svg", "image/svg+xml")]
)
async def test_the_style_sheet_and_the_icon_are_served(tmp_path: Path, path: str, kind: str) -> None:
    async with deployment(tmp_path) as person:
        answer = await person.http.get(f"/connect/{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
        assert "@import" not in answer.text
        assert "url(" not in answer.text


def test_an_error_page_says_what_went_wrong_and_what_to_do() -> None:
    answer = error_page("It <failed>", "Because & so.", 418, advice="Try <again>.", notice=None)
    page = Html(bytes(answer.body).decode())
    assert (answer.status_code, page.title, page.headings) == (418, "It <failed>", ["It <failed>"])
    assert "Because & so. Try <again>." in page.text


async def test_every_page_of_a_demo_says_so_and_names_the_operator_error_pages_too(tmp_path: Path) -> None:
    async with deployment(
        tmp_path, sandbox=True, operator="Seaside Rentals", contact="a@b.example"
    ) as person:
        for answer in await answers(person):
            assert "Demo. Everything here is invented" in Html(answer.text).text
            assert "Run by Seaside Rentals" in Html(answer.text).text


@pytest.mark.parametrize("toolset", TOOLSETS)
def test_every_toolset_has_words_for_people(toolset: str) -> None:
    assert topic(toolset) != toolset.replace("_", " ").capitalize() or toolset == "reviews"


@pytest.mark.parametrize("verdict", ["dead", "read_only", "lapsed", "plan", "account", "unreachable", "new"])
@pytest.mark.parametrize("pasted", [True, False])
def test_every_verdict_but_the_good_ones_is_a_problem_with_advice(verdict: str, pasted: bool) -> None:
    problem = problem_of(verdict, "RT1", pasted=pasted)
    assert problem is not None
    assert problem.reference == "RT1"
    assert problem.advice


@pytest.mark.parametrize("verdict", ["read_write", "readable"])
def test_the_good_verdicts_are_none(verdict: str) -> None:
    assert problem_of(verdict, None) is None
