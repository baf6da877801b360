"""What can go wrong on the pages, in their words: error pages, and problems of a form that is shown again."""

from hostex_mcp.http.store.token_text import INVITATION_PREFIX
from hostex_mcp.pages.problem import FormProblem
from hostex_mcp.pages.render import PageError

_NOTHING_STORED = "Nothing was stored."


def out_of_date() -> PageError:
    """Return the error of a page that is too old, belongs to another browser, or was cut."""
    return PageError(
        "This page is out of date",
        "It works for ten minutes, and only in the browser in which it was opened.",
        "Go back to your app and connect again. If it keeps happening, allow cookies for this site.",
    )


def already_answered() -> PageError:
    """Return the error of a question that has had its one answer."""
    return PageError(
        "This has already been answered",
        "Nothing was changed by trying again.",
        "If your app is not connected, go back to it and connect again.",
    )


def not_from_here() -> PageError:
    """Return the error of a form that another site sent, or that was not filled in here."""
    return PageError(
        "This form did not come from our page",
        "Nothing was changed.",
        "Go back to your app and connect again.",
        403,
    )


def unreadable() -> PageError:
    """Return the error of a form with parts that no page of ours would send."""
    return PageError("This form cannot be read", "Nothing was changed.", "Go back and try again.")


NO_TOKEN = FormProblem("Paste your Hostex access token", "Without it there is nothing to connect.", "token")
NO_TOKEN_TO_FIND = FormProblem(
    "Paste the token to look for", "It is the one that you created in Hostex.", "token"
)
NOT_A_TOKEN = FormProblem(
    "This does not look like a Hostex access token",
    "A token is one long word of letters and digits. Copy it in Hostex with the copy button, "
    "and paste it without anything before or after it.",
    "token",
)
AN_INVITATION = FormProblem(
    "This is an invitation, not a Hostex access token",
    "Paste it below, where it says that you were invited.",
    "token",
)
OURS = FormProblem(
    "This token is from this site, not from Hostex",
    "Paste the token that you created in Hostex, on the OpenAPI page in the settings.",
    "token",
)
NO_INVITATION = FormProblem(
    "This invitation cannot be used",
    "It was used, was taken back, is older than seven days, or a part of the link is missing. Ask whoever "
    "sent it for another one.",
    "link",
)
NO_TOPIC = FormProblem("Tick at least one topic", "Without any, the app could do nothing.", "toolsets")
TOO_MANY = FormProblem(
    "Too many tries",
    "Go back to your app and connect again in ten minutes. Check in Hostex that the token still exists.",
    status=429,
)
TOO_MANY_RETURNS = FormProblem(
    "Too many tries",
    "Go back to your app and connect again in ten minutes, or paste an access token.",
    status=429,
)
DENIED = FormProblem(
    "You did not allow it at Hostex",
    "So nothing is connected. You can try again here, or cancel.",
)
NOT_LINKED = FormProblem(
    "Hostex did not complete the connection",
    f"{_NOTHING_STORED} Try again in a minute.",
    status=502,
)
NO_PROPERTY = FormProblem("Tick at least one property", "Or cancel, and nothing is connected.", "properties")
NOT_READ = FormProblem(
    "Your properties cannot be read right now",
    "Hostex did not return them. Wait a minute and try again.",
    status=503,
)
NOT_THERE = FormProblem(
    "It is no longer connected",
    "Somebody may have disconnected it before, or the app did.",
)
_USABLE = ("read_write", "readable")
_OF_TOKEN = {
    "dead": FormProblem(
        "Hostex does not know this token",
        "It may have been deleted, or a part of it is missing. Copy the whole token again, "
        "or create a new one in Hostex.",
        "token",
    ),
    "read_only": FormProblem(
        "This token can only read",
        "That was decided when it was created and cannot be changed. To allow changes, create a token with "
        "write access in Hostex and paste it here.",
        "token",
    ),
    "lapsed": FormProblem(
        "Your Hostex subscription has ended",
        "Renew it in Hostex, then connect again.",
    ),
    "plan": FormProblem(
        "Your Hostex plan does not include this kind of access",
        "In Hostex, choose a plan that includes the OpenAPI, then connect again.",
    ),
    "account": FormProblem(
        "Hostex does not let this account in at the moment",
        "Check in Hostex that your subscription is paid and your plan includes the OpenAPI, "
        "then connect again.",
    ),
    "unreachable": FormProblem(
        "Hostex cannot be reached right now",
        f"{_NOTHING_STORED} Wait a minute and try again.",
        status=503,
    ),
}
_OF_PARTNER = _OF_TOKEN | {
    "dead": NOT_LINKED,
    "read_only": FormProblem(
        "Hostex allowed reading only",
        "“Read only” is chosen for you now. Continue with Hostex once more to connect that way.",
        suggests_reading=True,
    ),
}


def problem_of(verdict: str, reference: str | None, *, pasted: bool = True) -> FormProblem | None:
    """Return why a credential with this verdict cannot be used; None when it can."""
    if verdict in _USABLE:
        return None
    problems = _OF_TOKEN if pasted else _OF_PARTNER
    return problems.get(verdict, NOT_LINKED).of_call(reference)


def shape_problem(token: str) -> FormProblem | None:
    """Return why a pasted text cannot be a token; None when it may be one."""
    if not token:
        return NO_TOKEN
    if INVITATION_PREFIX in token:
        return AN_INVITATION
    if token.startswith("hmx_"):
        return OURS
    # An address, a mail address or a sentence must not be sent to Hostex as a token.
    usable = token.isascii() and token.isprintable() and " " not in token and "://" not in token
    return None if usable and "@" not in token and 8 <= len(token) <= 4096 else NOT_A_TOKEN
