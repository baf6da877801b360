"""Arguments of tools: the types they use, their strict validation, and errors a caller can act on."""

import datetime
import re
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Annotated, Any, get_args

from annotated_types import Ge, MaxLen, MinLen
from pydantic import (
    AllowInfNan,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    create_model,
)
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_core.core_schema import ErrorType

from hostex_mcp.api import FieldProblem
from hostex_mcp.domain.channels import CHANNELS, channel_code
from hostex_mcp.domain.word_search import SoughtWords
from hostex_mcp.toolkit.meaning import LARGEST_NUMBER, LONGEST_NAME, Coded, excess
from hostex_mcp.toolkit.schema import SentAsText

FIRST_YEAR, LAST_YEAR = 2000, 2100
LONGEST_PERIOD_YEARS = 10

_MOST_PROBLEMS = 10
_LONGEST_GUESSED = 64
_LONGEST_SHOWN = 100
_LONGEST_PERIOD = datetime.timedelta(days=366 * LONGEST_PERIOD_YEARS)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_CHANNEL_CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_UNFIT = "is not a value this argument accepts"
_LIBRARY_ERRORS = frozenset(get_args(ErrorType))
"""What the library has words of its own for, which are a programmer's."""

_WHOLE, _NUMBER, _TRUTH = "must be a whole number", "must be a number", "must be true or false"
_OBJECT, _NO_DAY = "must be an object", "is not a valid date"
_PLAIN: Mapping[str, str] = {
    "missing": "is required",
    "literal_error": "must be one of {expected}",
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "finite_number": _NUMBER,
    "bool_parsing": _TRUTH,
    "bool_type": _TRUTH,
    "string_type": "must be text",
    "string_unicode": "must be text without lone surrogates (half of an emoji)",
    "string_pattern_mismatch": "must be of the form {pattern}",
    "list_type": "must be a list",
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be at most {le}",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "date_from_datetime_parsing": _NO_DAY,
    "date_parsing": _NO_DAY,
    "date_from_datetime_inexact": _NO_DAY,
    "date_type": _NO_DAY,
}
_HABITS = {
    "page": "cursor",
    "offset": "cursor",
    "page_token": "cursor",
    "per_page": "limit",
    "page_size": "limit",
    "fields": "detail",
    "check_in": "check_in_date",
    "check_out": "check_out_date",
    "from": "start_date",
    "to": "end_date",
}

_ACCEPTS: ContextVar[Callable[[str], bool]] = ContextVar("accepts_channel", default=lambda _: False)


class InvalidArguments(Exception):
    """The arguments of a tool call do not fit; nothing was sent to Hostex. Of many problems the first are
    named, the others counted."""

    def __init__(self, *problems: FieldProblem, more: int = 0) -> None:
        self.problems = problems[:_MOST_PROBLEMS]
        unnamed = len(problems) - len(self.problems) + more
        texts = [f"{problem.field}: {problem.problem}" for problem in self.problems]
        super().__init__("; ".join([*texts, f"and {unnamed} more"] if unnamed else texts))


def _whole_number(value: object) -> object:
    if isinstance(value, bool):
        raise PydanticCustomError("whole_number", "must be a whole number, not true or false")
    return value


