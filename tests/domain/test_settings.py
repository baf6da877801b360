"""Settings of a listing: what really changes and what brings it back."""

from hostex_mcp.domain.settings import SettingChange, plain, setting_changes, undo_settings


def test_settings_that_are_so_already_do_not_change() -> None:
    present = {"base_price": 125, "cleaning_fee": None, "rules": [{"discount": 5, "days": 90}]}
    new = {"base_price": 125.0, "cleaning_fee": 60, "rules": [{"discount": 5, "days": 90}]}
    assert setting_changes(present, new) == [SettingChange("cleaning_fee", None, 60)]


def test_old_values_are_set_again_and_what_was_not_set_is_cleared() -> None:
    changes = [SettingChange("base_price", 125, 130), SettingChange("weekend_price", None, 150)]
    assert undo_settings(changes, {"weekend_price"}) == {"base_price": 125, "clear": ["weekend_price"]}


def test_there_is_no_way_back_to_what_cannot_be_cleared_or_is_not_complete() -> None:
    assert undo_settings([SettingChange("base_price", None, 130)], {"weekend_price"}) is None
    assert undo_settings([SettingChange("rules", [{"discount": None, "days": 3}], [])], ()) is None
    assert undo_settings([SettingChange("nightly_rate", {"sunday": None}, None)], ()) is None
    assert undo_settings([], ()) is None


def test_setting_one_of_exclusive_settings_again_unsets_the_other() -> None:
    pair = ("base_price", "nightly_rate")
    changes = [SettingChange("base_price", None, 130), SettingChange("nightly_rate", {"sunday": 90}, None)]
    assert undo_settings(changes, (), pair) == {"nightly_rate": {"sunday": 90}}
    assert undo_settings([SettingChange("base_price", None, 130)], (), pair) is None


def test_whole_numbers_are_integers_inside_lists_and_objects_too() -> None:
    result = plain({"fee": 60.0, "rates": [1.5, 2.0], "open": True})
    assert result == {"fee": 60, "rates": [1.5, 2], "open": True}
    assert [type(value) for value in (result["fee"], result["rates"][1], result["open"])] == [int, int, bool]
