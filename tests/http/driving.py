"""A scripted person: opens what a program asks to have opened, fills in the forms, and goes where that leads.

As a program, `python -m tests.http.driving ADDRESS` is a browser for clients that start one.
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

_STEPS = 6


@dataclass
class Person:
    """Has one browser, a Hostex access token, and a mind made up: `choices` are what is set in the forms."""

    token: str = WRITABLE
    choices: dict[str, str | list[str]] = field(default_factory=lambda: {"access": "write"})
    decision: str = "connect"
    transport: Callable[[], httpx2.BaseTransport] = httpx2.HTTPTransport
    cookies: httpx2.Cookies = field(default_factory=httpx2.Cookies)
    seen: list[Html] = field(default_factory=list[Html])

    def authorize(self, url: str) -> str:
        """Open an authorization page and go through with it; the address that leads back to the client."""
        with self._browser() as browser:
            answer = browser.get(url)
            for _ in range(_STEPS):
                if not answer.is_redirect:
                    answer = self._submit(browser, answer)
                    continue
                onward = urljoin(str(answer.url), answer.headers["location"])
                if _origin(onward) != _origin(url):
                    return onward
                answer = browser.get(onward)
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
        values: dict[str, str | list[str]] = {"decision": self.decision}
        if page.all("input", name="token"):
            values["token"] = self.token
        target = urljoin(str(answer.url), forms[0]["action"])
        headers = {"Origin": _origin(target), "Sec-Fetch-Site": "same-origin"}
        data: dict[str, list[str]] = {}
        for name, value in changed(page.fields, **values, **self.choices):
            data.setdefault(name, []).append(value)
        return browser.post(target, data=data, headers=headers)


def answer_in(url: str) -> dict[str, str]:
    """What an address that leads back to the client tells it; nothing is told twice."""
    values = parse_qs(urlsplit(url).query, keep_blank_values=True, strict_parsing=True)
    assert all(len(one) == 1 for one in values.values())
    return {name: one[0] for name, one in values.items()}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


if __name__ == "__main__":
    Person(os.environ.get(TOKEN, WRITABLE)).go(sys.argv[1])
