"""Changes on cards: what a view may ask for and a person decides there. The secret of a card goes to the view
beside the result and nowhere else, so that whoever knows only what models are given decides nothing."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from pydantic_core import to_jsonable_python

from hostex_mcp.api import Blocked, FieldProblem
from hostex_mcp.server.asking import Elicitation
from hostex_mcp.server.changes.pending import PendingChanges
from hostex_mcp.server.changes.record import PendingChange
from hostex_mcp.server.changes.view import change_view, undo_of
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import CHANGE, JsonObject

SECRET = "hostex/secret"  # noqa: S105
"""Where a secret stands beside a result."""

_A_VIEW = "A view in the chat"
_NO_SUCH = (
    "names no change that this card may decide on: it was never one of this account, is kept no longer, or "
    "the secret is not its own"
)
_EMPTY = "is empty: write a message, or decline"
_OWNER = "The owner of the Hostex account decides on this change, on a page of their own."
_OWNER_HINT = "They were asked. Nothing was changed."


class CardSecrets:
    """The secrets of the cards of one account, each bound to one change. Whoever lacks the `keys` can no more
    work one out than guess it, and none has to be kept."""

    def __init__(self, account: str, keys: Callable[[], Sequence[bytes]]) -> None:
        self._account = account
        self._keys = keys

    def of(self, change_id: str) -> str:
        """Return the secret of the card of a change."""
        return self._under(self._keys()[0], change_id)

    def fits(self, change_id: str, secret: str) -> bool:
        """Whether this is the secret of that card."""
        given = secret.encode("utf-8", "surrogatepass")
        return any(hmac.compare_digest(self._under(key, change_id).encode(), given) for key in self._keys())

    def _under(self, key: bytes, change_id: str) -> str:
        # Nothing else that these keys sign begins with a bracket.
        text = json.dumps(["card", self._account, change_id])
        return urlsafe_b64encode(hmac.digest(key, text.encode(), "sha256")).decode().rstrip("=")


class Decide(Protocol):
    """`Engine.decide`."""

    def __call__(
        self, change_id: str, approve: bool, by: str, *, seen: str, text: str | None, way: str
    ) -> Awaitable[PendingChange]:
        """Decide on a change."""
        ...


Propose = Callable[[str, Mapping[str, Any], Elicitation], Awaitable[JsonObject]]


@dataclass(frozen=True, slots=True)
class ChangeCards:
    """The cards of one account. `proposal` has a write wait, and returns what a model would be answered. On a
    page of our own it is the `person` who asks and decides, and no app."""

    secrets: CardSecrets
    pending: PendingChanges
    now: Callable[[], datetime]
    proposal: Propose
    decision: Decide
    person: str = ""

    async def propose(self, tool: str, arguments: JsonObject) -> JsonObject:
        """Have a write wait for the person, however light it is.

        Raises:
            HostexError: it cannot be worked out, or is not served.
            InvalidArguments: there is no such write, or these are not its arguments.
        """
        asking = Elicitation(app=self.person or _A_VIEW, here=bool(self.person), card=True)
        told = await self.proposal(tool, arguments, asking)
        change = await self.pending.find(str(told.get(CHANGE)))
        return self._shown(change) if change else {"notes": told.get("notes", [])}

    async def read(self, change_id: str, secret: str) -> JsonObject:
        """Return a change as it stands now.

        Raises:
            InvalidArguments: this is no change with that secret.
        """
        return self._shown(await self._find(change_id, secret))

    async def decide(
        self, change_id: str, secret: str, approve: bool, seen: str, text: str | None
    ) -> JsonObject:
        """Return a change after the person's decision; one that was decided on before, or has expired, as it
        is.

        Raises:
            InvalidArguments: this is no change with that secret, or the edited text does not fit.
            HostexError: it could not be worked out just now, or somebody else decides; nothing was sent.
        """
        change = await self._find(change_id, secret)
        if change.owner is not None:
            raise Blocked(_OWNER, operation=change.tool, hint=_OWNER_HINT)
        if approve and text is not None and not text.strip():
            raise InvalidArguments(FieldProblem("text", _EMPTY))
        on_card = f"the user, on a card of {change.asked_by}" if change.asked_by else "the user, on a card"
        by = self.person or on_card
        return self._shown(
            await self.decision(change.id, approve, by, seen=seen, text=text or None, way="card")
        )

    async def _find(self, change_id: str, secret: str) -> PendingChange:
        fits = self.secrets.fits(change_id, secret)
        change = await self.pending.find(change_id)
        if change is None or not fits:
            raise InvalidArguments(FieldProblem(CHANGE, _NO_SUCH))
        return change

    def _shown(self, change: PendingChange) -> JsonObject:
        view: dict[str, Any] = to_jsonable_python(change_view(change, self.now()))
        undo = undo_of(change)
        if undo and view["outcome"]["undo"]:
            view["outcome"]["undo"] |= {"tool": undo[0], "arguments": undo[1]}
        # What needs an owner is not decided here.
        return {"change": {**view, "decides": change.open and change.owner is None}}


def with_cards_of(context: Context, elicitation: Elicitation) -> Context:
    """Return the context of a call. A person at a page of ours is told apart from an app in a chat."""
    if not elicitation.here or not isinstance(context.cards, ChangeCards):
        return context
    return replace(context, cards=replace(context.cards, person=elicitation.app))
