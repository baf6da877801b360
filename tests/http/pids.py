"""Run as a program: serves an application that tells which process answers, with as many workers as named.
`POST /die` ends a process at once; `/wait` answers when the file is there that the query names. With `slow` a
worker takes eleven seconds to load."""

import os
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from hostex_mcp.http.serving import Opening, bind, serve


async def whoami(_: Request) -> Response:
    return PlainTextResponse(str(os.getpid()))


async def die(_: Request) -> Response:
    os._exit(1)


async def wait(request: Request) -> Response:
    folder = Path(request.url.query)
    (folder / "arrived").touch()
    for _ in range(1000):
        if (folder / "go").exists():
            break
        await anyio.sleep(0.02)
    return PlainTextResponse("done")


def make_app() -> ASGIApp:
    routes = [Route("/", whoami), Route("/die", die, methods=["POST"]), Route("/wait", wait)]
    return Starlette(routes=routes)


@asynccontextmanager
async def never() -> AsyncGenerator[ASGIApp]:
    raise RuntimeError("this application cannot start")
    yield Starlette()


def fail() -> ASGIApp:
    return Opening(never)


if __name__ == "__mp_main__" and "slow" in sys.argv:
    time.sleep(11)

if __name__ == "__main__":
    listener = bind("127.0.0.1", 0)
    print(listener.getsockname()[1], flush=True)
    made = fail if "fail" in sys.argv else make_app
    sys.exit(serve(made, listener, int(sys.argv[1])))
