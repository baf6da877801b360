from hostex_mcp.domain.search import rank

DOCUMENTS = {
    "close_dates": [("Block or open dates of a property", 3.0), ("calendar availability", 1.0)],
    "list_tasks": [("List tasks", 3.0), ("cleaning cleaner housekeeping", 2.0)],
    "send_message": [("Send a message to the guest", 3.0)],
}


def best(query: str) -> str | None:
    return next((name for name, _ in rank(query, DOCUMENTS)), None)


def test_words_find_the_text_that_holds_them_in_any_form() -> None:
    assert best("blocking a date") == "close_dates"
    assert best("who cleans") == "list_tasks"


def test_misspellings_are_forgiven() -> None:
    assert best("mesage guest") == "send_message"
    assert best("availabilty") == "close_dates"


def test_what_fits_nothing_finds_nothing() -> None:
    assert rank("quantum physics", DOCUMENTS) == []
    assert rank("the of and", DOCUMENTS) == []
