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
        ({"matrix": [[1, 2, 3]]}, "matrix: expected 3 rows of 3 numbers, got shape (1, 3)"),
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
    assert expected in str(caught.value)
