"""Pictures for guests: from where they are read, and what is left of them."""

import os
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import anyio
import pytest
from PIL import Image
from PIL.Image import Exif

from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.tools.messaging._decoding import to_jpeg
from hostex_mcp.tools.messaging._pictures import picture_from_path

pytestmark = pytest.mark.anyio

ORIENTATION, ARTIST = 0x0112, 0x013B


def encoded(picture: Image.Image, form: str, **options: Any) -> bytes:
    written = BytesIO()
    picture.save(written, form, **options)
    return written.getvalue()


def plain(form: str = "PNG", size: tuple[int, int] = (30, 20), **options: Any) -> bytes:
    return encoded(Image.new("RGB", size, "navy"), form, **options)


def decoded(jpeg: bytes) -> Image.Image:
    picture = Image.open(BytesIO(jpeg))
    picture.load()
    return picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    opened = tmp_path / "opened"
    opened.mkdir()
    (opened / "door.png").write_bytes(plain())
    (tmp_path / "secret.png").write_bytes(plain())
    return opened


async def problem(path: object, folders: Sequence[Path]) -> str:
    with pytest.raises(InvalidArguments) as caught:
        await picture_from_path(str(path), folders, anyio.Lock())
    [problem] = caught.value.problems
    assert problem.field == "image_path"
    return problem.problem


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_every_usual_form_becomes_a_jpeg(form: str) -> None:
    picture = decoded(to_jpeg(plain(form))[0])
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (30, 20))


@pytest.mark.parametrize(
    ("size", "fitted"), [((3000, 1500), (2048, 1024)), ((10, 4096), (5, 2048)), ((2048, 2048), (2048, 2048))]
)
def test_no_side_is_longer_than_2048(size: tuple[int, int], fitted: tuple[int, int]) -> None:
    jpeg, *sides = to_jpeg(plain(size=size))
    assert tuple(sides) == fitted
    assert decoded(jpeg).size == fitted


def test_metadata_stays_behind_and_the_picture_stands_upright() -> None:
    exif = Exif()
    exif[ORIENTATION], exif[ARTIST] = 6, "SECRET-name"
    source = plain("JPEG", exif=exif, comment=b"SECRET-comment", icc_profile=b"SECRET-profile")
    assert source.count(b"SECRET") == 3
    jpeg, width, height = to_jpeg(source)
    assert (width, height) == (20, 30)
    assert b"SECRET" not in jpeg
    assert len(decoded(jpeg).getexif()) == 0


def test_a_see_through_picture_stands_on_white() -> None:
    see_through = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    for form in ("PNG", "WEBP"):
        picture = decoded(to_jpeg(encoded(see_through, form))[0])
        assert picture.getpixel((4, 4)) == (255, 255, 255)
    palette = encoded(Image.new("P", (8, 8), 0), "GIF", transparency=0)
    assert decoded(to_jpeg(palette)[0]).getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize(
    "content",
    [
        plain("BMP"),
        plain("TIFF"),
        plain("JPEG", size=(400, 400))[:300],
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"",
    ],
    ids=["bmp", "tiff", "cut", "svg", "empty"],
)
async def test_what_is_no_usual_picture_is_refused(folder: Path, content: bytes) -> None:
    (folder / "odd").write_bytes(content)
    assert await problem("odd", [folder]) == "is not a JPEG, PNG, WebP or GIF picture that can be read"


async def test_a_relative_path_starts_in_any_of_the_folders(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "rooms").mkdir(parents=True)
    (other / "rooms" / "bed.png").write_bytes(plain())
    for path in ("door.png", "rooms/bed.png", str(folder / "door.png")):
        assert (await picture_from_path(path, [folder, other], anyio.Lock())).width == 30


async def test_without_a_folder_nothing_is_read(folder: Path) -> None:
    assert "HOSTEX_MCP_IMAGE_FOLDERS" in await problem(folder / "door.png", [])


async def test_no_path_leads_out_of_the_folders(folder: Path, tmp_path: Path) -> None:
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "up").symlink_to(tmp_path)
    outside = [
        "../secret.png",
        tmp_path / "secret.png",
        "link.png",
        "up/secret.png",
        "door.png/../../secret.png",
    ]
    problems = {await problem(path, [folder]) for path in outside}
    problems |= {await problem(path, [folder]) for path in ("../absent.png", "absent.png", ".", "a\0b", "~")}
    assert len(problems) == 1


@pytest.mark.skipif(os.open not in os.supports_dir_fd, reason="this system opens nothing from a folder")
async def test_a_step_that_becomes_a_link_after_the_check_is_not_followed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "rooms").mkdir()
    (folder / "rooms" / "secret.png").write_bytes(plain())
    resolve = Path.resolve

    def swapped(path: Path, strict: bool = False) -> Path:
        target = resolve(path, strict)
        if target.name == "secret.png" and not (folder / "rooms").is_symlink():
            (folder / "rooms").rename(folder / "former")
            (folder / "rooms").symlink_to(tmp_path)
        return target

    monkeypatch.setattr(Path, "resolve", swapped)
    assert "HOSTEX_MCP_IMAGE_FOLDERS" in await problem("rooms/secret.png", [folder])
    assert (folder / "rooms").is_symlink()


async def test_a_folder_beside_with_the_same_beginning_is_outside(folder: Path, tmp_path: Path) -> None:
    beside = tmp_path / "opened-too"
    beside.mkdir()
    (beside / "door.png").write_bytes(plain())
    await problem(beside / "door.png", [folder])


async def test_a_link_inside_a_folder_is_followed(folder: Path) -> None:
    (folder / "same.png").symlink_to(folder / "door.png")
    assert (await picture_from_path("same.png", [folder], anyio.Lock())).height == 20


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
async def test_a_pipe_is_neither_waited_for_nor_read(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    await problem("pipe", [folder])


async def test_a_file_of_more_than_ten_mebibytes_is_refused(folder: Path) -> None:
    with (folder / "large.png").open("wb") as file:
        file.truncate(10 * 1024 * 1024 + 1)
    assert await problem("large.png", [folder]) == "is larger than 10,485,760 bytes"


async def test_what_is_no_file_leaves_nothing_open(folder: Path) -> None:
    (folder / "rooms").mkdir()
    before = lowest_free_number()
    for path in (".", "rooms", "rooms/..", "absent.png"):
        await problem(path, [folder])
    assert lowest_free_number() == before


def lowest_free_number() -> int:
    """The number that the next opened file gets."""
    number = os.open(os.devnull, os.O_RDONLY)
    os.close(number)
    return number
