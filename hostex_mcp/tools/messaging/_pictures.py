"""Pictures for guests: read from an allowed folder or a public address, and made into a plain JPEG."""

import os
import stat
import sys
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from subprocess import DEVNULL, CompletedProcess

import anyio
from anyio import run_process
from anyio.to_thread import run_sync

from hostex_mcp.public_fetch import FetchFailed, fetch_public, host_in
from hostex_mcp.toolkit.arguments import FieldProblem, InvalidArguments
from hostex_mcp.tools.messaging import _decoding as decoding

MOST_BYTES = 10 * 1024 * 1024
MOST_SECONDS = 10.0

# A link or pipe put in a file's place after its path was checked is neither followed nor waited for.
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
_STEP = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
_ACCEPT = "image/jpeg, image/png, image/webp, image/gif"
_NO_PICTURE = "is not a JPEG, PNG, WebP or GIF picture that can be read"
_TOO_LARGE = (
    f"has more than {decoding.MOST_PIXELS:,} pixels (WebP: {decoding.MOST_WEBP_PIXELS:,}) or "
    f"{decoding.MOST_SCANS} scans; make it smaller"
)
_NOT_OPEN = "is no file in the folders that the operator opened to pictures (HOSTEX_MCP_IMAGE_FOLDERS)"

_DECODER = [sys.executable, "-P", "-m", decoding.__name__]
_NEEDED = ("SYSTEMROOT", "PATH", "PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_ROOM = anyio.CapacityLimiter(1)
"""A decoder takes up to half of a small machine's memory, so there is one at a time in all."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG without metadata; sides in pixels."""

    jpeg: bytes = field(repr=False)
    width: int
    height: int

    @property
    def base64(self) -> str:
        """The JPEG as Hostex takes it."""
        return b64encode(self.jpeg).decode("ascii")

    @property
    def size(self) -> str:
        """The sides in words."""
        return f"{self.width} x {self.height} pixels"

    @property
    def fingerprint(self) -> str:
        """Tells the picture from another of the same size."""
        return sha256(self.jpeg).hexdigest()[:12]


async def picture_from_path(path: str, folders: Sequence[Path], turn: anyio.Lock) -> Picture:
    """The picture in a file; a relative path starts in one of `folders`, and no path may lead out of them.
    `turn` is the account's, whose pictures are decoded one after the other.

    Raises:
        InvalidArguments: naming `image_path`; whether a file outside the folders exists is not told.
    """
    return await _decoded(await run_sync(_contents, path, folders), "image_path", turn)


def picture_host(url: str) -> str:
    """The host that a picture would be fetched from; nothing is looked up.

    Raises:
        InvalidArguments: naming `image_url`, for an address that is never fetched.
    """
    try:
        return host_in(url)
    except FetchFailed as error:
        raise InvalidArguments(FieldProblem("image_url", str(error))) from None


async def picture_from_url(url: str, turn: anyio.Lock) -> Picture:
    """The picture at a public https address, decoded in the account's turn.

    Raises:
        InvalidArguments: naming `image_url`.
    """
    try:
        got = await fetch_public(url, most_bytes=MOST_BYTES, seconds=MOST_SECONDS, accept=_ACCEPT)
    except FetchFailed as error:
        raise InvalidArguments(FieldProblem("image_url", str(error))) from None
    return await _decoded(got.content, "image_url", turn)


def _contents(path: str, folders: Sequence[Path]) -> bytes:
    for folder in folders:
        content = _file_within(folder, path)
        if content is None:
            continue
        if len(content) > MOST_BYTES:
            raise InvalidArguments(FieldProblem("image_path", f"is larger than {MOST_BYTES:,} bytes"))
        return content
    raise InvalidArguments(FieldProblem("image_path", _NOT_OPEN))


def _file_within(folder: Path, path: str) -> bytes | None:
    """The first bytes of a regular file that really lies in a folder, every link on the way followed."""
    try:
        root = folder.resolve(strict=True)
        real = (root / path).resolve(strict=True)
        return _read(root, real.relative_to(root))
    except (OSError, ValueError, RuntimeError):
        return None


def _read(root: Path, inside: Path) -> bytes | None:
    opened = _opened(root, inside)
    try:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            return None
        with os.fdopen(opened, "rb", closefd=False) as file:
            return file.read(MOST_BYTES + 1)
    finally:
        os.close(opened)


def _opened(root: Path, inside: Path) -> int:
    """A file opened from its folder down; no step may have become a link since it was resolved. Where a
    system cannot open a step from the one before, only the last is guarded."""
    if os.open not in os.supports_dir_fd:
        return os.open(root / inside, _FLAGS)
    place = os.open(root, _STEP)
    for step in inside.parts:
        try:
            below = os.open(step, _FLAGS, dir_fd=place)
        finally:
            os.close(place)
        place = below
    return place


async def _decoded(content: bytes, argument: str, turn: anyio.Lock) -> Picture:
    """The picture as another process decodes it, which is killed when the call ends or takes too long. An
    account with many pictures has one of them in the line of all accounts."""
    try:
        async with turn, _ROOM:
            with anyio.fail_after(MOST_SECONDS):
                done = await _decoding_process(content)
    except TimeoutError:
        raise InvalidArguments(FieldProblem(argument, "takes too long to decode")) from None
    if done.returncode != decoding.DONE:
        problem = _TOO_LARGE if done.returncode == decoding.TOO_LARGE else _NO_PICTURE
        raise InvalidArguments(FieldProblem(argument, problem))
    width, height = decoding.SIDES.unpack_from(done.stdout)
    return Picture(done.stdout[decoding.SIDES.size :], width, height)


async def _decoding_process(content: bytes) -> CompletedProcess[bytes]:
    process = partial(run_process, _DECODER, check=False, stderr=DEVNULL, env=_bare_environment())
    return await process(input=content) if content else await process(stdin=DEVNULL)


def _bare_environment() -> dict[str, str]:
    """What the interpreter needs to start; no token of anybody is among it."""
    return {name: os.environ[name] for name in _NEEDED if name in os.environ}
