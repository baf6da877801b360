"""A scripted person: opens what a program asks to have opened, fills in the forms, and goes where that leads.

As a program, `python -m tests.http.driving ADDRESS` is a browser for clients that start one.
"""

import os
import sys
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
    transport: httpx2.BaseTransport | None = None
    decision: str = "connect"

    def __post_init__(self) -> None:
        self.browser = httpx2.Client(transport=self.transport, timeout=30)
        self.seen: list[Html] = []

    def authorize(self, url: str) -> str:
        """Open an authorization page and go through with it; the address that leads back to the client."""
        answer = self.browser.get(url)
        for _ in range(_STEPS):
            if answer.is_redirect:
                onward = urljoin(str(answer.url), answer.headers["location"])
                if _origin(onward) != _origin(url):
                    return onward
                answer = self.browser.get(onward)
            else:
                answer = self._submit(answer)
        raise AssertionError(f"goes on and on: {answer.text}")

    def _submit(self, answer: httpx2.Response) -> httpx2.Response:
        page = Html(answer.text)
        self.seen.append(page)
        forms = page.all("form")
        assert answer.status_code == 200, page.text
        assert forms, page.text
        values: dict[str, str | list[str]] = {"decision": self.decision}
        if page.all("input", name="token"):
            values["token"] = self.token
        fields = changed(page.fields, **values, **self.choices)
        target = urljoin(str(answer.url), forms[0]["action"])
        headers = {"Origin": _origin(target), "Sec-Fetch-Site": "same-origin"}
        data: dict[str, list[str]] = {}
        for name, value in fields:
            data.setdefault(name, []).append(value)
        return self.browser.post(target, data=data, headers=headers)


def answer_in(url: str) -> dict[str, str]:
    """What an address that leads back to the client tells it; nothing is told twice."""
    values = parse_qs(urlsplit(url).query, keep_blank_values=True, strict_parsing=True)
    assert all(len(one) == 1 for one in values.values())
    return {name: one[0] for name, one in values.items()}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def browse(url: str) -> None:
    """Go through with an authorization and deliver its answer to the client."""
    person = Person(os.environ.get(TOKEN, WRITABLE))
    person.browser.get(person.authorize(url)).raise_for_status()


if __name__ == "__main__":
    browse(sys.argv[1])
