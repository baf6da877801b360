"""What all models of Hostex answers share: the base class and the types of their fields.

Hostex adds fields at any time, so unknown ones are ignored; a word that is not known is kept as it is. A
field that is missing or cannot be read is taken as null. Where it may not be null, its object means nothing
without it and is left out of its list. Inferred: where an optional object, map or text may be empty, null, ""
and [] all mean that there is none.
"""

from datetime import UTC, datetime
from datetime import date as calendar_date
from typing import Annotated, Any, ClassVar, TypeVar, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

T = TypeVar("T")

_FIRST_YEAR, _LAST_YEAR = 1990, 2199
_LARGEST_ID = 2**63 - 1
_LARGEST_AMOUNT = 10**15


class Model(BaseModel):
    """Base of every answer object: unknown fields ignored, frozen, its schema built at first use."""

    model_config = ConfigDict(
        extra="ignore", frozen=True, defer_build=True, coerce_numbers_to_str=True, allow_inf_nan=False
    )


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


def _zero_if_null(value: Any) -> Any:
    return 0 if value is None else value


def _text_if_null(value: Any) -> Any:
    return "" if value is None else value


def _empty_object_if_blank(value: Any) -> Any:
    return {} if value in (None, "", []) else value


def _in_utc(value: datetime) -> datetime:
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise PydanticCustomError("year_out_of_range", "must be a year of our time")
    return value if value.tzinfo else value.replace(tzinfo=UTC)


_WithinAmounts = Field(ge=-_LARGEST_AMOUNT, le=_LARGEST_AMOUNT)

Id = Annotated[int, Field(ge=-_LARGEST_ID, le=_LARGEST_ID), BeforeValidator(_not_bool)]
ZeroIfNull = Annotated[Id, BeforeValidator(_zero_if_null)]
Number = Annotated[
    Annotated[int, _WithinAmounts] | Annotated[float, _WithinAmounts], BeforeValidator(_not_bool)
]
Text = Annotated[str, BeforeValidator(_text_if_null)]
Many = Annotated[tuple[T, ...], BeforeValidator(_empty_if_null)]
Maybe = Annotated[T | None, BeforeValidator(_none_if_blank)]
Day = Annotated[
    calendar_date, Field(ge=calendar_date(_FIRST_YEAR, 1, 1), le=calendar_date(_LAST_YEAR, 12, 31))
]
Moment = Annotated[datetime, AfterValidator(_in_utc)]
OrEmpty = Annotated[T, BeforeValidator(_empty_object_if_blank)]
MaybeMoment = Annotated[Moment | None, BeforeValidator(_none_if_empty_text)]
MaybeDate = Annotated[Day | None, BeforeValidator(_none_if_empty_text)]


class Titled(Model):
    """Something with an id and a title. One without a title is called by its `noun` and id."""

    noun: ClassVar[str]

    id: Id
    title: Text

    @model_validator(mode="before")
    @classmethod
    def _called(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        row = cast("dict[str, Any]", value)
        title = row.get("title")
        is_blank = title is None or (isinstance(title, str) and not title.strip())
        return {**row, "title": f"{cls.noun} {row.get('id')}"} if is_blank else row


class IdName(Model):
    """An entry of a dictionary. Its id is the account's own; 0 is a real id of an expense item."""

    id: Id
    name: Text


class NamedTag(Model):
    """A property tag where it hangs on something; `color` is hexadecimal."""

    id: Id
    name: Text
    color: str | None = None


class ChannelLink(Model):
    """A listing that a property or room type is sold under."""

    channel_type: str
    listing_id: str
    currency: str | None = None


class PropertyRef(Titled):
    """A property named by another object."""

    noun = "property"


class Money(Model):
    """An amount in major units of its currency (100 means 100 dollars)."""

    currency: str | None = None
    amount: Number | None = None
