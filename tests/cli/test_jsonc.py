import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hostex_mcp.cli.jsonc import NotJson, load, put

VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=8),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
OURS = {"command": "hostex-mcp", "args": ["stdio"]}


def test_comments_and_trailing_commas_are_allowed() -> None:
    text = '{ // mine\n "a": [1, 2,], /* "b": 3, */ "c": "http://x/*y*/", }'
    assert load(text) == {"a": [1, 2], "c": "http://x/*y*/"}


def test_an_empty_file_is_an_empty_object() -> None:
    assert load(" \n") == {}
    assert json.loads(put("", ["servers", "hostex"], OURS)) == {"servers": {"hostex": OURS}}


@pytest.mark.parametrize("text", ["[]", "{", '{"a" 1}', "servers", '{"a": 1} {"b": 2}'])
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(NotJson):
        put(text, ["servers", "hostex"], OURS)


def test_a_section_that_is_no_object_is_refused() -> None:
    with pytest.raises(NotJson, match="something other than an object under 'servers'"):
        put('{"servers": []}', ["servers", "hostex"], OURS)


def test_everything_else_keeps_its_place_and_its_comments() -> None:
    text = (
        '// head\n{\n\t// first\n\t"servers": {\n\t\t"other": {"command": "x"}, // note\n\t},\n}\n// tail\n'
    )
    changed = put(text, ["servers", "hostex"], {"command": "h"})
    assert changed == (
        '// head\n{\n\t// first\n\t"servers": {\n\t\t"hostex": {\n\t\t\t"command": "h"\n\t\t},'
        '\n\t\t"other": {"command": "x"}, // note\n\t},\n}\n// tail\n'
    )


def test_an_entry_that_is_there_is_replaced_where_it_stands() -> None:
    text = '{"servers": {"a": 1, "hostex": {"old": true}, "z": 2}}'
    assert put(text, ["servers", "hostex"], 3) == '{"servers": {"a": 1, "hostex": 3, "z": 2}}'


@given(some.dictionaries(some.text(max_size=8), VALUES, max_size=4), some.sampled_from([None, 2, "\t"]))
def test_only_the_one_member_changes_whatever_else_there_is(before: dict[str, Any], indent: Any) -> None:
    expected = {**before, "servers": {"hostex": OURS}}
    before.pop("servers", None)
    text = json.dumps(before, indent=indent, ensure_ascii=False)
    changed = put(text, ["servers", "hostex"], OURS)
    assert json.loads(changed) == expected
    assert put(changed, ["servers", "hostex"], OURS) == changed
