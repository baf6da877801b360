"""A JSON reader whose values can leave the server again: numbers that are numbers, text that is Unicode.

A long text is read in pieces, so that no answer holds the event loop: it is cut at commas, and each piece is
closed, read, and joined to what was read before.
"""

import json
import re
import secrets
from collections.abc import Mapping
from itertools import pairwise
from math import isfinite
from typing import Any

from anyio.lowlevel import checkpoint
from pydantic_core import from_json, to_json

from hostex_mcp.api.pace import Pace

MOST_MARKS = 1_000_000
"""Brackets, commas and backslashes of a text that is read at all: what it costs grows with them."""

_SHORT, _FEW_MARKS = 256 * 1024, 20_000
_PIECE = 64 * 1024
_LONGEST_TEXT = 512 * 1024
_DEEPEST = 64
_OFTEN = 500
_LONGEST_NUMBER = 400
# What a number beyond all floats has in this spelling: a long exponent, or many digits before a short one.
_SHAPE = bytes.maketrans(b"123456789E", b"000000000e")
_HUGE = (b"0e000", b"0e+000", b"0" * 200)
_BOM = b"\xef\xbb\xbf"
_SPACES = bytes(range(256)).translate(bytes.maketrans(bytes(range(32)), b" " * 32))
_MARK = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?+|[\[{\]},]', re.DOTALL)
_LIST, _OBJECT, _COMMA = b"[{,"
_CLOSING = {_LIST: b"]", _OBJECT: b"}"}
_KINDS: Mapping[int, type] = {_LIST: list, _OBJECT: dict}
# Stands for the name of a member that goes on in this piece: no text that comes from outside has it.
_CONTINUED = secrets.token_hex(8)
_CONTINUING = {_LIST: b"[", _OBJECT: b'{"%b":' % _CONTINUED.encode()}


class BulkyAnswer(ValueError):
    """JSON that would take too long to read."""


async def read_json(body: bytes) -> object:
    """Return the value of a text, None where it is no JSON. Half a surrogate pair and bytes that are no UTF-8
    become U+FFFD, bare control characters become blanks, and numbers that are none become null.

    Raises:
        BulkyAnswer: it has too many members.
    """
    body = body.removeprefix(_BOM)
    try:
        if len(body) <= _PIECE:
            return _read(body)
        # Each step over a long text is a piece of its own.
        await checkpoint()
        if await _marks(body) <= _FEW_MARKS and len(body) <= _SHORT:
            return _read(body)
        await checkpoint()
        return await _in_pieces(body)
    except (ValueError, RecursionError) as error:
        if isinstance(error, BulkyAnswer):
            raise
        return None


async def _marks(body: bytes) -> int:
    """Count the marks of a text.

    Raises:
        ValueError: half a megabyte has none, so it is a single text.
    """
    pace, marks = Pace(), 0
    for start in range(0, len(body), _LONGEST_TEXT):
        end = start + _LONGEST_TEXT
        here = sum(body.count(mark, start, end) for mark in (b"[", b"{", b",", b"\\"))
        if not here and end <= len(body):
            raise ValueError("a text is too long")
        marks += here
        await pace.rest()
    if marks > MOST_MARKS:
        raise BulkyAnswer("too many members")
    return marks


def _read(text: bytes) -> Any:
    try:
        value = from_json(text, allow_inf_nan=False)
    except ValueError:
        return _read_mended(text)
    return _read_mended(text) if _has_infinity(text, value) else value


def _has_infinity(text: bytes, value: Any) -> bool:
    """Whether a number of the text was too large, which the parser makes infinite."""
    # A look at the spelling of all numbers is much cheaper than one at the value.
    shape = text.translate(_SHAPE)
    return any(huge in shape for huge in _HUGE) and b"Infinity" in to_json(value)


def _read_mended(text: bytes) -> Any:
    value = json.loads(
        text.translate(_SPACES).decode(errors="replace"),
        parse_constant=lambda _: None,
        parse_float=lambda number: amount if isfinite(amount := float(number)) else None,
        parse_int=lambda number: int(number) if len(number) < _LONGEST_NUMBER else None,
    )
    # Python's parser accepts half a surrogate pair. Through UTF-16 it becomes U+FFFD, and two halves become a
    # character.
    encoded = json.dumps(value, ensure_ascii=False).encode("utf-16", "surrogatepass")
    return from_json(encoded.decode("utf-16", "replace"))


async def _in_pieces(body: bytes) -> object:
    """Read a long text piece by piece, as if it were the only member of a list.

    Raises:
        ValueError: it is no JSON, or has a text that is far too long or is nested far too deeply.
    """
    values: list[Any] = []
    pace, start, before, is_open = Pace(), 0, b"[", b"["
    for number, mark in enumerate(_MARK.finditer(body)):
        sign = body[mark.start()]
        if sign in _CLOSING:
            is_open += mark[0]
        elif sign in b"]}":
            is_open = is_open[:-1]
        elif sign == _COMMA and mark.start() - start > _PIECE:
            _join(values, before, body[start : mark.start()], is_open)
            before, start = is_open, mark.end()
            await pace.rest()
        if not 1 <= len(is_open) <= _DEEPEST:
            # Open brackets are repeated before and behind each piece, so depth multiplies the work.
            raise ValueError("nested too deeply, or not at all")
        if number % _OFTEN == 0:
            await pace.rest()
    _join(values, before, body[start:], is_open)
    if len(is_open) != 1 or len(values) != 1:
        raise ValueError("not one value")
    return values[0]


def _join(values: list[Any], before: bytes, text: bytes, behind: bytes) -> None:
    """Read a piece, with the brackets that are open before and behind it, and put it where it belongs."""
    if len(text) > _LONGEST_TEXT:
        raise ValueError("a text is too long")
    head = b"".join(_CONTINUING[bracket] for bracket in before[:-1])
    tail = b"".join(_CLOSING[bracket] for bracket in reversed(behind))
    piece = _read(b"%b%c%b%b" % (head, before[-1], text, tail))
    holder: Any = values
    for outer, inner in pairwise(before):
        rest, piece = piece, piece.pop(0 if outer == _LIST else _CONTINUED)
        last = holder[-1] if outer == _LIST else next(reversed(holder.values()))
        _add(holder, rest, outer)
        # A repeated name keeps its first place, so the last member need not be the one that goes on.
        if type(last) is not _KINDS[inner]:
            raise ValueError("a name appears twice")
        holder = last
    _add(holder, piece, before[-1])


def _add(holder: Any, members: Any, bracket: int) -> None:
    if bracket == _LIST:
        holder.extend(members)
    else:
        holder.update(members)
