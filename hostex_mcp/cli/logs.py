"""Log lines on standard error, as text or JSON, written by a thread of their own."""

import json
import logging
import os
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from io import UnsupportedOperation
from logging.handlers import QueueHandler
from queue import Full, Queue
from threading import Thread
from typing import TextIO

import click

from hostex_mcp import request_id

MOST_LINES = 1_000
FLUSH_SECONDS = 1.0


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if request := request_id.current():
            line["request_id"] = request
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class _TextFormatter(logging.Formatter):
    def formatMessage(self, record: logging.LogRecord) -> str:
        request = request_id.current()
        return super().formatMessage(record) + (f" request={request}" if request else "")


class _Unblocked(QueueHandler):
    """A handler that hands lines to a thread that writes them. Those that it cannot take in time are dropped
    and counted."""

    def __init__(self, stream: TextIO) -> None:
        self._lines: Queue[logging.LogRecord] = Queue(MOST_LINES)
        super().__init__(self._lines)
        self._stream = stream
        self._dropped = 0
        # Where nobody reads standard error, its pipe fills up, and whoever writes to it waits for ever.
        Thread(target=self._write, name="log lines", daemon=True).start()

    def enqueue(self, record: logging.LogRecord) -> None:
        """Take a line, if there is room."""
        try:
            self._lines.put_nowait(record)
        except Full:
            self._dropped += 1

    def say(self, line: str) -> None:
        """Write a line as it is."""
        self.enqueue(logging.makeLogRecord({"msg": line}))

    def flush(self) -> None:
        """Wait until the lines taken are written, but not long: perhaps nobody reads them."""
        end = time.monotonic() + FLUSH_SECONDS
        while self._lines.unfinished_tasks and time.monotonic() < end:
            time.sleep(0.005)

    def _write(self) -> None:
        while True:
            line = self._lines.get().getMessage()
            dropped, self._dropped = self._dropped, 0
            if dropped:
                line += f"\n{dropped} log lines were dropped here: standard error was not read"
            with suppress(OSError, ValueError):  # Closed: there is nowhere left to say so.
                self._put(f"{line}\n")
            self._lines.task_done()

    def _put(self, text: str) -> None:
        # Past Python's own buffer, whose lock the end of the process would wait for.
        try:
            descriptor = self._stream.fileno()
        except UnsupportedOperation:
            self._stream.write(text)
            return
        rest = text.encode(errors="backslashreplace")
        while rest:
            rest = rest[os.write(descriptor, rest) :]


def say(line: str) -> None:
    """Write a line to standard error at any log level, among the log lines where there are any. Where nobody
    reads it this takes `FLUSH_SECONDS`, and not for ever."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, _Unblocked):
            handler.say(line)
            handler.flush()
            return
    click.echo(line, err=True)


def configure_logs(level: str, form: str) -> None:
    """Send this program's log lines of at least `level` to standard error; `form` is text or json."""
    handler = _Unblocked(sys.stderr)
    text = _TextFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(_JsonFormatter() if form == "json" else text)
    # The debug lines of other libraries hold headers and bodies, and so tokens.
    others = logging.ERROR if level == "error" else logging.WARNING
    logging.basicConfig(level=others, handlers=[handler], force=True)
    logging.getLogger("hostex_mcp").setLevel(level.upper())
    # A command that another program runs within itself may end long before its process does.
    if command := click.get_current_context(silent=True):
        command.find_root().call_on_close(handler.flush)
