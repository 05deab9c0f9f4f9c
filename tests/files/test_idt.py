"""idt.json replaces what the raw file says of its colour, or is refused with the reason."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ledcal.errors import InputError
from ledcal.files.idt import read_idt

if TYPE_CHECKING:
    from pathlib import Path

GOOD = {"white_balance": [2.0, 1.0, 1.5], "matrix": [[0.7, 0.2, 0.1], [0.1, 0.9, 0], [0, 0.1, 0.9]]}


def test_it_is_applied_as_design_says(tmp_path: Path) -> None:
    path = tmp_path / "idt.json"
    path.write_text(json.dumps(GOOD))
    transform = read_idt(path)
    assert (transform.combined() @ [0.5, 1.0, 2 / 3]).round(12).tolist() == [1.0, 1.0, 1.0]
    assert "idt.json" in transform.source


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"matrix": [[1, 2, 3]]}, "matrix: expected 3 rows of 3 numbers, got 1 row\n"),
        (
            {"matrix": [[1, 2, 3], [1, 2], [0, 0, 1]]},
            "matrix: row 2: expected 3 numbers, got 2 num",
        ),
        (
            {"matrix": [[1, 2, float("nan")], [0, 1, 0], [0, 0, 1]]},
            "matrix: row 1: holds nan; expected finite numbers\n",
        ),
        ({"white_balance": [2.0, 10**400, 1.5]}, "holds 100000000000...; expected finite numbers"),
        ({"white_balance": [2.0, 1.0]}, "white_balance: expected 3 numbers, got 2 numbers\n"),
        ({"white_balance": [2.0, "1,0", 1.5]}, "white_balance: '1,0' is not a number"),
        ({"white_balance": [2.0, "1.0", 1.5]}, "white_balance: '1.0' is not a number"),
        ({"white_balance": [2.0, True, 1.5]}, "white_balance: True is not a number"),
        ({"white_balance": "auto"}, "white_balance: expected 3 numbers"),
        ({"white_balance": [0, 1, 1]}, "expected gains above 0"),
        ({"matrix": [[1, 0, 0], [1, 0, 0], [0, 0, 1]]}, "cannot be inverted"),
        ({"whitebalance": [1, 1, 1]}, "the nearest known key is 'white_balance'"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, change: dict[str, object], expected: str) -> None:
    path = tmp_path / "idt.json"
    path.write_text(json.dumps(GOOD | change))
    with pytest.raises(InputError) as caught:
        read_idt(path)
    assert expected in f"{caught.value}\n"


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "idt.json"
    path.write_text(text)
    with pytest.raises(InputError, match="the file is empty"):
        read_idt(path)
