"""A problem of a form that is shown again."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class FormProblem:
    """One thing to fix. `field` is the part of the page it belongs to, none when it is not on the page.
    `reference` is Hostex's own number for the call."""

    text: str
    advice: str
    field: str = ""
    status: int = 400
    reference: str = ""
    suggests_reading: bool = False

    def of_call(self, reference: str | None) -> "FormProblem":
        """Return the problem with the reference of one call to Hostex."""
        return replace(self, reference=reference or "")
