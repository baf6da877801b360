import re
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from hostex_mcp.http.keys.key_file import KeyFile
from hostex_mcp.http.keys.keyring import KeyRing, Unsealable, new_key
from hostex_mcp.settings import SettingsError
from tests.http.keeping import KEY, OLDER_KEY

SEALED_BEFORE = "AZE3jVVHvAABAgMEBQYHCAkKCwbIHepBmTQYvevz_mfUuOW28qHlsLCOd5AEm_BylcE03ONLCFY"


def opens(ring: KeyRing, sealed: str, purpose: str = "note", bound_to: str = "row-1") -> bool:
    try:
        return ring.open(purpose, sealed, bound_to) == b"the lock code is 4711"
    except Unsealable:
        return False


@pytest.fixture
def ring() -> KeyRing:
    return KeyRing([KEY])


@pytest.fixture
def sealed(ring: KeyRing) -> str:
    return ring.seal("note", b"the lock code is 4711", "row-1")


def test_what_was_sealed_opens_and_is_url_safe(ring: KeyRing, sealed: str) -> None:
    assert opens(ring, sealed)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", sealed)


def test_what_an_earlier_release_sealed_still_opens(ring: KeyRing) -> None:
    assert ring.open("note", SEALED_BEFORE, "row-1") == b"the lock code is 4711"


def test_the_same_text_is_never_sealed_the_same_way(ring: KeyRing) -> None:
    assert len({ring.seal("note", b"x") for _ in range(100)}) == 100


def test_it_opens_for_its_own_purpose_and_what_it_is_bound_to_only(ring: KeyRing, sealed: str) -> None:
    assert not opens(ring, sealed, purpose="other")
    assert not opens(ring, sealed, bound_to="row-2")
    assert not opens(ring, sealed, bound_to="")


def test_no_altered_character_goes_unnoticed(ring: KeyRing, sealed: str) -> None:
    for place, character in enumerate(sealed):
        other = "A" if character != "A" else "B"
        assert not opens(ring, sealed[:place] + other + sealed[place + 1 :]), place


@pytest.mark.parametrize("length", [0, 1, 2, 10, 24, 25, 40])
def test_a_cut_text_does_not_open(ring: KeyRing, sealed: str, length: int) -> None:
    assert not opens(ring, sealed[:length])


def test_a_text_has_one_spelling_only(ring: KeyRing) -> None:
    sealed = ring.seal("note", b"four", "row-1")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    spellings = [sealed[:-1] + last for last in alphabet]
    spellings += [sealed + "=", sealed + "\n", f" {sealed}", sealed + "é", sealed.replace("-", "+")]
    assert [spelling for spelling in spellings if spelling != sealed and _is_four(ring, spelling)] == []


def _is_four(ring: KeyRing, sealed: str) -> bool:
    try:
        return ring.open("note", sealed, "row-1") == b"four"
    except Unsealable:
        return False


def test_a_new_key_comes_first_and_the_older_one_still_opens(sealed: str) -> None:
    both = KeyRing([OLDER_KEY, KEY])
    assert opens(both, sealed)
    assert not both.is_current(sealed)
    anew = both.seal("note", b"the lock code is 4711", "row-1")
    assert both.is_current(anew)
    assert opens(KeyRing([OLDER_KEY]), anew)
    assert not opens(KeyRing([KEY]), anew)


def test_nothing_is_current_that_was_not_sealed(ring: KeyRing) -> None:
    assert not ring.is_current("no sealed text")


def test_signing_and_digest_keys_differ_by_purpose_and_the_first_key_comes_first() -> None:
    first, both = KeyRing([KEY]), KeyRing([KEY, OLDER_KEY])
    assert both.mac_keys("a")[0] == first.mac_keys("a")[0]
    assert len({*both.mac_keys("a"), *both.mac_keys("b")}) == 4
    assert both.digests("a", "text")[0] == first.digests("a", "text")[0]
    assert len({*both.digests("a", "text"), *both.digests("b", "text"), *both.digests("a", "other")}) == 6


def test_a_ring_shows_nothing_of_its_keys(ring: KeyRing) -> None:
    ring.mac_keys("a")
    assert repr(ring) == str(ring) == "<KeyRing>"


@pytest.mark.parametrize("wrong", ["", "short", KEY[:-1], KEY + "AA", "ü" * 43, f" {KEY}", KEY[:-1] + "F"])
def test_a_malformed_key_is_told_in_one_line_that_does_not_show_it(wrong: str) -> None:
    with pytest.raises(SettingsError) as caught:
        KeyRing([SecretStr(KEY), SecretStr(wrong)])
    assert (
        str(caught.value) == "HOSTEX_MCP_SECRET_KEYS: key 2 is not a key as `hostex-mcp keys new` prints them"
    )


def test_a_ring_needs_a_key() -> None:
    with pytest.raises(SettingsError, match="holds no key"):
        KeyRing([])


def test_new_keys_are_keys_and_differ() -> None:
    keys = [new_key() for _ in range(20)]
    assert len(set(keys)) == 20
    KeyRing(keys)


def test_a_key_may_be_padded(sealed: str) -> None:
    assert opens(KeyRing([f"{KEY}="]), sealed)


def test_a_key_file_is_made_once_for_this_user_only(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "kept.db")
    sealed = file.ring().seal("note", b"the lock code is 4711", "row-1")
    assert opens(KeyFile(tmp_path / "kept.db").ring(), sealed)
    assert stat.S_IMODE((tmp_path / "kept.db.keys").stat().st_mode) == 0o600
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["kept.db.keys", "kept.db.lock"]


def test_a_ring_in_use_notices_a_fresh_key_and_one_that_was_dropped(tmp_path: Path, sealed: str) -> None:
    file = KeyFile(tmp_path / "kept.db")
    file.path.write_text(f"{KEY}\n")
    ring = KeyFile(tmp_path / "kept.db").ring()
    assert file.add() == KEY
    assert not ring.is_current(sealed)
    assert opens(ring, sealed)
    assert file.drop_older_than(KEY) == 0
    previous = file.add()
    assert file.drop_older_than(previous) == 1
    assert not opens(ring, sealed)


def test_a_file_that_vanishes_or_is_spoilt_does_not_stop_a_ring_in_use(tmp_path: Path, sealed: str) -> None:
    file = KeyFile(tmp_path / "kept.db")
    file.path.write_text(f"{KEY}\n")
    ring = file.ring()
    file.path.write_text("spoilt\n")
    assert opens(ring, sealed)
    file.path.unlink()
    assert opens(ring, sealed)


@pytest.mark.parametrize("content", ["", "WRONG\n"])
def test_a_spoilt_key_file_stops_the_start_with_one_line_that_names_it(tmp_path: Path, content: str) -> None:
    (tmp_path / "kept.db.keys").write_text(content)
    with pytest.raises(SettingsError) as caught:
        KeyFile(tmp_path / "kept.db").ring()
    assert str(caught.value).startswith(f"{tmp_path / 'kept.db.keys'}: ")
    assert "WRONG" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="cannot be made or written"):
        KeyFile(tmp_path / "file" / "kept.db").ring()


def test_a_key_file_that_cannot_be_read_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "kept.db.keys").mkdir()
    with pytest.raises(SettingsError, match=r"kept\.db\.keys: Is a directory"):
        KeyFile(tmp_path / "kept.db").ring()
