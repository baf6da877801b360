"""The undo of a write, exact without showing what it restores: a text that anybody may have written is in it
as a sealed reference, which only the very call of that undo opens, for the same account."""

import hmac
import json
import re
import secrets
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hostex_mcp.api import FieldProblem
from hostex_mcp.domain.guest_text import Fence, harmless, visible
from hostex_mcp.server.preview import preview_in
from hostex_mcp.server.quoting import Quoted
from hostex_mcp.toolkit.arguments import InvalidArguments, accepting_channels
from hostex_mcp.toolkit.results import CONFIRMING_PARAMETERS, JsonObject, PlannedWrite, Undo
from hostex_mcp.toolkit.tool import Tool
from hostex_mcp.tools.catalogue import CATALOGUE

# Characters: a model has to repeat each of them exactly.
MOST_SEALED = 12_000
MOST_SHOWN = 300

_MARK = "sealed:"
_SEALED = re.compile(rf"{_MARK}[A-Za-z0-9_-]{{39,}}")
_NONCE_BYTES = 12
_MOST_BYTES = 1_000_000
# What can stand in an undo as it is: a code, a date, a word of the API. These hold prose all the same.
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,59}|")
_PROSE = frozenset(
    ["remarks", "note", "custom_fields", "contents", "guest_name", "mobile", "email", "creator"]
)
_FOREIGN = (
    "holds a sealed text that does not belong to this call: repeat the call of the undo exactly as it was "
    "given. A server that was restarted without keys of its own cannot open texts it sealed before"
)
_TOO_LONG = "There is no undo: what was there before is too long to be returned."
_UNFIT = "There is no undo: {tool} would not take what was there before."


@dataclass(frozen=True, slots=True)
class OpenedArguments:
    """The arguments of a call with its sealed texts opened, and these texts."""

    arguments: Mapping[str, Any]
    texts: frozenset[str] = field(default_factory=frozenset[str])
    label: str | None = None

    def fence(self, value: Any) -> Any:
        """Return a value in which the opened texts are fenced, uncut."""
        fence = Fence(self.label, visible)

        def mark(text: str, _: str) -> str:
            return Quoted(fence.mark(text, None), text) if text in self.texts else text

        return _respell(value, "", mark)


def with_sealed_undo(
    tool: Tool, opened: OpenedArguments, plan: Callable[[], Awaitable[PlannedWrite[Any]]], seals: "Seals"
) -> Callable[[], Awaitable[PlannedWrite[Any]]]:
    """Return the same plan, whose change hands out its undo sealed, fences what an undo restores, and has no
    invisible character in its result."""

    async def planned() -> PlannedWrite[Any]:
        change = await plan()
        work = change.send
        if change.undo and (missing := seals.problem_of(change.undo)):
            # Known before it is sent, so that a person is asked about what has no way back.
            preview = preview_in(tool, opened.arguments, change)
            change.undo = replace(change.undo, missing=missing)
            change.preview = replace(preview, warnings=[*preview.warnings, missing])
        if opened.texts:
            preview = preview_in(tool, opened.arguments, change)
            change.preview = replace(preview, changes=opened.fence(preview.changes))

        async def send() -> JsonObject:
            result = await work()
            change.undo = change.undo and seals.seal(change.undo)
            return _harmless(opened.fence(result))

        change.send = send
        return change

    return planned


