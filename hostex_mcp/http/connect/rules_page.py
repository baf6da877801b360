"""The page on which the owner of a connection writes the house rules that apps are to keep to."""

from dataclasses import dataclass

from starlette.responses import Response

from hostex_mcp.http.config import HOUSE_RULES_PATH
from hostex_mcp.http.connect.forms import Form
from hostex_mcp.http.connect.owner_page import OwnerPage
from hostex_mcp.http.connect.problems import unreadable
from hostex_mcp.http.oauth.browser import Browser
from hostex_mcp.http.store.records import Grant
from hostex_mcp.pages.problem import FormProblem
from hostex_mcp.pages.render import page
from hostex_mcp.server.house_rules import MOST_CHARACTERS

_FIELD = "rules"
_SAVED = "Saved. The apps of this connection read these rules from now on."
_FORGOTTEN = "The rules are forgotten."
_NOTHING = FormProblem("Write at least one rule", "Nothing was changed.", _FIELD)
_LONGER = "The rules have {:,} characters, and at most {:,} are kept"
_SHORTEN = "Nothing was changed. Shorten them, and save again."


@dataclass(frozen=True, slots=True)
class RulesStep:
    """What came of the form. A text that was not kept is shown again, as nobody wants to write it twice."""

    done: str = ""
    problem: FormProblem | None = None
    unsaved: str = ""


class RulesPage(OwnerPage[RulesStep]):
    """`GET` and `POST /connect/house-rules`: other rules are kept, or none."""

    name = "house rules"
    absent = "No house rules can be written here"

    async def _act(self, grant: Grant, browser: Browser, form: Form) -> RulesStep:
        match form.get("action"):
            case "save":
                return await self._save(grant, _plain(form.get(_FIELD)))
            case "forget":
                await self._deps.store.house_rules.put(grant.grant_id, "")
                return RulesStep(_FORGOTTEN)
            case _:
                raise unreadable()

    async def _save(self, grant: Grant, rules: str) -> RulesStep:
        if not rules:
            return RulesStep(problem=_NOTHING)
        if len(rules) > MOST_CHARACTERS:
            problem = FormProblem(_LONGER.format(len(rules), MOST_CHARACTERS), _SHORTEN, _FIELD)
            return RulesStep(problem=problem, unsaved=rules)
        await self._deps.store.house_rules.put(grant.grant_id, rules)
        return RulesStep(_SAVED)

    async def _page(
        self, grant: Grant, browser: Browser, proof: str, outcome: RulesStep | None = None
    ) -> Response:
        step = outcome or RulesStep()
        kept = await self._deps.store.house_rules.of_grant(grant.grant_id)
        return page(
            "house_rules.html",
            step.problem.status if step.problem else 200,
            notice=self._deps.notice,
            path=HOUSE_RULES_PATH,
            grant=grant.grant_id,
            proof=proof,
            csrf=self._csrf(grant, browser),
            kept=kept is not None,
            rules=step.unsaved or kept or "",
            by_server=self._deps.settings.house_rules is not None,
            most=MOST_CHARACTERS,
            problem=step.problem,
            done=step.done,
        )


def _plain(text: str) -> str:
    """Return a text of a form with plain ends of lines: browsers send two characters for each."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
