"""The process that got a person's click is killed before Hostex gets the change, or before it keeps what
came of it: nothing is sent twice, and everybody is told to look."""

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from threading import Thread
from typing import Any

import httpx2
import pytest

from tests.http.html_pages import Fields, Html, changed
from tests.processes.staying_up.clock import WallClock
from tests.processes.staying_up.deployed import LONG, SENDING, THREAD, by_then, sent
from tests.processes.staying_up.switch import switched
from tests.support.driving import Person
from tests.support.processes import Running
from tests.support.replicas import PUBLIC, ByHand, Fleet

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

TEXT = "The sauna is warm"
NOTE: dict[str, Any] = {"conversation_id": THREAD, "message": TEXT}
AUTO = {"HOSTEX_MCP_CONFIRM": "auto"}
FROM_HERE = {"Origin": PUBLIC, "Sec-Fetch-Site": "same-origin"}
LOOK = (
    "the server ended before it kept what came of it. It was sent once or not at all, and is not sent again "
    "by itself. Look in Hostex before you try again."
)


class Owner:
    """A person with a browser, and their app, whose message waits."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self.app, self._person = ByHand(fleet), fleet.person()
        self.access: str = self.app.connect(self._person)["access_token"]
        self.change_id: str = self.app.call(self.access, "send_message", **NOTE)["change_id"]
        self.form: Fields = changed(Html(self.page().source).fields, decision="approve", text=TEXT)

    def page(self) -> Html:
        """The page of the change as it is now."""
        with self._browser() as browser:
            answer = browser.get(f"{PUBLIC}/changes/{self.change_id}")
        assert answer.status_code == 200
        return Html(answer.text)

    def click(self) -> httpx2.Response:
        """Press the button that was there before anything happened."""
        data = dict(self.form)
        with self._browser() as browser:
            return browser.post(f"{PUBLIC}/changes/{self.change_id}", data=data, headers=FROM_HERE)

    def repeat(self) -> dict[str, Any]:
        """What the model is told."""
        return self.app.call(self.access, "send_message", change_id=self.change_id, **NOTE)

    @contextmanager
    def _browser(self) -> Generator[httpx2.Client]:
        person: Person = self._person
        with httpx2.Client(transport=person.transport(), cookies=person.cookies, timeout=LONG) as browser:
            yield browser


def click_and_kill(owner: Owner, server: Running, reached: Callable[[], object]) -> None:
    """Kill the process once the click has come as far as this."""

    def click() -> None:
        with pytest.raises(httpx2.TransportError):
            owner.click()

    clicking = Thread(target=click)
    clicking.start()
    by_then(reached)
    server.process.kill()
    clicking.join(LONG)
    assert not clicking.is_alive()


def ends_unknown(owner: Owner, server: Running, clock: WallClock) -> None:
    """The change is not known to be made, for the person and the model alike, and no click sends it."""
    assert "It is being made." in owner.page().text
    assert owner.click().status_code == 303
    assert "It is being made." in owner.page().text
    clock.jump(server, hours=0.3)
    page = owner.page()
    assert "may have been made" in page.text
    assert LOOK in page.text
    assert page.all("button") == []
    told = owner.repeat()
    assert (told["status"], told["error"]["kind"]) == ("outcome_unknown", "outcome_unknown")
    assert not told["error"]["retryable"]
    assert owner.click().status_code == 303
    assert LOOK in owner.page().text


def test_a_change_whose_process_is_killed_between_click_and_hostex_is_unknown_and_never_sent(
    hostex: Fleet, wall_clock: WallClock
) -> None:
    port = httpx2.URL(hostex.hostex).port
    assert port
    with ExitStack() as first:
        way = first.enter_context(switched(port))
        there = {"HOSTEX_API_BASE_URL": f"{way.origin}/v3"}
        _, server = first.enter_context(hostex.one_more(1, **there, **AUTO))
        owner = Owner(hostex)
        way.holds = f"POST /v3/conversations/{THREAD}".encode()
        click_and_kill(owner, server, way.held.is_set)
    with hostex.one_more(1, **AUTO, **wall_clock.environ) as (_, server):
        ends_unknown(owner, server, wall_clock)
    assert hostex.calls(SENDING) == 0
    assert sent(hostex.sandbox, TEXT) == 0


def test_a_change_whose_process_is_killed_before_it_keeps_the_outcome_is_unknown_and_sent_once(
    hostex: Fleet, wall_clock: WallClock
) -> None:
    with hostex.one_more(1, **AUTO) as (_, server):
        owner = Owner(hostex)
        hostex.sandbox.faults.add("stall", SENDING, times=1, seconds=30)
        click_and_kill(owner, server, lambda: sent(hostex.sandbox, TEXT))
    with hostex.one_more(1, **AUTO, **wall_clock.environ) as (_, server):
        ends_unknown(owner, server, wall_clock)
    assert sent(hostex.sandbox, TEXT) == 1
    assert hostex.calls(SENDING) == 1
