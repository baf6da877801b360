"""The host's own rules: the tone with guests, what is never done, who is called when."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from anyio.to_thread import run_sync

HOUSE_RULES = "hostex://house-rules"
MOST_CHARACTERS = 20_000

UNREAD = "(The host's house rules could not be read: {}. Tell the host, and ask before you assume any.)"
_CUT = "\n\n(Only the first {:,} characters of {:,} are shown; the host should shorten the file.)"


def rules_in(file: Path | None) -> Callable[[], Awaitable[str | None]]:
    """Return what reads the rules of a file, as it is at that moment; there are none without a file."""

    async def read() -> str | None:
        return await run_sync(_text, file) if file else None

    return read


def _text(file: Path) -> str:
    try:
        # A character takes at most four bytes, and one more tells that the file is longer.
        with file.open("rb") as source:
            size = file.stat().st_size
            content = source.read(4 * MOST_CHARACTERS + 1)
    except OSError as error:
        return UNREAD.format(error.strerror or "the file is not there")
    text = content.decode("utf-8", errors="replace").removeprefix("\ufeff").strip()
    if len(text) <= MOST_CHARACTERS and len(content) == size:
        return text
    return text[:MOST_CHARACTERS] + _CUT.format(MOST_CHARACTERS, max(len(text), size))
