"""What is traced while coverage is measured."""

import sys

import pytest
from coverage import Coverage

from tests.support.measuring import untraced


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


@pytest.mark.parametrize("case", ["first", "second"])
def test_the_first_case_of_a_function_is_traced_as_often_as_the_run_measures(
    case: str, pytestconfig: pytest.Config
) -> None:
    measured = pytestconfig.pluginmanager.hasplugin("_cov")
    assert (Coverage.current() is not None) is (measured and case == "first")
