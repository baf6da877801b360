"""Endpoints under `/sandbox` by which another process steers the sandbox and reads its request log."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hostex_mcp.sandbox.envelope import json_response
from hostex_mcp.sandbox.faults import Faults
from hostex_mcp.sandbox.rest import SeenRequest


@dataclass(frozen=True)
class Control:
    """Faults, queued writes and the log, over HTTP."""

    faults: Faults
    log: list[SeenRequest]
    settle: Callable[[], None]

    def routes(self) -> list[Route]:
        """Return the routes to mount."""
        return [
            Route("/sandbox/faults", self._list_faults, methods=["GET"]),
            Route("/sandbox/faults", self._add_fault, methods=["POST"]),
            Route("/sandbox/faults", self._clear_faults, methods=["DELETE"]),
            Route("/sandbox/settle", self._settle, methods=["POST"]),
            Route("/sandbox/requests", self._requests, methods=["GET"]),
        ]

    async def _list_faults(self, _: Request) -> Response:
        return json_response([asdict(fault) for fault in self.faults.waiting])

    async def _add_fault(self, request: Request) -> Response:
        """Take the arguments of `Faults.add` as a JSON object."""
        try:
            self.faults.add(**await request.json())
        except (TypeError, ValueError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return Response(status_code=204)

    async def _clear_faults(self, _: Request) -> Response:
        self.faults.clear()
        return Response(status_code=204)

    async def _settle(self, _: Request) -> Response:
        self.settle()
        return Response(status_code=204)

    async def _requests(self, _: Request) -> Response:
        return json_response([asdict(entry) for entry in self.log])
