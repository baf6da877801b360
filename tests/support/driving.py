"""A scripted person: opens what a program asks to have opened, fills in the forms, and goes where that leads.

As a program, `python -m tests.support.driving ADDRESS` is a browser for clients that start one.
"""

import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2

from hostex_mcp.sandbox import WRITABLE
from tests.http.html_pages import Html, changed

TOKEN = "HOSTEX_TESTS_PERSON_TOKEN"

_STEPS = 12


@dataclass
class Person:
    """Has one browser, a Hostex access token, and a mind made up: `choices` are what is set in the forms, and
    `decision` is the button. With `portal`, the origin of Hostex's own pages, the person allows there too."""

    token: str = WRITABLE
    choices: dict[str, str | list[str]] = field(default_factory=lambda: {"access": "write"})
    decision: str = "connect"
    portal: str | None = None
    transport: Callable[[], httpx2.BaseTransport] = httpx2.HTTPTransport
    cookies: httpx2.Cookies = field(default_factory=httpx2.Cookies)
    seen: list[Html] = field(default_factory=list[Html])

    def authorize(self, url: str) -> str:
        """Open an authorization page and go through with it; the address that leads back to the client."""
        with self._browser() as browser:
            answer = browser.get(url)
            for _ in range(_STEPS):
                onward = _onward(answer)
                if onward is None:
                    answer = self._submit(browser, answer)
                elif _origin(onward) in (_origin(url), self.portal):
                    answer = browser.get(onward)
                else:
                    return onward
        raise AssertionError(f"goes on and on: {answer.text}")

    def go(self, url: str) -> None:
        """Go through with an authorization and deliver its answer to the client."""
        httpx2.get(self.authorize(url), timeout=30).raise_for_status()

    @contextmanager
    def _browser(self) -> Generator[httpx2.Client]:
        with httpx2.Client(transport=self.transport(), cookies=self.cookies, timeout=30) as browser:
            yield browser
            self.cookies = browser.cookies

    def _submit(self, browser: httpx2.Client, answer: httpx2.Response) -> httpx2.Response:
        page = Html(answer.text)
        self.seen.append(page)
        forms = page.all("form")
        assert answer.status_code == 200, page.text
        assert forms, page.text
        target = urljoin(str(answer.url), forms[0]["action"])
        values: dict[str, str | list[str]] = {"decision": self.decision}
        if _origin(target) == self.portal:
            values = {"decision": "allow"}
        elif page.title.startswith("Connect this account"):
            values = {"decision": "connect"}
        elif page.all("input", name="token"):
            values |= {"token": self.token if self.decision == "connect" else "", **self.choices}
        headers = {"Origin": _origin(target), "Sec-Fetch-Site": "same-origin"}
        data: dict[str, list[str]] = {}
        for name, value in changed(page.fields, **values):
            data.setdefault(name, []).append(value)
        return browser.post(target, data=data, headers=headers)


def _onward(answer: httpx2.Response) -> str | None:
    """Where an answer sends the browser by itself: a redirect, or a page that takes one away."""
    if answer.is_redirect:
        return urljoin(str(answer.url), answer.headers["location"])
    for meta in Html(answer.text).all("meta"):
        if meta.get("http-equiv", "").lower() == "refresh":
            return urljoin(str(answer.url), meta["content"].partition("url=")[2])
    return None


def answer_in(url: str) -> dict[str, str]:
    """What an address that leads back to the client tells it; nothing is told twice."""
    values = parse_qs(urlsplit(url).query, keep_blank_values=True, strict_parsing=True)
    assert all(len(value) == 1 for value in values.values())
    return {name: value[0] for name, value in values.items()}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


if __name__ == "__main__":
    Person(os.environ.get(TOKEN, WRITABLE)).go(sys.argv[1])
