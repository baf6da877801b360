"""What is traced while coverage is measured."""

import sys

import pytest
from coverage import Coverage

from tests.support.measuring import TRACED_CASES, untraced


def test_where_several_measure_none_goes_on_in_the_place_of_one_that_pauses() -> None:
    with untraced():
        outer, inner = (
            Coverage(data_file=None, config_file=False),
            Coverage(data_file=None, config_file=False),
        )
        outer.start()
        inner.start()
        with untraced():
            assert sys.gettrace() is None
        assert Coverage.current() is inner
        assert sys.gettrace() is not None
        inner.stop()
        assert sys.gettrace() is None


@pytest.mark.parametrize("case", range(1, TRACED_CASES + 2))
def test_only_the_first_cases_of_a_function_are_traced_and_only_if_the_run_measures(
    case: int, pytestconfig: pytest.Config
) -> None:
    measured = pytestconfig.pluginmanager.hasplugin("_cov")
    assert (Coverage.current() is not None) is (measured and case <= TRACED_CASES)
