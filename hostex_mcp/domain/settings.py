"""Changes of listing settings: which of them really change, and what undoes them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from hostex_mcp.domain.pricing import whole


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting that changes; None means that it is not set."""

    setting: str
    before: Any
    after: Any


def setting_changes(present: Mapping[str, Any], new: Mapping[str, Any]) -> list[SettingChange]:
    """Return the new settings that differ from the present ones."""
    return [
        SettingChange(name, present.get(name), value)
        for name, value in new.items()
        if present.get(name) != value
    ]


def nightly_prices(changes: Sequence[SettingChange]) -> Iterator[tuple[str, float | None, float]]:
    """Yield each nightly price among the changes: its name, old value (None if unknown) and new value."""
    for change in changes:
        if change.setting in ("base_price", "weekend_price") and change.after is not None:
            yield change.setting, change.before, change.after
        if change.setting == "nightly_rate" and change.after is not None:
            old = cast("Mapping[str, float]", change.before or {})
            for day, price in cast("Mapping[str, float]", change.after).items():
                yield f"{change.setting} of {day}", old.get(day), price


def undo_settings(
    changes: Sequence[SettingChange],
    clearable: Collection[str],
    exclusive: Collection[str] = (),
    emptied: Collection[str] = (),
) -> dict[str, Any] | None:
    """Return the settings that undo the changes, those to be unset under `clear`; None if that is impossible.

    Of the `exclusive` settings only one is ever set, so setting it again unsets the others. Of the `emptied`
    ones 0 and an empty list count as unset too.
    """
    before = {change.setting: change.before for change in changes}
    if any(before.get(name) is not None for name in exclusive):
        before = {name: value for name, value in before.items() if not (name in exclusive and value is None)}
    unset = [
        name for name, value in before.items() if value is None or (name in emptied and value in (0, []))
    ]
    if (
        not before
        or not set(unset) <= set(clearable)
        or not all(_complete(value) for value in before.values())
    ):
        return None
    values = {name: value for name, value in before.items() if name not in unset}
    return {**values, "clear": unset} if unset else values


def plain(value: Any) -> Any:
    """Return a setting's value with whole numbers as integers, inside lists and objects too."""
    match value:
        case float():
            return whole(value)
        case list():
            return [plain(member) for member in cast("list[Any]", value)]
        case dict():
            return {name: plain(member) for name, member in cast("dict[str, Any]", value).items()}
        case _:
            return value


def _complete(value: Any) -> bool:
    """Whether every member of a list or object has a value."""
    if isinstance(value, list):
        return all(_complete(member) for member in cast("list[Any]", value))
    return not isinstance(value, dict) or None not in cast("dict[str, Any]", value).values()
