"""What `ledcal export` says of a matrix: in which unit its light is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ledcal.colorimetry.space import P3_D65
from ledcal.export.formats import Delivery
from ledcal.pipeline.export_words import matrix_words, table_words
from ledcal.pipeline.matrix import Nearest
from ledcal.values.export import Label, Proof
from ledcal.values.lut import Lut3d
from ledcal.values.quality import Spread
from ledcal.values.stage import Target, Wall

SPREAD = Spread(1.0, 2.0, 3.0)
NEAREST = Nearest(np.eye(3), *[SPREAD] * 6)
PROOF = Proof("OpenColorIO 2.6.0", "matrix", 1.2e-7, 1e-6, 100)


@pytest.mark.parametrize(
    ("before", "behind", "unit"),
    [
        (("ST 2084", 1500.0), ("ST 2084", 1800.0), "any other unit that is the same on both"),
        (("gamma 2.4", 400.0), ("gamma 2.4", 400.0), "any other unit that is the same on both"),
        (("gamma 2.4", 100.0), ("gamma 2.4", 400.0), "nits: code 1 is 100 before and 400 behind"),
        (("ST 2084", 1500.0), ("BT.1886", 1000.0), "code 1 is 10000 before and 1000 behind"),
        (("sRGB", 1000.0), ("ST 2084", 1000.0), "code 1 is 1000 before and 10000 behind"),
    ],
)
def test_the_unit_of_light(before: tuple[str, float], behind: tuple[str, float], unit: str) -> None:
    wall = Wall("north", 1920, 1080, 2.6, *behind, P3_D65)
    lines = matrix_words(Path("w.spimtx"), PROOF, NEAREST, wall, Target(P3_D65, *before))
    assert [line for line in lines if unit in line]
    assert f"  before: P3-D65 content code, {before[0]} decoded to light" in lines
    assert max(map(len, lines)) <= 80
    assert lines[-1] == "  proven: OpenColorIO 2.6.0 within 2e-07 of the light"


@pytest.mark.parametrize(
    ("suffix", "slope", "limit"),
    [(".exr", 1.0, "1e-06"), (".png", 0.0, "2e-05"), (".png", 1.0, "4e-05")],
)
def test_what_a_host_may_be_off_by(tmp_path: Path, suffix: str, slope: float, limit: str) -> None:
    """Of 16 bits two roundings of half a step, and that of what is sent, times the slope."""
    files = tmp_path / f"wall{suffix}", tmp_path / f"wall_identity{suffix}"
    for file in files:
        file.write_bytes(b"picture")
    axis = slope * np.linspace(0.0, 1.0, 5)
    table = Lut3d(np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1))
    delivery = Delivery(files, (replace(PROOF, worst=0.0),))
    lines = table_words(delivery, Label("wall", "in", "out"), table, "lattice", back=None)
    assert f"          off by more than {limit}" in lines
