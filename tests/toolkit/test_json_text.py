"""JSON text is refused where one reader would take it for this and another for that."""

import pytest

from hostex_mcp.server.messages import NoMessage, normalise
from hostex_mcp.toolkit.json_text import TwiceNamed, require_unambiguous
from hostex_mcp.tools.catalogue import CATALOGUE

TWICE = '{"name": "list_properties", "arguments": {"id": 1, "id": 2}}'


@pytest.mark.parametrize(
    "text",
    [
        TWICE,
        TWICE.encode(),
        '[{"a": {"b": 1, "\\u0062": 2}}]',
        '{"a": NaN, "a": "\\ud800"}',
    ],
)
def test_a_name_twice_is_refused_wherever_it_stands(text: str | bytes) -> None:
    with pytest.raises(TwiceNamed):
        require_unambiguous(text)


@pytest.mark.parametrize("text", ['{"a": {"a": 1}}', '[{"a": 1}, {"a": 1}]', "{", "[" * 100_000])
def test_everything_else_is_left_to_other_readers(text: str) -> None:
    require_unambiguous(text)


@pytest.mark.parametrize("params", [TWICE, {"name": "x", "arguments": '{"id": 1, "id": 2}'}])
def test_no_message_has_parameters_whose_json_text_names_something_twice(params: object) -> None:
    message = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params}
    with pytest.raises(NoMessage, match="A name appears twice") as refused:
        normalise(message)
    assert refused.value.id == 7


def test_no_value_of_an_argument_comes_from_text_that_names_something_twice() -> None:
    text = '{"id": 1, "id": 2}'
    given = CATALOGUE["call_read_tool"].interpret({"name": "list_properties", "arguments": text})
    assert given["arguments"] == text
