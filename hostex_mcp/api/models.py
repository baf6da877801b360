"""What all models of Hostex answers share: the base class and the types of their fields.

Hostex adds fields at any time, so unknown ones are ignored. A documented field of the wrong type is an
error, never a guess. Inferred: where an optional object, map or text may be empty, null, "" and [] all
mean that there is none.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

T = TypeVar("T")


class Model(BaseModel):
    """Base of every answer object: unknown fields ignored, frozen, its schema built at first use."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True, coerce_numbers_to_str=True)


def _not_bool(value: Any) -> Any:
    if isinstance(value, bool):
        raise PydanticCustomError("number_type", "must be a number")
    return value


def _none_if_blank(value: Any) -> Any:
    return None if value in ("", []) else value


def _none_if_empty_text(value: Any) -> Any:
    return None if value == "" else value


def _empty_if_null(value: Any) -> Any:
    return () if value is None else value


def _text_if_null(value: Any) -> Any:
    return "" if value is None else value


def _in_utc(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=UTC)


Id = Annotated[int, BeforeValidator(_not_bool)]
Number = Annotated[int | float, BeforeValidator(_not_bool)]
Text = Annotated[str, BeforeValidator(_text_if_null)]
Many = Annotated[tuple[T, ...], BeforeValidator(_empty_if_null)]
Maybe = Annotated[T | None, BeforeValidator(_none_if_blank)]
Moment = Annotated[datetime, AfterValidator(_in_utc)]
MaybeMoment = Annotated[Moment | None, BeforeValidator(_none_if_empty_text)]
MaybeDate = Annotated[date | None, BeforeValidator(_none_if_empty_text)]


class IdName(Model):
    """An entry of a dictionary. Its id is the account's own; 0 is a real id of an expense item."""

    id: Id
    name: str


class NamedTag(Model):
    """A property tag where it hangs on something; `color` is hexadecimal."""

    id: Id
    name: str
    color: str | None = None


class ChannelLink(Model):
    """A listing that a property or room type is sold under."""

    channel_type: str
    listing_id: str
    currency: str | None = None


class PropertyRef(Model):
    """A property named by another object."""

    id: Id
    title: str


class Money(Model):
    """An amount in major units of its currency (100 means 100 dollars)."""

    currency: str | None = None
    amount: Number | None = None
