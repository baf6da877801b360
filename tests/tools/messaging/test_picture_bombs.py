"""Pictures made to take a decoder's memory and time, and what they may take of the process that decodes."""

import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.to_thread import run_sync
from PIL import Image

from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.tools.messaging import _decoding as decoding
from hostex_mcp.tools.messaging import _pictures as pictures
from hostex_mcp.tools.messaging._pictures import picture_from_path

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

TOO_LARGE = "has more than 24,000,000 pixels (WebP: 16,000,000) or 50 scans; make it smaller"
SOME_ZEROS = 1 << 20
# The process decodes as it always does, and tells how much memory it ever had.
MEASURED = f"""
import runpy, sys
status = runpy.run_path({decoding.__file__!r})["main"]()
[line] = [line for line in open("/proc/self/status") if line.startswith("VmPeak")]
sys.stderr.write(line.split()[1])
sys.exit(status)
"""


def packed_zeros(count: int) -> bytes:
    """So many zeros as zlib packs them: what it makes of some is repeated, as packing all takes seconds."""
    times, rest = divmod(count, SOME_ZEROS)
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    some = packer.compress(bytes(SOME_ZEROS)) + packer.flush(zlib.Z_FULL_FLUSH)
    last = packer.compress(bytes(rest)) + packer.flush()
    checksum = (count % 65_521) << 16 | 1
    return b"\x78\xda" + some * times + last + struct.pack(">I", checksum)


