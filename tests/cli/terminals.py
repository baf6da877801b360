"""A terminal that the command is run on in this process: what it prints there, and what a person types."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Literal

import pytest
from rich.text import Text

from hostex_mcp.cli import main


@dataclass(frozen=True)
class Seen:
    """What came out: `screen` with all orders to the terminal, `piped` what went past it."""

    status: int
    screen: str
    piped: str = ""

    @property
    def lines(self) -> list[str]:
        """The lines as a person reads them."""
        return Text.from_ansi(self.screen).plain.splitlines()


def on_terminal(
    monkeypatch: pytest.MonkeyPatch,
    arguments: Sequence[str],
    *,
    width: int = 80,
    typed: str = "",
    piping: Literal["stdout", "stderr"] | None = None,
    encoding: str = "utf-8",
) -> Seen:
    """Run the command on a terminal, with one of its two outputs in a pipe of an encoding if wanted."""
    with _terminal(width) as (ours, theirs, caught):
        os.write(ours, typed.encode())
        with (
            open(theirs, "w", encoding="utf-8") as screen,
            open(os.dup(theirs), encoding="utf-8") as keyboard,
            TemporaryFile("w+", encoding=encoding) as pipe,
        ):
            monkeypatch.setattr(sys, "stdin", keyboard)
            monkeypatch.setattr(sys, "stdout", pipe if piping == "stdout" else screen)
            monkeypatch.setattr(sys, "stderr", pipe if piping == "stderr" else screen)
            monkeypatch.delenv("COLUMNS", raising=False)
            status = _run(arguments)
            monkeypatch.undo()
            pipe.seek(0)
            piped = pipe.read()
    return Seen(status, _text(caught), piped)


def spawned_on_terminal(arguments: Sequence[str], environ: Mapping[str, str], *, width: int) -> Seen:
    """Run the command on a terminal in a process of its own."""
    with _terminal(width) as (_, theirs, caught):
        status = subprocess.call(
            [sys.executable, "-m", "hostex_mcp", *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=dict(environ),
        )
        os.close(theirs)
    return Seen(status, _text(caught))


@contextmanager
def _terminal(width: int) -> Generator[tuple[int, int, list[bytes]]]:
    """Both ends of a terminal, the second to be closed by whom it is given to, and what came out of it."""
    ours, theirs = pty.openpty()
    _without_echo(theirs)
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    caught: list[bytes] = []
    reader = threading.Thread(target=_read, args=(ours, caught))
    reader.start()
    yield ours, theirs, caught
    reader.join()


def _text(caught: list[bytes]) -> str:
    return b"".join(caught).decode().replace("\r\n", "\n")


def _without_echo(terminal: int) -> None:
    modes = termios.tcgetattr(terminal)
    modes[3] &= ~termios.ECHO
    termios.tcsetattr(terminal, termios.TCSANOW, modes)


def _run(arguments: Sequence[str]) -> int:
    try:
        main(list(arguments))
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def _read(terminal: int, caught: list[bytes]) -> None:
    """Until nobody holds the other end: Linux then answers with an error, others with nothing."""
    try:
        while piece := os.read(terminal, 4096):
            caught.append(piece)
    except OSError:
        pass
    finally:
        os.close(terminal)