def _day(value: object) -> object:
    if isinstance(value, datetime.date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise PydanticCustomError("day", "must be a date written YYYY-MM-DD")
    require_year(value)
    return value


def require_year(text: str) -> None:
    """Check that a date or time, written from its year on, is of our time.

    Raises:
        PydanticCustomError: it is of another century.
    """
    if not FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
        years = {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise PydanticCustomError("year", "must be in the years {first} to {last}", years)


def _number(value: object) -> object:
    if isinstance(value, bool):
        raise PydanticCustomError("number", "must be a number, not true or false")
    return value


def _currency(value: object) -> object:
    code = value.strip().upper() if isinstance(value, str) else ""
    if not _CURRENCY.fullmatch(code):
        raise PydanticCustomError("currency", "must be a currency code of three letters, such as EUR")
    return code


@contextmanager
def accepting_channels(accepts: Callable[[str], bool]) -> Generator[None]:
    """Accept unknown channel codes inside the block where `accepts` says so; elsewhere they are refused."""
    token = _ACCEPTS.set(accepts)
    try:
        yield
    finally:
        _ACCEPTS.reset(token)


def _channel(value: object) -> object:
    code = channel_code(value) if isinstance(value, str) else None
    if code is None and isinstance(value, str) and _CHANNEL_CODE.fullmatch(value) and _ACCEPTS.get()(value):
        return value
    if code is None:
        raise PydanticCustomError("channel", "must be one of {channels}", {"channels": ", ".join(CHANNELS)})
    return code


@dataclass(frozen=True, slots=True)
class PropertyTitle:
    """Marks an argument that takes a property's unique title in place of its id."""


def _id_or_title(value: object, validate_id: ValidatorFunctionWrapHandler) -> object:
    """Accept an id, or a text that may be one or a title: that is looked up before the tool runs."""
    if isinstance(value, str) and value.strip():
        if len(value) > LONGEST_NAME:
            longest = {"longest": LONGEST_NAME}
            raise PydanticCustomError("title", "must have at most {longest} characters", longest)
        return value.strip()
    return validate_id(value)


# Bounds that go without saying are checked without being in the schema, which every session pays for.
Integer = Annotated[int, BeforeValidator(_whole_number), Field(ge=-LARGEST_NUMBER), Field(le=LARGEST_NUMBER)]
Whole = Annotated[Integer, Ge(0)]
Positive = Annotated[Integer, Field(ge=1)]
Id = Positive
PropertyId = Annotated[Id, WrapValidator(_id_or_title), PropertyTitle(), SentAsText(), "id or unique title"]
PropertyIds = Annotated[list[PropertyId], MinLen(1), MaxLen(500)]
Day = Annotated[datetime.date, BeforeValidator(_day), "YYYY-MM-DD"]
ShortText = Annotated[str, Field(max_length=200)]
Note = Annotated[str, MaxLen(500)]
Code = Annotated[ShortText, Coded()]
Channel = Annotated[str, BeforeValidator(_channel), Coded()]
Number = Annotated[
    float,
    BeforeValidator(_number),
    AllowInfNan(False),
    Field(ge=-LARGEST_NUMBER),
    Field(le=LARGEST_NUMBER),
]
Currency = Annotated[str, BeforeValidator(_currency), Coded(), "ISO 4217 code"]


class Arguments(BaseModel):
    """Base of every tool's arguments: nothing unknown passes, numbers may come as text and ids as numbers."""

    model_config = ConfigDict(
        extra="forbid", coerce_numbers_to_str=True, str_strip_whitespace=True, defer_build=True
    )


def arguments_model(name: str, parameters: Mapping[str, tuple[Any, Any]]) -> type[Arguments]:
    """Return the validating model of one tool (parameter name to type hint and default)."""
    return create_model(name, __base__=Arguments, **dict[str, Any](parameters))


def validate(model: type[Arguments], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the validated arguments, only those given, in the order of their declaration; a null means "not
    given".

    Raises:
        InvalidArguments: naming each argument with its problem, and the nearest right name of an unknown one.
    """
    present = {name: value for name, value in arguments.items() if value is not None}
    unknown = [name for name in present if name not in model.model_fields]
    unknown_problems = [
        FieldProblem(_shortened_name(name), _unknown(model, name)) for name in unknown[:_MOST_PROBLEMS]
    ]
    known_arguments = {name: value for name, value in present.items() if name in model.model_fields}
    if not (
        problems := [
            FieldProblem(name, text) for name, value in known_arguments.items() if (text := excess(value))
        ]
    ):
        try:
            model_arguments = model.model_validate(known_arguments)
        except ValidationError as error:
            problems = [_problem(detail) for detail in error.errors(include_url=False)]
        else:
            if not unknown:
                # Not in the order of the set: what is worked out from them is compared between processes.
                in_use = [name for name in model.model_fields if name in model_arguments.model_fields_set]
                return {name: getattr(model_arguments, name) for name in in_use}
    raise InvalidArguments(*problems, *unknown_problems, more=len(unknown) - len(unknown_problems))


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that an unknown name most likely means, or None. What is longer than any name is
    not compared, as that would take long."""
    if len(name) > _LONGEST_GUESSED:
        return None
    names = list(candidates)
    if (habit := _HABITS.get(name)) in names:
        return habit
    best = max(names, key=lambda candidate: _likeness(name, candidate), default=None)
    return best if best is not None and _likeness(name, best) >= 0.6 else None


def _likeness(name: str, other: str) -> float:
    ratio = SequenceMatcher(None, name, other).ratio()
    shared = set(name.split("_")) & set(other.split("_"))
    return ratio + 0.2 * len(shared)


def _problem(detail: ErrorDetails) -> FieldProblem:
    path = _shortened_name(".".join(str(part) for part in detail["loc"]))
    unknown = detail["type"] == "extra_forbidden"
    return FieldProblem(path, "is not a known key here" if unknown else _explain(detail))


def _shortened_name(name: str) -> str:
    return name if len(name) <= _LONGEST_SHOWN else f"{name[:_LONGEST_SHOWN]}..."


def _unknown(model: type[BaseModel], name: str) -> str:
    if guess := _own_id(model, name) or nearest(name, model.model_fields):
        return f"unknown argument; did you mean `{guess}`?"
    return f"unknown argument; known: {', '.join(model.model_fields) or 'none'}"


def _own_id(model: type[BaseModel], name: str) -> str | None:
    """Return `id` when an unknown name means it: the name of the tool ends with the noun before `_id`."""
    noun, _, key = name.rpartition("_")
    own = key == "id" and bool(noun) and model.__name__.endswith(f"_{noun}")
    return "id" if own and "id" in model.model_fields else None


def _explain(detail: ErrorDetails) -> str:
    limits: Mapping[str, Any] = detail.get("ctx", {})
    template = _PLAIN.get(detail["type"])
    if template is None:
        return _UNFIT if detail["type"] in _LIBRARY_ERRORS else detail["msg"]
    return template.format_map(limits).replace("at least 1 entries", "at least 1 entry")


def words_in(text: str) -> SoughtWords:
    """Return the words to look for in a text that `words` gives.

    Raises:
        InvalidArguments: when there is none.
    """
    words = SoughtWords(text)
    if not words:
        raise InvalidArguments(FieldProblem("words", "has no letters or digits to look for"))
    return words


def in_order(**days: datetime.date | None) -> None:
    """Check the two days of a period: both or neither, the first not after the second, nor years apart.

    Raises:
        InvalidArguments: naming the argument to mend.
    """
    (first, start), (second, end) = days.items()
    if start is None and end is None:
        return
    if start is None or end is None:
        absent, other = (first, second) if start is None else (second, first)
        raise InvalidArguments(FieldProblem(absent, f"is required together with {other}"))
    if end < start:
        raise InvalidArguments(FieldProblem(second, f"is before {first}"))
    if end - start > _LONGEST_PERIOD:
        problem = f"is more than {LONGEST_PERIOD_YEARS} years after {first}, the longest period of one call"
        raise InvalidArguments(FieldProblem(second, problem))


def require_nights(check_in: date, check_out: date) -> None:
    """Check that a stay has at least one night.

    Raises:
        InvalidArguments: naming `check_out_date`.
    """
    if check_out <= check_in:
        raise InvalidArguments(FieldProblem("check_out_date", "must be after check_in_date"))


_LOCAL_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:?\d{2})?", re.ASCII)


def _local_time(value: object) -> object:
    if not isinstance(value, str) or not _LOCAL_TIME.fullmatch(value):
        raise PydanticCustomError("local_time", "must be a time written YYYY-MM-DD HH:MM:SS")
    require_year(value)
    return value


LocalTime = Annotated[str, BeforeValidator(_local_time), Coded(), "YYYY-MM-DD HH:MM:SS"]
