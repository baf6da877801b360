"""The soak run itself: a short one passes, and its ledger sees what it is there to see."""

import subprocess
import sys

import pytest

from tests.soak.ledger import Ledger


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_short_run_finds_no_write_lost_or_doubled() -> None:
    command = [sys.executable, "-m", "tests.soak", "--minutes", "0.07", "--tenants", "2", "--seed", "5"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=170)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "all is well"


def ledger_of(answer: dict[str, object] | None) -> Ledger:
    ledger = Ledger()
    ledger.begin("a")
    ledger.settle("a", answer)
    return ledger


Texts = list[list[str]]
NEVER: Texts = [[]]
CASES: list[tuple[dict[str, object] | None, Texts, Texts]] = [
    ({"status": "done"}, [["a"]], [[], ["a", "a"]]),
    ({"status": "confirmation_required"}, NEVER, [["a"]]),
    ({"error": {"kind": "invalid_arguments", "retryable": False}}, NEVER, [["a"]]),
    ({"status": "outcome_unknown"}, [[], ["a"]], [["a", "a"]]),
    ({"error": {"kind": "upstream", "retryable": False}}, [[], ["a"]], [["a", "a"]]),
    (None, [[], ["a"]], [["a", "a"]]),
]


@pytest.mark.parametrize(("answer", "good", "bad"), CASES)
def test_its_ledger_knows_how_often_a_write_may_have_taken_effect(
    answer: dict[str, object] | None, good: Texts, bad: Texts
) -> None:
    ledger = ledger_of(answer)
    assert all(ledger.problems(found) == [] for found in good)
    assert all(ledger.problems(found) for found in bad)


def test_its_ledger_keeps_what_was_done_though_a_second_call_was_refused() -> None:
    ledger = ledger_of({"status": "done"})
    ledger.settle("a", {"status": "confirmation_required"})
    assert ledger.problems(["a"]) == []
    assert ledger.problems(["a", "b"]) == ["not one of ours: b"]
