"""Requests that get an error page instead of an answer."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from hostex_mcp.http.pages.about import ServerNotice
from hostex_mcp.http.pages.render import error_page

Handler = Callable[[Request], Awaitable[Response]]


class PageError(Exception):
    """Nothing more can be done with this request; the person reads `title`, `text` and `advice`."""

    def __init__(self, title: str, text: str, advice: str = "", status: int = 400) -> None:
        super().__init__(title)
        self.title, self.text, self.advice, self.status = title, text, advice, status


def answering(handler: Handler, about: ServerNotice) -> Handler:
    """The handler, with its refusals made pages of this server."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except PageError as refused:
            return error_page(refused.title, refused.text, refused.status, advice=refused.advice, about=about)

    return answer


def out_of_date() -> PageError:
    """A page that lives too long, belongs to another browser, or was cut."""
    return PageError(
        "This page is out of date",
        "It works for ten minutes, and only in the browser in which it was opened.",
        "Go back to your app and connect again. If it keeps happening, allow cookies for this site.",
    )


def already_answered() -> PageError:
    """A question that has had its one answer."""
    return PageError(
        "This has already been answered",
        "Nothing was changed by trying again.",
        "If your app is not connected, go back to it and connect again.",
    )


def not_from_here() -> PageError:
    """A form that another site sent, or that was not filled in here."""
    return PageError(
        "This form did not come from our page",
        "Nothing was changed.",
        "Go back to your app and connect again.",
        403,
    )


def unusable() -> PageError:
    """A form with parts that no page of ours would send."""
    return PageError("This form cannot be read", "Nothing was changed.", "Go back and try again.")
