"""Tests that need something which a machine may lack, or that take long: they are skipped, unless
HOSTEX_TESTS_COMPLETE=1 says that nothing may be."""

import os
from typing import NoReturn

import pytest

_COMPLETE = os.environ.get("HOSTEX_TESTS_COMPLETE") == "1"


def missing(reason: str) -> NoReturn:
    """Skip a test for want of something, or fail it where nothing may be skipped."""
    if _COMPLETE:
        pytest.fail(f"{reason}, and HOSTEX_TESTS_COMPLETE=1 says that nothing is skipped")
    pytest.skip(reason)


installs_packages = pytest.mark.skipif(
    not _COMPLETE, reason="installs all packages anew; HOSTEX_TESTS_COMPLETE=1 asks for it"
)
