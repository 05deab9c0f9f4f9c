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
SEMICOLONS = HEAD.replace(",", ";")


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


@pytest.mark.parametrize(
    "text",
    [
        SEMICOLONS + "0;0,25;1;0,1;2e-1;3,5\n",
        SEMICOLONS + "0;0.25;1;0.1;0.2;3.5\n",
        HEAD.replace(",", "\t") + "0\t0,25\t1\t0,1\t0,2\t3,5\n",
        HEAD.upper().replace(",", " , ") + "0, 0.25, 1, 0.1, 0.2, 3.5\n",
        "#space: ACES2065-1;;;;;\n" + SEMICOLONS.title() + "0;0,25;1;0,1;0,2;3,5\n;;;;;\n",
        '"#space: ACES2065-1",,,,,,\n' + HEAD.strip() + ",\n0,0.25,1,0.1,0.2,3.5,\n",
        "\ufeff" + HEAD.replace("\n", "\r\n") + "0,0.25,1,0.1,0.2,3.5,,\r\n",
    ],
)
def test_what_spreadsheets_write(tmp_path: Path, text: str) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes(text.encode())
    m = read_measurements(path)
    assert m.code.tolist() == [[0, 0.25, 1]]
    assert m.camera.tolist() == [[0.1, 0.2, 3.5]]


def test_further_columns_with_semicolons(tmp_path: Path) -> None:
    m = read_text(
        tmp_path,
        "#space: BT.709\n"
        + SEMICOLONS.strip()
        + ";Flags;Sigma_R;sigma_g;sigma_b;n;frame\n"
        + '0;0;0;1;1;1;"saturated;edge";0,01;0,01;;12;"a, b.dng"\n',
    )
    assert m.flags[0] == MeasurementFlag.SATURATED | MeasurementFlag.EDGE
    assert (m.n_samples.tolist(), m.frame) == ([12], ("a, b.dng",))
    assert np.isnan(m.sigma).all()


def test_missing_columns_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_text(tmp_path, "R G B X Y Z\n0 0 0 1 1 1\n")
    said = str(caught.value).replace(str(tmp_path), "")
    assert len(said.splitlines()) == 1
    assert said.count("camera_b") == 1
    assert len(said) < 180


def test_flags_are_words(tmp_path: Path) -> None:
    m = read_text(tmp_path, HEAD.strip() + ",flags\n0,0,0,1,1,1,saturated|edge\n")
    assert m.flags[0] == MeasurementFlag.SATURATED | MeasurementFlag.EDGE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the file is empty"),
        ("#space: ACES2065-1\n", "no table in it"),
        (HEAD, "no rows"),
        (
            HEAD.replace("camera_b", "camra_b") + "0,0,0,1,1,1\n",
            "camera_b missing in the row of column names (taken as separated by commas, has 'camra",
        ),
        (HEAD + "0,0,0,1,1\n", "line 2: 6 columns expected"),
        (HEAD + "0,0,0,1,1,1,9\n", "line 2: 6 columns expected"),
        ("r;g;b\n0;0;0\n", "(taken as separated by semicolons, has 'r', 'g', 'b')"),
        (HEAD.strip() + ",code_r\n0,0,0,1,1,1,0\n", "column code_r is there twice"),
        (SEMICOLONS + "0;0;0;1.000,5;1;1\n", "line 2, camera_r: '1.000,5' is not a number"),
        (HEAD.strip() + ",n\n0,0,0,1,1,1,nan\n", "line 2, n: 'nan' is not a finite number"),
        (HEAD.strip() + ",flags\n0,0,0,1,1,1,99999999999999999999\n", "unknown flags"),
        (HEAD + "0,0,0,1,1e300,1\n", "line 2, camera_g: 1e300 is beyond"),
        (HEAD + "0,0,0,1,1\x00,1\n", "line 2"),
        (HEAD + "0,0,0,1,1," + "1" * 200000 + "\n", "not a table"),
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
