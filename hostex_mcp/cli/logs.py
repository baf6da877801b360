"""Log lines on standard error, as text or JSON. Of other libraries only warnings are kept, at every level,
since their debug lines hold headers and bodies."""

import json
import logging
import sys
from datetime import UTC, datetime

from hostex_mcp import request_id


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


def configure_logs(level: str, form: str) -> None:
    """Send this program's log lines of at least `level` to standard error; `form` is text or json."""
    handler = logging.StreamHandler(sys.stderr)
    text = _TextFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(_JsonFormatter() if form == "json" else text)
    others = logging.ERROR if level == "error" else logging.WARNING
    logging.basicConfig(level=others, handlers=[handler], force=True)
    logging.getLogger("hostex_mcp").setLevel(level.upper())
