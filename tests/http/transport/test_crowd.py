"""Whose connection goes when there are too many."""

from dataclasses import dataclass

import pytest

from hostex_mcp.http.transport.crowd import Crowd

PROXY = "10.0.0.9"


@dataclass(eq=False)
class Fake:
    """A connection that remembers being closed."""

    caller: str
    closed: bool = False

    def leave(self) -> None:
        self.closed = True


def enter(crowd: Crowd, caller: str, number: int = 1, *, busy: bool = False) -> list[Fake]:
    made = [Fake(caller) for _ in range(number)]
    for connection in made:
        crowd.enter(connection)
        crowd.note(connection, busy=busy)
    return made


def open_of(connections: list[Fake]) -> list[bool]:
    return [not connection.closed for connection in connections]


def test_810_idle_connections_of_one_address_keep_nobody_out() -> None:
    crowd = Crowd()
    idle = enter(crowd, "198.51.100.7", 810)
    assert open_of(idle) == [False] * 610 + [True] * 200
    assert crowd.has_room(enter(crowd, "203.0.113.5")[0])


def test_an_address_that_has_its_share_at_work_is_refused_and_others_are_served() -> None:
    crowd = Crowd()
    enter(crowd, "198.51.100.7", 200, busy=True)
    assert not crowd.has_room(enter(crowd, "198.51.100.7")[0])
    assert crowd.has_room(enter(crowd, "203.0.113.5")[0])


def test_of_all_the_longest_idle_of_the_address_with_most_of_them_goes_first() -> None:
    crowd = Crowd(most=6, each=6)
    few, many = enter(crowd, "192.0.2.1", 2), enter(crowd, "192.0.2.2", 4)
    enter(crowd, "192.0.2.3")
    assert (open_of(few), open_of(many)) == ([True, True], [False, True, True, True])


def test_work_makes_a_connection_the_last_to_go_and_while_it_goes_on_it_stays() -> None:
    crowd = Crowd(most=9, each=2)
    first, second = enter(crowd, "192.0.2.1", 2)
    crowd.note(first, busy=True)
    enter(crowd, "192.0.2.1")
    assert (first.closed, second.closed) == (False, True)
    crowd.note(first, busy=False)
    third = enter(crowd, "192.0.2.1")[0]
    enter(crowd, "192.0.2.1")
    assert (first.closed, third.closed) == (True, False)


def test_a_proxy_may_have_as_many_as_there_are_and_its_idle_ones_go_after_those_of_others() -> None:
    crowd = Crowd(most=8, each=2, proxies=["10.0.0.0/8"])
    proxied, direct = enter(crowd, PROXY, 7), enter(crowd, "192.0.2.1")
    assert crowd.has_room(enter(crowd, PROXY)[0])
    assert (open_of(proxied), direct[0].closed) == ([True] * 7, True)
    enter(crowd, PROXY)
    assert open_of(proxied) == [False] + [True] * 6


@pytest.mark.parametrize("sent_away", [False, True])
def test_a_connection_that_ends_frees_its_place_once(sent_away: bool) -> None:
    crowd = Crowd(most=9, each=1)
    first = enter(crowd, "192.0.2.1")[0]
    if sent_away:
        second = enter(crowd, "192.0.2.1")[0]
        crowd.exit(first)
        crowd.note(first, busy=True)
        crowd.exit(second)
    crowd.exit(first)
    assert crowd.has_room(enter(crowd, "192.0.2.1", busy=True)[0])
    assert not crowd.has_room(enter(crowd, "192.0.2.1", busy=True)[0])
