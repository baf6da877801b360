"""Numbers that an operator sets. What is read here raises ValueError with a text that says what is
allowed."""


def grace(value: str) -> int:
    """Seconds of the grace of a refresh token."""
    return int(number(value, 0, 600, "allowed: a number of seconds from 0 to 600"))


def count(value: str) -> int:
    """How many processes."""
    return int(number(value, 1, 64, "allowed: a number from 1 to 64"))


def calls(value: str) -> int:
    """How many calls at once."""
    return int(number(value, 1, 10_000, "allowed: a number from 1 to 10000"))


def seconds(value: str) -> float:
    """Seconds of a wait."""
    return number(value, 1, 300, "allowed: a number of seconds from 1 to 300")


def amount(value: str) -> float:
    """An amount of money."""
    return number(value, 0.01, 10_000_000, "allowed: an amount above 0, such as 50")


def factor(value: str) -> float:
    """How many times as much."""
    return number(value, 1, 1_000, "allowed: a factor from 1 to 1000, such as 3")


def days(value: str) -> int:
    """Days ahead."""
    return int(number(value, 1, 1_095, "allowed: a number of days from 1 to 1095"))


def number(value: str, least: float, most: float, problem: str) -> float:
    """A number within bounds; `problem` says which."""
    try:
        found = float(value)
    except ValueError:
        raise ValueError(problem) from None
    if not least <= found <= most:
        raise ValueError(problem)
    return found
