"""The door to matplotlib: real pictures, the same bytes each time, and no trace of them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ledcal.report._matplotlib import Figure, drawing, mpl, save_figure

if TYPE_CHECKING:
    from pathlib import Path


def _draw(path: Path) -> bytes:
    with drawing():
        figure = Figure(figsize=(2, 1))
        axes = figure.add_subplot()
        axes.plot([0, 1], [0, 1], label="a line")
        axes.set_title("period, px")
        axes.legend()
        save_figure(figure, path)
    return path.read_bytes()


@pytest.mark.parametrize(("suffix", "begins"), [(".png", b"\x89PNG"), (".svg", b"<?xml")])
def test_the_same_figure_is_the_same_file(tmp_path: Path, suffix: str, begins: bytes) -> None:
    one = _draw(tmp_path / f"one{suffix}")
    assert one.startswith(begins)
    assert one == _draw(tmp_path / f"other{suffix}")


def test_other_suffixes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"chart\.tif"):
        _draw(tmp_path / "chart.tif")


def test_settings_are_as_they_were() -> None:
    before = dict(mpl.rcParams)
    with drawing():
        assert mpl.rcParams["axes.facecolor"] != before["axes.facecolor"]
    assert dict(mpl.rcParams) == before


def test_colour_science_neither_loads_it_nor_stands_in_its_way() -> None:
    code = (
        "import sys\n"
        "from ledcal.colorimetry._colour import colour\n"
        "assert 'matplotlib' not in sys.modules and 'cycler' not in sys.modules\n"
        "from ledcal.report._matplotlib import mpl\n"
        "assert mpl.__version__[0].isdigit()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
