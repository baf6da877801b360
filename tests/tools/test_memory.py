"""What is remembered between calls is true, and takes bounded room."""

from hostex_mcp.tools.memory import Memory


def test_a_thing_is_remembered_in_its_present_state_only() -> None:
    memory = Memory()
    memory.keep("thread 1", "noon", "two messages")
    memory.keep("thread 1", "one o'clock", "three messages")
    assert memory.recall("thread 1", "one o'clock") == "three messages"
    assert memory.recall("thread 1", "noon") is None
    assert memory.recall("thread 2", "noon") is None


def test_what_changes_again_and_again_leaves_room_for_the_rest() -> None:
    memory = Memory(most=100)
    memory.keep("quiet", 0, "kept", size=50)
    for number in range(1_000):
        memory.keep("busy", number, number, size=50)
    assert memory.recall("quiet", 0) == "kept"
    assert memory.recall("busy", 999) == 999


def test_the_room_is_bounded_and_what_was_not_used_for_longest_goes_first() -> None:
    memory = Memory(most=100)
    for name in ("a", "b", "c"):
        memory.keep(name, 0, name, size=30)
    assert memory.recall("a", 0) == "a"
    memory.keep("d", 0, "d", size=30)
    assert [memory.recall(name, 0) for name in ("a", "b", "c", "d")] == ["a", None, "c", "d"]
    memory.keep("huge", 0, "huge", size=101)
    assert [memory.recall(name, 0) for name in ("a", "c", "d", "huge")] == ["a", "c", "d", None]