class Seals:
    """Seals on the texts of undos. `keys` gives the present keys: the first seals, all open."""

    def __init__(self, account: str, keys: Callable[[], Sequence[bytes]]) -> None:
        self._account = account
        self._keys = keys

    def problem_of(self, undo: Undo) -> str:
        """Return why an undo could not be given back, empty if it can."""
        try:
            with accepting_channels(lambda _: True):
                CATALOGUE[undo.tool].bind(undo.arguments)
        except InvalidArguments:
            return _UNFIT.format(tool=undo.tool)
        return self.seal(undo).missing

    def seal(self, undo: Undo) -> Undo:
        """Return an undo in which each text that may be anybody's is sealed, and shown apart as what it
        restores."""
        if undo.missing:
            return undo
        # Each text is bound to the call around it, so that none can be moved to another field or tool.
        frame = self._frame(undo.tool, undo.arguments, _is_prose)
        fence, restores = Fence(), dict[str, str]()
        cipher = _cipher(self._keys()[0])

        def seal(text: str, path: str) -> str:
            if not _is_prose(text, path):
                return text
            restores[path] = fence.mark(text, MOST_SHOWN)
            nonce = secrets.token_bytes(_NONCE_BYTES)
            packed = zlib.compress(text.encode("utf-8", "surrogatepass"), 9)
            return _MARK + _text(nonce + cipher.encrypt(nonce, packed, _bound(frame, path)))

        arguments = cast("dict[str, Any]", _respell(undo.arguments, "", seal))
        if sum(map(len, _strings(arguments))) > MOST_SEALED:
            return Undo(undo.tool, {}, missing=_TOO_LONG)
        return Undo(undo.tool, arguments, restores=restores)

    def open(self, tool: str, given: Mapping[str, Any]) -> OpenedArguments:
        """Return the arguments of a call with what is sealed in them opened.

        Raises:
            InvalidArguments: something sealed was not sealed for just this call.
        """
        arguments = {name: value for name, value in given.items() if name not in CONFIRMING_PARAMETERS}
        if not any(_SEALED.fullmatch(text) for text in _strings(arguments)):
            return OpenedArguments(given)
        frame, texts = self._frame(tool, arguments, _is_sealed), set[str]()

        def unseal(text: str, path: str) -> str:
            if not _is_sealed(text, path):
                return text
            texts.add(plain := self._open(text.removeprefix(_MARK), _bound(frame, path), path))
            return plain

        restored = cast("dict[str, Any]", _respell(arguments, "", unseal))
        # The same for the same call, as a confirmation is bound to what was shown, and known to nobody else.
        label = hmac.new(self._keys()[0], json.dumps(sorted(texts)).encode(), "sha256").hexdigest()[:6]
        readings = frozenset(texts) | {text.strip() for text in texts}
        return OpenedArguments({**given, **restored}, readings, f"guest-{label}")

    def _open(self, sealed: str, bound: bytes, path: str) -> str:
        try:
            raw = urlsafe_b64decode(f"{sealed}===")
        except ValueError:
            raw = b""
        for key in self._keys():
            try:
                packed = _cipher(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], bound)
            except (InvalidTag, ValueError):
                continue
            return zlib.decompressobj().decompress(packed, _MOST_BYTES).decode("utf-8", "surrogatepass")
        raise InvalidArguments(FieldProblem(path, _FOREIGN))

    def _frame(self, tool: str, arguments: Mapping[str, Any], left_out: Callable[[str, str], bool]) -> str:
        """Return the call around the sealed texts, alike before and after sealing."""
        blanked = _respell(arguments, "", lambda text, path: "" if left_out(text, path) else text)
        # A client may send a number back as text.
        normal = json.loads(json.dumps(blanked, default=str), parse_int=str, parse_float=str)
        return json.dumps([self._account, tool, normal], sort_keys=True)


def _harmless(result: JsonObject) -> JsonObject:
    """Return the result of a write, in which Hostex may have answered with anybody's text."""

    def spell(text: str, _: str) -> str:
        return text if isinstance(text, Quoted) else harmless(text)

    return cast("JsonObject", _respell(result, "", spell))


def _is_prose(text: str, path: str) -> bool:
    prose = path.split(".")[0] in _PROSE or not _CODE.fullmatch(text)
    return bool(text) and prose


def _is_sealed(text: str, path: str) -> bool:
    return _SEALED.fullmatch(text) is not None


def _respell(value: Any, path: str, spell: Callable[[str, str], str]) -> Any:
    """Return a value with each text in it respelled by `spell`, which is told its path."""
    match value:
        case str():
            return spell(value, path)
        case Mapping():
            members = cast("Mapping[str, Any]", value)
            return {
                name: _respell(member, f"{path}.{name}".lstrip("."), spell)
                for name, member in members.items()
            }
        case list() | tuple():
            parts = cast("list[Any]", value)
            return [_respell(part, f"{path}.{number}", spell) for number, part in enumerate(parts)]
        case _:
            return value


def _strings(value: Any) -> list[str]:
    strings: list[str] = []
    _respell(value, "", lambda text, _: strings.append(text) or text)
    return strings


def _cipher(key: bytes) -> AESGCM:
    return AESGCM(hmac.digest(key, b"undo", "sha256"))


def _bound(frame: str, path: str) -> bytes:
    return json.dumps([frame, path]).encode()


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
