"""People who were invited, as the owner of a connection reads of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from hostex_mcp.domain.wording import moment_text
from hostex_mcp.http.connect.asker import app_name
from hostex_mcp.http.connect.bounds import BoundsText, bounds_text
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.store.records import Grant

MOST_PEOPLE = 100


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody who connected an app of their own."""

    grant_id: str
    person: str
    app: str
    bounds: BoundsText
    since: str
    used: str


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation that nobody has used yet."""

    invitation_id: str
    person: str
    bounds: BoundsText
    until: str


async def people_of(
    deps: PageDeps, owners: Sequence[Grant]
) -> tuple[dict[str, list[PersonRow]], dict[str, list[InvitationRow]]]:
    """Return the people and the open invitations of each of these grants, by its id."""
    ids, now = [grant.grant_id for grant in owners if grant.owner_id is None], deps.now()
    people: dict[str, list[PersonRow]] = {grant_id: [] for grant_id in ids}
    waiting: dict[str, list[InvitationRow]] = {grant_id: [] for grant_id in ids}
    if not ids:
        return people, waiting
    for grant in await deps.store.grants.invited_by(ids, MOST_PEOPLE):
        people[grant.owner_id or ""].append(
            PersonRow(
                grant.grant_id,
                grant.person or "",
                app_name(grant.client_name),
                bounds_text(grant.choices),
                moment_text(grant.created_at, now),
                moment_text(grant.used_at, now) if grant.used_at else "not yet",
            )
        )
    for invitation in await deps.store.invitations.of_grants(ids, MOST_PEOPLE):
        waiting[invitation.grant_id].append(
            InvitationRow(
                invitation.invitation_id,
                invitation.person,
                bounds_text(invitation.choices),
                moment_text(invitation.expires_at, now),
            )
        )
    return people, waiting