def png(width: int, height: int, colours: int = 2) -> bytes:
    """A PNG of one colour, a few kilobytes however large; made of bytes, not as a picture."""
    data = packed_zeros(height * (1 + width * {2: 3, 3: 1, 6: 4}[colours]))
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0)
    palette = [b"PLTE" + bytes(768), b"tRNS" + bytes(256)] if colours == 3 else []
    chunks = [header, *palette, b"IDAT" + data, b"IEND"]
    framed = [
        struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def webp(width: int, height: int) -> bytes:
    written = BytesIO()
    Image.new("RGBA", (width, height), (9, 9, 9, 9)).save(written, "WEBP", lossless=True, method=0)
    return written.getvalue()


def scans(times: int) -> bytes:
    """A progressive JPEG whose last scan is repeated."""
    written = BytesIO()
    Image.new("RGB", (1600, 1600), "navy").save(written, "JPEG", progressive=True)
    body, last = written.getvalue().rsplit(b"\xff\xda", 1)
    scan = b"\xff\xda" + last.removesuffix(b"\xff\xd9")
    return body + scan * times + b"\xff\xd9"


async def problem(tmp_path: Path, content: bytes) -> str:
    (tmp_path / "bomb").write_bytes(content)
    with pytest.raises(InvalidArguments) as caught:
        await picture_from_path("bomb", [tmp_path], anyio.Lock())
    return caught.value.problems[0].problem


@pytest.mark.parametrize(
    "bomb",
    [
        partial(png, 6_100, 4_000),
        partial(png, 14_000, 7_000),
        partial(webp, 4_100, 4_000),
        partial(scans, 60),
    ],
    ids=["24.4 MP PNG", "98 MP PNG", "16.4 MP WebP", "60 scans"],
)
async def test_a_picture_of_too_many_pixels_or_scans_is_refused(
    tmp_path: Path, bomb: Callable[[], bytes]
) -> None:
    content = bomb()
    assert len(content) < 500_000
    assert await problem(tmp_path, content) == TOO_LARGE


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is measured on Linux only")
@pytest.mark.parametrize(
    ("bomb", "status"),
    [
        (partial(png, 6_000, 4_000), 0),
        (partial(png, 6_000, 4_000, 6), 0),
        (partial(png, 6_000, 4_000, 3), 0),
        (partial(webp, 4_000, 4_000), 0),
        (partial(png, 8_000, 8_000), 2),
        (partial(webp, 5_000, 4_000), 2),
    ],
    ids=["PNG", "PNG with alpha", "PNG with palette", "WebP", "huge PNG", "huge WebP"],
)
def test_the_largest_pictures_take_less_than_384_mebibytes_of_another_process(
    bomb: Callable[[], bytes], status: int
) -> None:
    done = subprocess.run([sys.executable, "-c", MEASURED], input=bomb(), capture_output=True, check=False)
    assert done.returncode == status
    assert int(done.stderr) < 384 * 1024


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded on Linux only")
def test_the_process_that_decodes_cannot_have_more_memory_than_that() -> None:
    greedy = (
        "from hostex_mcp.tools.messaging._decoding import limit_this_process\n"
        "limit_this_process(); bytearray(400 * 1024 * 1024)"
    )
    done = subprocess.run([sys.executable, "-c", greedy], capture_output=True, text=True, check=False)
    assert done.stderr.rstrip().endswith("MemoryError")


def stand_in(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setattr(pictures, "_DECODER", [sys.executable, "-c", program])


def alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def endless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pipe into which a decoder that never ends writes its process id."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    tell = f"pathlib.Path({str(pipe)!r}).write_text(str(os.getpid()))"
    stand_in(monkeypatch, f"import os, sys, time, pathlib; sys.stdin.buffer.read(); {tell}; time.sleep(600)")
    return pipe


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
async def test_decoding_ends_with_the_call(tmp_path: Path, endless: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(10, 10))
    pid = ""
    async with anyio.create_task_group() as group:
        group.start_soon(picture_from_path, "a.png", [tmp_path], anyio.Lock())
        pid = await run_sync(endless.read_text)
        group.cancel_scope.cancel()
    assert not alive(pid)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
async def test_decoding_that_takes_too_long_is_killed_and_said(
    tmp_path: Path, endless: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "MOST_SECONDS", 1.0)
    assert await problem(tmp_path, png(10, 10)) == "takes too long to decode"


async def test_a_decoder_that_breaks_down_is_a_picture_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch, "import os, sys; sys.stdin.buffer.read(); os.abort()")
    assert (await problem(tmp_path, png(10, 10))).startswith("is not a JPEG")


async def test_pictures_are_decoded_one_at_a_time_with_no_secret_around(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running: list[int] = []
    most: list[int] = []
    names: set[str] = set()
    monkeypatch.setenv("HOSTEX_ACCESS_TOKEN", "a-token")

    async def noted(command: Sequence[str], **options: Any) -> "subprocess.CompletedProcess[bytes]":
        running.append(1)
        most.append(len(running))
        names.update(options["env"])
        try:
            return await anyio.run_process(command, **options)
        finally:
            running.pop()

    monkeypatch.setattr(pictures, "run_process", noted)
    (tmp_path / "a.png").write_bytes(png(10, 10))
    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(picture_from_path, "a.png", [tmp_path], anyio.Lock())
    assert most == [1, 1, 1]
    assert names
    assert not [name for name in names if "HOSTEX" in name]


async def test_an_account_with_many_pictures_lets_another_one_in_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[int] = []
    read: list[int] = []
    all_read = anyio.Event()
    decoded = vars(pictures)["_decoded"]

    async def counted(*given: Any) -> Any:
        read.append(1)
        if len(read) == 5:
            all_read.set()
        return await decoded(*given)

    async def noted(command: Sequence[str], **options: Any) -> "subprocess.CompletedProcess[bytes]":
        order.append(Image.open(BytesIO(options["input"])).width)
        await all_read.wait()
        await anyio.wait_all_tasks_blocked()
        return await anyio.run_process(command, **options)

    monkeypatch.setattr(pictures, "_decoded", counted)
    monkeypatch.setattr(pictures, "run_process", noted)
    accounts = {11: anyio.Lock(), 12: anyio.Lock()}
    async with anyio.create_task_group() as group:
        for width in (11, 11, 11, 11, 12):
            (tmp_path / f"{width}.png").write_bytes(png(width, 10))
            group.start_soon(picture_from_path, f"{width}.png", [tmp_path], accounts[width])
    assert order.index(12) <= 1
    assert sorted(order) == [11, 11, 11, 11, 12]
