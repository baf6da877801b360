import pytest

from hostex_mcp.domain.guests import of_guest
from tests.domain.stay_samples import stay

STAYS = [
    stay("A", "2026-06-01", 2, guest_name="José Ángel Núñez"),
    stay("B", "2026-06-03", 2, guest_name="Ana Łukasik"),
    stay("C", "2026-06-05", 2, guest_name="Hanna Berg", guests=[{"name": "Anand Rao"}]),
    stay("D", "2026-06-07", 2, guest_name="O'Neil-Müller, Pat", status="cancelled"),
    stay("E", "2026-06-09", 2, guest_name=""),
]


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("nunez jose", "A"),
        ("JOSÉ", "A"),
        ("Lukasik Ana", "B"),
        ("ana", "B"),
        ("anan", "C"),
        ("rao", "C"),
        ("han ber", "C"),
        ("pat muller", "D"),
        ("an", "ABC"),
        ("nobody", ""),
        ("...", ""),
    ],
)
def test_a_guest_is_found_whatever_the_order_accents_and_case_of_the_name(name: str, codes: str) -> None:
    assert "".join(stay.stay_code for stay in of_guest(name, STAYS)) == codes


def test_stays_that_are_off_count_only_where_there_is_no_other() -> None:
    alive, off = (
        stay("A", "2026-06-01", 2, guest_name="Ana"),
        stay("B", "2026-06-01", 2, guest_name="Ana", status="denied"),
    )
    assert of_guest("ana", [off, alive]) == [alive]
    assert of_guest("ana", [off]) == [off]
