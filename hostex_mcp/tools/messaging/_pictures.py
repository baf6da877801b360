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

from hostex_mcp.api import FieldProblem
from hostex_mcp.public_fetch import FetchFailed, fetch_public, host_in
from hostex_mcp.toolkit.arguments import InvalidArguments
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
_NOT_OPEN = "is not a file in a folder that the operator opened for pictures (HOSTEX_MCP_IMAGE_FOLDERS)"

# Run by its path, the decoder imports neither this package nor anything that it needs.
_DECODER = [sys.executable, "-P", decoding.__file__]
# Nothing else of the environment is passed on, as tokens may be in it.
_NEEDED = ("SYSTEMROOT", "PATH", "PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
# A decoder takes up to half of a small machine's memory, so one runs at a time in all.
_ROOM = anyio.CapacityLimiter(1)


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG without metadata; sides in pixels."""

    jpeg: bytes = field(repr=False)
    width: int
    height: int

    @property
    def base64(self) -> str:
        """Return the JPEG as Hostex takes it."""
        return b64encode(self.jpeg).decode("ascii")

    @property
    def size(self) -> str:
        """Return the sides in words."""
        return f"{self.width} x {self.height} pixels"

    @property
    def fingerprint(self) -> str:
        """Return what tells the picture from another of the same size."""
        return sha256(self.jpeg).hexdigest()[:12]


async def picture_from_path(path: str, folders: Sequence[Path], turn: anyio.Lock) -> Picture:
    """Return the picture in a file; a relative path starts in one of `folders`, and no path may lead out of
    them. `turn` is the account's, whose pictures are decoded one after the other.

    Raises:
        InvalidArguments: naming `image_path`, the same whether or not a file outside the folders exists.
    """
    return await _decoded(await run_sync(_contents, path, folders), "image_path", turn)


def picture_host(url: str) -> str:
    """Return the host that a picture would be fetched from; nothing is looked up.

    Raises:
        InvalidArguments: naming `image_url`, for an address that is never fetched.
    """
    try:
        return host_in(url)
    except FetchFailed as error:
        raise InvalidArguments(FieldProblem("image_url", str(error))) from None


async def picture_from_url(url: str, turn: anyio.Lock) -> Picture:
    """Return the picture at a public https address, decoded in the account's turn.

    Raises:
        InvalidArguments: naming `image_url`.
    """
    try:
        response = await fetch_public(url, most_bytes=MOST_BYTES, seconds=MOST_SECONDS, accept=_ACCEPT)
    except FetchFailed as error:
        raise InvalidArguments(FieldProblem("image_url", str(error))) from None
    return await _decoded(response.content, "image_url", turn)


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
    """Return the bytes of a regular file that lies in a folder once every link is followed, else None."""
    try:
        root = folder.resolve(strict=True)
        real = (root / path).resolve(strict=True)
        return _read(root, real.relative_to(root))
    except (OSError, ValueError, RuntimeError):
        return None


def _read(root: Path, path: Path) -> bytes | None:
    descriptor = _opened(root, path)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            # One byte more tells a file that is too large.
            return file.read(MOST_BYTES + 1)
    finally:
        os.close(descriptor)


def _opened(root: Path, path: Path) -> int:
    """Open a file from its folder down; no step may have become a link since it was resolved."""
    # Where a system cannot open a step from the one before, only the last is guarded.
    if os.open not in os.supports_dir_fd:
        return os.open(root / path, _FLAGS)
    descriptor = os.open(root, _STEP)
    for step in path.parts:
        parent = descriptor
        try:
            descriptor = os.open(step, _FLAGS, dir_fd=parent)
        finally:
            os.close(parent)
    return descriptor


async def _decoded(content: bytes, argument: str, turn: anyio.Lock) -> Picture:
    """Decode a picture in another process, which is killed when the call ends or takes too long."""
    try:
        # The account's turn comes first, so that many pictures of one account take one place in the queue.
        async with turn, _ROOM:
            with anyio.fail_after(MOST_SECONDS):
                process = await _decoding_process(content)
    except TimeoutError:
        raise InvalidArguments(FieldProblem(argument, "takes too long to decode")) from None
    if process.returncode != decoding.DONE:
        problem = _TOO_LARGE if process.returncode == decoding.TOO_LARGE else _NO_PICTURE
        raise InvalidArguments(FieldProblem(argument, problem))
    width, height = decoding.SIDES.unpack_from(process.stdout)
    return Picture(process.stdout[decoding.SIDES.size :], width, height)


async def _decoding_process(content: bytes) -> CompletedProcess[bytes]:
    process = partial(run_process, _DECODER, check=False, stderr=DEVNULL, env=_bare_environment())
    return await process(input=content) if content else await process(stdin=DEVNULL)


def _bare_environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _NEEDED if name in os.environ}
