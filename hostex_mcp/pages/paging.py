"""Long lists in pages, each of which says which part of how many it is."""

from dataclasses import dataclass

_MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True)
class PageOf:
    """The page with this number, from 1, of a list with `total` rows, of which a page shows `size`."""

    number: int
    size: int
    total: int

    @property
    def skipped(self) -> int:
        """How many rows come before it."""
        return (self.number - 1) * self.size

    @property
    def last(self) -> int:
        """The place of its last row, from 1."""
        return min(self.total, self.skipped + self.size)

    @property
    def before(self) -> int:
        """How many rows before it can be gone back to."""
        return min(self.skipped, self.total)

    @property
    def after(self) -> int:
        """How many rows follow it."""
        return max(self.total - self.last, 0)

    @property
    def words(self) -> str:
        """Which part of the list it is, such as `21 to 40 of 57`; `none` behind the end."""
        if self.skipped >= self.total:
            return f"none of {self.total:,}"
        return f"{self.skipped + 1:,} to {self.last:,} of {self.total:,}"


def page_number(text: str) -> int:
    """Return the number of a page that an address names; the first for anything else."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 1
    return number if 0 < number <= _MOST_PAGES else 1
