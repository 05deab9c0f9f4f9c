"""The .spimtx file: OpenColorIO reads the nine numbers, and keeps their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.errors import ExportError, InputError
from ledcal.export import matrix as module
from ledcal.export._ocio import apply_file
from ledcal.export.matrix import deliver_matrix, format_spimtx
from ledcal.values.export import Label

if TYPE_CHECKING:
    from pathlib import Path

MATRIX = np.array(
    [
        [0.9952520, -0.0574224, 0.0716891],
        [-0.0296706, 1.0307555, -0.0006575],
        [-0.0325648, 0.0630616, 1.0912872],
    ]
)
LABEL = Label("north", "light", "light")


def test_opencolorio_multiplies_by_it(tmp_path: Path) -> None:
    path, proof = deliver_matrix(LABEL, MATRIX, path=tmp_path)
    assert path.name == "north_matrix.spimtx"
    light = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 15.0], [-0.5, 2.0, 100.0]])
    np.testing.assert_allclose(apply_file(path, light), light @ MATRIX.T, rtol=1e-6, atol=1e-6)
    assert (proof.interpolation, proof.worst < proof.limit) == ("matrix", True)


def test_no_minus_zero() -> None:
    assert "-0.00000000" not in format_spimtx(np.full((3, 3), -1e-12))


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"must end in \.spimtx.*wall\.txt\.spimtx"):
        deliver_matrix(LABEL, MATRIX, path=tmp_path / "wall.txt")
    deliver_matrix(LABEL, MATRIX, path=tmp_path / "wall.spimtx")
    with pytest.raises(InputError, match="--overwrite"):
        deliver_matrix(LABEL, MATRIX, path=tmp_path / "wall.spimtx")


@pytest.mark.parametrize(
    "text",
    [format_spimtx(MATRIX.T), format_spimtx(MATRIX.round(4)), "1 2 3\n"],
    ids=["transposed", "four digits", "short"],
)
def test_a_file_that_does_not_read_back_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(module, "format_spimtx", lambda _: text)
    with pytest.raises(ExportError, match=r"differs by|cannot read it"):
        deliver_matrix(LABEL, MATRIX, path=tmp_path / "wall.spimtx")
    assert list(tmp_path.iterdir()) == []
