"""Frame numbers go out as people write them, and come back the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledcal.errors import InputError
from ledcal.values.frame_numbers import LAST_NUMBER, format_numbers, parse_numbers


@given(st.sets(st.integers(0, LAST_NUMBER), min_size=1, max_size=40))
def test_what_is_written_reads_back(numbers: set[int]) -> None:
    text = format_numbers(numbers)
    assert parse_numbers(text) == tuple(sorted(numbers))
    assert " " not in text


@pytest.mark.parametrize(
    ("numbers", "text"),
    [([3, 7, 8, 9], "3,7-9"), ([0], "0"), ([2, 1, 1], "1-2"), ([5, 3, 1], "1,3,5"), ([], "")],
)
def test_the_short_way(numbers: list[int], text: str) -> None:
    assert format_numbers(numbers) == text


@pytest.mark.parametrize(
    ("text", "numbers"),
    [(" 3 , 7 - 9 ", (3, 7, 8, 9)), ("007", (7,)), ("5,", (5,)), ("4,2-4,3", (2, 3, 4))],
)
def test_what_people_type(text: str, numbers: tuple[int, ...]) -> None:
    assert parse_numbers(text) == numbers


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is none; write them like 3,7-9"),
        (" , ", "there is none"),
        ("a", "'a' is neither a number nor a range"),
        ("-3", "'-3' is neither"),
        ("1.5", "'1.5' is neither"),
        ("3-", "'3-' is neither"),
        ("1-2-3", "'1-2-3' is neither"),
        pytest.param("1" * 5000, "is neither", id="long"),
        ("²", "'²' is neither"),
        ("9-7", "runs backwards; write 7-9"),
        ("1-999999999", "is beyond 4095"),
    ],
)
def test_mistakes_are_named(text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_numbers(text)
    assert said in str(caught.value)
    assert caught.value.exit_code == 2
