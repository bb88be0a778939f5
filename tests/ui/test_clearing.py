"""When a copied secret counts as cleared, and what each look does until then."""

from __future__ import annotations

import pytest

from ui.desktop.clearing import LAST_LOOKS, LOOKS, Act, Clearing, CopyStage, Sight

OURS, OTHER, EMPTY, HIDDEN = Sight
CLEAR, OVERWRITE = Act


def looks(clearing: Clearing, *sights: Sight) -> list[Act | None]:
    """Return what is done at each look."""
    done = []
    for sight in sights:
        assert clearing.next_look is not None
        done.append(clearing.look(sight))
    return done


def decided(clearing: Clearing) -> CopyStage:
    """Return the stage after the last look."""
    assert clearing.next_look is None or clearing.stage is not CopyStage.CLEARING
    return clearing.stage


@pytest.mark.parametrize("overwrites", [True, False])
def test_what_stays_away_at_three_looks_is_cleared(overwrites: bool) -> None:
    clearing = Clearing(overwrites=overwrites)
    assert clearing.begin(OURS) is CLEAR
    assert looks(clearing, EMPTY, EMPTY) == [None, None]
    assert clearing.stage is CopyStage.CLEARING
    assert looks(clearing, EMPTY) == [None]
    assert decided(clearing) is CopyStage.CLEARED
    assert not clearing.kept


def test_the_looks_are_at_a_tenth_half_and_three_seconds() -> None:
    assert LOOKS == (0.1, 0.4, 2.5)
    assert sum(LAST_LOOKS) <= 0.7


def test_what_comes_back_once_is_cleared_again() -> None:
    clearing = Clearing(overwrites=False)
    clearing.begin(OURS)
    assert looks(clearing, OURS, EMPTY, EMPTY) == [CLEAR, None, None]
    assert decided(clearing) is CopyStage.CLEARED


def test_what_comes_back_again_is_overwritten_and_looked_for_again() -> None:
    clearing = Clearing(overwrites=True)
    clearing.begin(OURS)
    assert looks(clearing, OURS, OURS) == [CLEAR, OVERWRITE]
    assert looks(clearing, OTHER, OTHER, OTHER) == [None, None, None]
    assert decided(clearing) is CopyStage.CLEARED
    assert clearing.kept


def test_what_comes_back_late_is_overwritten_at_the_last_look() -> None:
    clearing = Clearing(overwrites=True)
    clearing.begin(OURS)
    assert looks(clearing, EMPTY, EMPTY, OURS) == [None, None, OVERWRITE]
    assert clearing.stage is CopyStage.CLEARING


def test_where_a_text_proves_nothing_it_is_never_the_last_word() -> None:
    clearing = Clearing(overwrites=False)
    clearing.begin(OURS)
    assert looks(clearing, OURS, OURS, OURS) == [CLEAR, CLEAR, None]
    assert decided(clearing) is CopyStage.STAYS
    assert clearing.begin(OURS, fresh_input=True) is OVERWRITE
    assert looks(clearing, OTHER) == [CLEAR]  # Qt may return a text that the compositor ignored
    assert looks(clearing, OTHER, OTHER) == [None, None]
    assert decided(clearing) is CopyStage.CLEARED


def test_what_cannot_be_seen_is_not_called_cleared() -> None:
    clearing = Clearing(overwrites=False)
    clearing.begin(OURS)
    looks(clearing, HIDDEN, HIDDEN, HIDDEN)
    assert decided(clearing) is CopyStage.UNKNOWN
    assert clearing.refused
    assert clearing.change(OURS) is None  # the program is in front again
    assert looks(clearing, OURS, EMPTY, EMPTY) == [CLEAR, None, None]
    assert decided(clearing) is CopyStage.CLEARED
    assert not clearing.refused


def test_a_change_in_between_is_answered_and_not_for_ever() -> None:
    clearing = Clearing(overwrites=True)
    clearing.begin(OURS)
    acts = [clearing.change(OURS) for _ in range(20)]
    assert acts[0] is CLEAR
    assert acts[-1] is None
    assert clearing.change(EMPTY) is None


def test_another_text_is_never_cleared() -> None:
    clearing = Clearing(overwrites=True)
    assert clearing.begin(OTHER) is None
    assert decided(clearing) is CopyStage.REPLACED
    again = Clearing(overwrites=True)
    again.begin(OURS)
    looks(again, OURS)
    assert again.begin(OTHER, ending=True) is None
    assert looks(again, OTHER, OTHER, OTHER) == [None, None, None]


def test_a_text_of_another_program_is_noticed_while_the_secret_is_held() -> None:
    clearing = Clearing(overwrites=True)
    assert clearing.change(OURS) is None
    assert clearing.change(HIDDEN) is None
    assert clearing.stage is CopyStage.HELD
    clearing.change(OTHER)
    assert decided(clearing) is CopyStage.REPLACED


def test_a_clipboard_that_is_suddenly_empty_is_looked_at_before_it_is_believed() -> None:
    clearing = Clearing(overwrites=True)
    clearing.change(EMPTY)
    assert clearing.stage is CopyStage.CLEARING
    assert looks(clearing, OURS) == [CLEAR]  # its owner was only slow


def test_at_the_end_a_known_manager_gets_the_harmless_text_at_once() -> None:
    clearing = Clearing(overwrites=True)
    assert clearing.begin(OURS, ending=True, manager=True) is OVERWRITE
    assert clearing.next_look == LAST_LOOKS[0]
    unknown = Clearing(overwrites=True)
    assert unknown.begin(OURS, ending=True) is CLEAR
    assert looks(unknown, OURS) == [OVERWRITE]
