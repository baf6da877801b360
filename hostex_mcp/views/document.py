"""The views as documents."""

VIEWS = ("day", "calendar", "performance", "thread", "change")


def document(name: str) -> str:
    """Return a view as one document."""
    return f"<!doctype html><title>{name}</title>"
