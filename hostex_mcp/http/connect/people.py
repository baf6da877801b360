"""People who were invited, as the owner of a connection reads of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hostex_mcp.domain.wording import moment_text
from hostex_mcp.http.connect.asker import app_name
from hostex_mcp.http.connect.bounds import BoundsText, bounds_text
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.store.records import Grant
from hostex_mcp.pages.paging import PageOf

MOST_PEOPLE = 50
"""How many people, and how many invitations, a page shows."""


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


@dataclass(frozen=True, slots=True)
class PeoplePart:
    """A part of the people and of the open invitations of some grants, each by the id of its grant, and which
    part of how many it is."""

    people: Mapping[str, list[PersonRow]]
    invitations: Mapping[str, list[InvitationRow]]
    people_part: PageOf
    invitations_part: PageOf


async def people_of(deps: PageDeps, owners: Sequence[Grant], number: int = 1) -> PeoplePart:
    """Return the page with this number of the people and the open invitations of these grants."""
    ids, now = [grant.grant_id for grant in owners if grant.owner_id is None], deps.now()
    people: dict[str, list[PersonRow]] = {grant_id: [] for grant_id in ids}
    waiting: dict[str, list[InvitationRow]] = {grant_id: [] for grant_id in ids}
    store = deps.store
    there_are = await store.grants.count_invited_by(ids), await store.invitations.count_of_grants(ids)
    parts = [PageOf(number, MOST_PEOPLE, total) for total in there_are]
    for grant in await store.grants.invited_by(ids, MOST_PEOPLE, parts[0].skipped):
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
    for invitation in await store.invitations.of_grants(ids, MOST_PEOPLE, parts[1].skipped):
        waiting[invitation.grant_id].append(
            InvitationRow(
                invitation.invitation_id,
                invitation.person,
                bounds_text(invitation.choices),
                moment_text(invitation.expires_at, now),
            )
        )
    return PeoplePart(people, waiting, *parts)
