"""Pictures for guests: read from an allowed folder or a public address, and made into a plain JPEG."""

import os
import stat
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from anyio.to_thread import run_sync
from PIL import Image, ImageOps

from hostex_mcp.api.public_fetch import FetchFailed, fetch_public
from hostex_mcp.tools.arguments import InvalidArguments, Problem

MOST_BYTES = 10 * 1024 * 1024
MOST_SECONDS = 10.0
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2_048
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")

# A link or pipe put in a file's place after its path was checked is neither followed nor waited for.
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
_ACCEPT = "image/jpeg, image/png, image/webp, image/gif"
_NO_PICTURE = "is not a JPEG, PNG, WebP or GIF picture that can be read"
_NOT_OPEN = "is no file in the folders that the operator opened to pictures (HOSTEX_MCP_IMAGE_FOLDERS)"


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


async def picture_from_path(path: str, folders: Sequence[Path]) -> Picture:
    """The picture in a file; a relative path starts in one of `folders`, and no path may lead out of them.

    Raises:
        InvalidArguments: naming `image_path`; whether a file outside the folders exists is not told.
    """
    content = await run_sync(_contents, path, folders)
    return await run_sync(_to_jpeg, content, "image_path")


async def picture_from_url(url: str) -> Picture:
    """The picture at a public https address.

    Raises:
        InvalidArguments: naming `image_url`.
    """
    try:
        got = await fetch_public(url, most_bytes=MOST_BYTES, seconds=MOST_SECONDS, accept=_ACCEPT)
    except FetchFailed as error:
        raise InvalidArguments(Problem("image_url", str(error))) from None
    return await run_sync(_to_jpeg, got.content, "image_url")


def _contents(path: str, folders: Sequence[Path]) -> bytes:
    for folder in folders:
        content = _file_within(folder, path)
        if content is None:
            continue
        if len(content) > MOST_BYTES:
            raise InvalidArguments(Problem("image_path", f"is larger than {MOST_BYTES:,} bytes"))
        return content
    raise InvalidArguments(Problem("image_path", _NOT_OPEN))


def _file_within(folder: Path, path: str) -> bytes | None:
    """The first bytes of a regular file that really lies in a folder, every link on the way followed."""
    try:
        root = folder.resolve(strict=True)
        real = (root / path).resolve(strict=True)
        return _read(real) if real.is_relative_to(root) else None
    except (OSError, ValueError, RuntimeError):
        return None


def _read(real: Path) -> bytes | None:
    with os.fdopen(os.open(real, _FLAGS), "rb") as file:
        regular = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
        return file.read(MOST_BYTES + 1) if regular else None


def _to_jpeg(content: bytes, argument: str) -> Picture:
    try:
        return to_jpeg(content)
    except Exception:  # decoders raise nearly anything over broken files
        problem = _NO_PICTURE
    raise InvalidArguments(Problem(argument, problem))


def to_jpeg(content: bytes) -> Picture:
    """The first frame of a picture as JPEG: upright, opaque, at most 2048 pixels a side, without metadata.

    Raises:
        ValueError: for a picture of too many pixels; anything else that a decoder raises over a broken file.
    """
    with Image.open(BytesIO(content), formats=FORMATS) as source:
        width, height = source.size
        if width * height > MOST_PIXELS:
            raise ValueError("too many pixels")
        source.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        ImageOps.exif_transpose(source, in_place=True)
        if source.mode == "P":
            source = source.convert("RGBA")
        source.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        plain = _on_white(source)
    written = BytesIO()
    plain.save(written, "JPEG", quality=QUALITY)
    return Picture(written.getvalue(), plain.width, plain.height)


def _on_white(picture: Image.Image) -> Image.Image:
    """The bare pixels on white ground; a new image, so that comments and profiles stay behind."""
    plain = Image.new("RGB", picture.size, "white")
    if picture.has_transparency_data:
        opaque = picture.convert("RGBA")
        plain.paste(opaque, mask=opaque.getchannel("A"))
    else:
        plain.paste(picture.convert("RGB"))
    return plain
