"""A process that makes a plain JPEG of a picture, from standard input to standard output. A decoder that a
hostile file leads astray has little time and memory here, no secrets around it, and is killed."""

import struct
import sys
from contextlib import suppress
from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image

MOST_PIXELS = 24_000_000
# The decoder of WebP keeps three copies of a picture.
MOST_WEBP_PIXELS = 16_000_000
# A JPEG of few bytes can have thousands of scans, each of which is decoded over the whole picture.
MOST_SCANS = 50
MOST_MEMORY = 384 * 1024 * 1024
MOST_CPU_SECONDS = 10
LONGEST_SIDE = 2_048
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
DONE, NO_PICTURE, TOO_LARGE = range(3)
SIDES = struct.Struct(">II")

_SCAN = b"\xff\xda"


class TooLarge(ValueError):
    """The picture has more pixels or scans than are decoded."""


def to_jpeg(content: bytes) -> tuple[bytes, int, int]:
    """Return the first frame of a picture as JPEG, with its sides: upright, opaque, at most 2048 pixels a
    side, without metadata.

    Raises:
        TooLarge: before it is decoded; anything else that a decoder raises over a broken file.
    """
    pillow = _pillow()
    with pillow.Image.open(BytesIO(content), formats=FORMATS) as source:
        _require_bounded(source, content)
        # The decoder of JPEG scales while it decodes, which saves most of the memory.
        source.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        pillow.ImageOps.exif_transpose(source, in_place=True)
        if source.mode == "P":
            source = source.convert("RGBA")
        source.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        plain = _on_white(source)
    jpeg = BytesIO()
    plain.save(jpeg, "JPEG", quality=QUALITY)
    return jpeg.getvalue(), plain.width, plain.height


def _pillow() -> Any:
    # Loaded where pictures are decoded: the server reads the numbers of this module when it starts.
    import_module("PIL.ImageOps")
    return import_module("PIL")


def _require_bounded(source: "Image.Image", content: bytes) -> None:
    width, height = source.size
    if width * height > (MOST_WEBP_PIXELS if source.format == "WEBP" else MOST_PIXELS):
        raise TooLarge("too many pixels")
    if source.format == "JPEG" and content.count(_SCAN) > MOST_SCANS:
        raise TooLarge("too many scans")


def _on_white(picture: "Image.Image") -> "Image.Image":
    """Return the bare pixels on a white ground."""
    # Only a new image is free of comments and profiles.
    plain: Image.Image = _pillow().Image.new("RGB", picture.size, "white")
    if picture.has_transparency_data:
        opaque = picture.convert("RGBA")
        plain.paste(opaque, mask=opaque.getchannel("A"))
    else:
        plain.paste(picture.convert("RGB"))
    return plain


def limit_this_process() -> None:
    """Limit the memory and time of this process, where its system can."""
    with suppress(ImportError):
        resource = import_module("resource")
        limits = {"RLIMIT_AS": MOST_MEMORY, "RLIMIT_CPU": MOST_CPU_SECONDS, "RLIMIT_CORE": 0}
        for name, most in limits.items():
            with suppress(AttributeError, OSError, ValueError):
                resource.setrlimit(getattr(resource, name), (most, most))


def main() -> int:
    """Decode standard input; the exit status tells whether it was a picture."""
    limit_this_process()
    image = _pillow().Image
    image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        jpeg, width, height = to_jpeg(sys.stdin.buffer.read())
    except (TooLarge, image.DecompressionBombError):
        return TOO_LARGE
    except Exception:  # decoders raise nearly anything over broken files
        return NO_PICTURE
    sys.stdout.buffer.write(SIDES.pack(width, height) + jpeg)
    return DONE


if __name__ == "__main__":
    sys.exit(main())
