"""The secret of a card is bound to account, change and key, and outlives a rotation of keys."""

from hostex_mcp.server.changes.cards import CardSecrets

OLD, NEW = b"o" * 32, b"n" * 32


def secrets(*keys: bytes, account: str = "a") -> CardSecrets:
    return CardSecrets(account, lambda: keys)


def test_a_secret_fits_its_own_change_only() -> None:
    cards = secrets(NEW)
    assert cards.fits("1", cards.of("1"))
    assert not cards.fits("2", cards.of("1"))
    assert not cards.fits("1", "")
    assert len(cards.of("1")) == 43


def test_a_secret_of_another_account_or_server_does_not_fit() -> None:
    assert not secrets(NEW, account="b").fits("1", secrets(NEW).of("1"))
    assert not secrets(OLD).fits("1", secrets(NEW).of("1"))
    # No change of one account reads like one of another.
    assert secrets(NEW, account="a b").of("1") != secrets(NEW).of("b 1")


def test_after_a_rotation_of_keys_a_card_that_is_shown_still_decides() -> None:
    shown = secrets(OLD).of("1")
    assert secrets(NEW, OLD).fits("1", shown)
    assert secrets(NEW, OLD).of("1") != shown


def test_every_process_with_the_same_keys_knows_the_same_card() -> None:
    assert secrets(NEW).fits("1", secrets(NEW).of("1"))
