"""Which stay rules a channel knows."""

from hostex_mcp.domain.restrictions import unknown_rules


def test_a_rule_that_a_channel_lacks_is_found() -> None:
    assert unknown_rules("airbnb", ["min_stay_on_arrival", "min_stay_through"]) == ["min_stay_through"]
    assert unknown_rules("agoda", ["min_stay_through", "max_stay_through"]) == ["max_stay_through"]
    assert unknown_rules("trip.com", ["exact_stay_on_arrival"]) == ["exact_stay_on_arrival"]
    assert unknown_rules("booking.com", ["exact_stay_on_arrival"]) == []


def test_nothing_is_known_to_be_missing_on_other_channels() -> None:
    assert unknown_rules("vrbo", ["exact_stay_on_arrival"]) == []
