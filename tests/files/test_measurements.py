"""measurements.csv: six columns are enough, and every bad cell is named with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.errors import InputError
from ledcal.files.measurements import read_measurements, write_measurements
from ledcal.values.measurement import MeasurementFlag, PatchMeasurements

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "code_r,code_g,code_b,camera_r,camera_g,camera_b\n"


def read_text(tmp_path: Path, text: str) -> PatchMeasurements:
    path = tmp_path / "m.csv"
    path.write_text(text)
    return read_measurements(path)


def test_six_columns_are_enough(tmp_path: Path) -> None:
    m = read_text(tmp_path, HEAD + "0,0,0,1e-4,2e-4,3e-4\n\n0.5,0.25,1,0.1,0.2,0.3\n")
    assert m.code.tolist() == [[0, 0, 0], [0.5, 0.25, 1]]
    assert m.camera[1].tolist() == [0.1, 0.2, 0.3]
    assert np.isnan(m.sigma).all()
    assert m.kind == ("", "")


def test_it_reads_back_what_it_writes(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    n = 12
    sigma = rng.random((n, 3))
    sigma[3] = np.nan
    m = PatchMeasurements(
        code=rng.integers(0, 1024, (n, 3)) / 1023,
        camera=rng.normal(size=(n, 3)),
        sigma=sigma,
        n_samples=np.arange(n),
        saturated=np.linspace(0, 1, n),
        flags=np.arange(n) * 3 % 32,
        kind=tuple(f"kind {i}" for i in range(n)),
        frame=tuple(f'odd, "name" {i}.dng' for i in range(n)),
        header={"exposure": "unknown", "peak_nits": "1500"},
    )
    path = tmp_path / "m.csv"
    write_measurements(path, m)
    again = read_measurements(path)
    assert np.abs(again.code - m.code).max() < 1e-9
    assert np.abs(again.camera / m.camera - 1).max() < 1e-8
    assert np.isnan(again.sigma[3]).all()
    assert again.flags.tolist() == m.flags.tolist()
    assert again.n_samples.tolist() == m.n_samples.tolist()
    assert (again.kind, again.frame, again.header) == (m.kind, m.frame, m.header)


def test_another_space_is_converted(tmp_path: Path) -> None:
    m = read_text(tmp_path, "#space: ITU-R BT.709\n" + HEAD + "1,1,1,1,1,1\n1,0,0,1,0,0\n")
    assert np.abs(m.camera[0] - 1).max() < 1e-9
    assert m.camera[1, 0] == pytest.approx(0.4396, abs=1e-3)
    assert m.space == "ACES2065-1"


def test_flags_are_words(tmp_path: Path) -> None:
    m = read_text(tmp_path, HEAD.strip() + ",flags\n0,0,0,1,1,1,saturated|edge\n")
    assert m.flags[0] == MeasurementFlag.SATURATED | MeasurementFlag.EDGE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "no table in it"),
        ("#space: ACES2065-1\n", "no table in it"),
        (HEAD, "no rows"),
        (HEAD.replace("camera_b", "camra_b") + "0,0,0,1,1,1\n", "nearest here: 'camra_b'"),
        (HEAD + "0,0,0,1,1\n", "line 2: 6 columns expected"),
        (HEAD + "0,0,0,1,1,1,9\n", "line 2: 6 columns expected"),
        (HEAD + "0,0,0,1,x,1\n", "line 2, camera_g: 'x' is not a number"),
        (HEAD + "0,0,0,1,nan,1\n", "line 2, camera_g: 'nan' is not a finite number"),
        ("#a: b\n" + HEAD + "0,0,0,1,1,1\n940,0,0,1,1,1\n", "line 4: code [940.0, 0.0, 0.0]"),
        ("#space: P3D6\n" + HEAD + "0,0,0,1,1,1\n", "the nearest known is 'P3-D65'"),
        (HEAD.strip() + ",flags\n0,0,0,1,1,1,saturatd\n", "nearest known is 'saturated'"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        read_text(tmp_path, text)
    assert expected in str(caught.value)


def test_the_first_ten_problems_are_enough(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_text(tmp_path, HEAD + "0,0,0,1,x,1\n" * 500)
    assert len(str(caught.value).splitlines()) == 10
