from hostex_mcp.api.endpoints.models import ChannelLink
from hostex_mcp.api.endpoints.properties import Property
from hostex_mcp.domain.currencies import currencies


def house(id: int, *used: str | None) -> Property:
    links = tuple(
        ChannelLink(channel_type="airbnb", listing_id=str(id + n), currency=codes)
        for n, codes in enumerate(used)
    )
    return Property(id=id, title=f"House {id}", channels=links)


def test_a_property_tells_the_currencies_of_its_own_channels() -> None:
    assert currencies([house(1, "EUR", "EUR"), house(2, "USD")], 1) == ["EUR"]
    assert currencies([house(1, "USD", "EUR"), house(2, "CHF")], 1) == ["EUR", "USD"]


def test_without_channels_of_its_own_all_currencies_of_the_account_are_candidates() -> None:
    every = [house(1), house(2, None, "USD"), house(3, "EUR")]
    assert currencies(every, 1) == ["EUR", "USD"]
    assert currencies(every) == ["EUR", "USD"]
    assert currencies([house(1)], 1) == []
