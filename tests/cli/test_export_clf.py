"""`ledcal export --format clf`, typed as a user types it."""

from __future__ import annotations

import hashlib
import json
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.export._ocio import apply_file
from ledcal.model.exposure import exposure_scale
from ledcal.model.invert import correct
from ledcal.model.predict import black, predict
from ledcal.profile.store import read_profile

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Run

    Ledcal = Callable[..., Run]

SAMPLE = Path(__file__).parents[2] / "calibration_profiles" / "pq-wall-sample"


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, tmp_path / "profiles" / SAMPLE.name))


@pytest.fixture(scope="module")
def wall33(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.conftest import run_quietly

    out = tmp_path_factory.mktemp("clf") / "wall.clf"
    run_quietly("export", SAMPLE, "--format", "clf", "-o", out)
    return out


def test_the_chain_is_written_as_clf(ledcal: Ledcal, profile: Path, tmp_path: Path) -> None:
    out = tmp_path / "wall.clf"
    words = ("export", profile, "--format", "clf", "--size", 17, "-o", out)
    run = ledcal(*words, "--json")
    assert (run.code, run.err) == (0, "")
    document = json.loads(run.out)
    assert document["format"] == "clf"
    assert document["size"] == 17
    assert document["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert document["steps"] == ["range", "cube 17 x 17 x 17", "curves 4096"]
    again = ledcal(*words)
    assert (again.code, "--overwrite" in again.err) == (2, True)
    shown = ledcal(*words, "--overwrite")
    assert "17 x 17 x 17 nodes, then 3 curves of 4096" in shown.out
    assert max(map(len, shown.out.replace(str(tmp_path), "").splitlines())) <= 80


def test_33_nodes_unless_asked_and_tetrahedra_whatever_the_host_says(wall33: Path) -> None:
    root = ET.fromstring(wall33.read_text("utf-8"))
    names = [child.tag.split("}")[-1] for child in root]
    assert [name for name in names if name[0] != "D" and "Desc" not in name] == [
        "Range", "LUT3D", "LUT1D",
    ]  # fmt: skip
    cube = next(child for child in root if child.tag.endswith("LUT3D"))
    assert cube.get("interpolation") == "tetrahedral"
    assert next(iter(cube)).get("dim") == "33 33 33 3"
    code = np.random.default_rng(0).uniform(0, 0.8, (200, 3))
    np.testing.assert_array_equal(
        apply_file(wall33, code, interpolation="trilinear"), apply_file(wall33, code)
    )


def test_the_file_says_what_goes_in_and_out(wall33: Path) -> None:
    head = wall33.read_text("utf-8").split("<Range")[0]
    assert "<InputDescriptor>content code, P3-D65, ST 2084, full range" in head
    assert "<OutputDescriptor>code for wall" in head
    assert "pq-wall-sample" in head
    assert "last step before the LED processor" in head


def test_opencolorio_gives_the_exact_correction(wall33: Path) -> None:
    profile = read_profile(SAMPLE)
    model, target = profile.model, profile.stage.target
    k = exposure_scale(model, target)
    code = np.random.default_rng(5).uniform(0.2, 0.75, (4000, 3))
    exact, reachable = correct(model, target, k, code)

    def seen(wall_code: np.ndarray) -> np.ndarray:
        return np.asarray(k * (predict(model, wall_code) - black(model)))

    away = delta_e_itp(seen(apply_file(wall33, code)), seen(exact))[reachable]
    assert np.median(away) < 0.03
    assert np.percentile(away, 95) < 0.5


def test_odd_input_gives_numbers(wall33: Path) -> None:
    odd = np.array(
        [
            [np.nan, np.nan, np.nan],
            [np.nan, 0.5, 0.5],
            [0.5, np.nan, 0.2],
            [-1.0, -np.inf, 2.0],
            [np.inf, np.inf, np.inf],
            [1e30, -1e30, 0.3],
            [0.0, 0.0, 0.0],
        ]
    )
    got = apply_file(wall33, odd)
    assert np.isfinite(got).all()
    assert got.min() >= 0.0
    assert got.max() <= 1.0
    assert got[-1].tolist() == [0.0, 0.0, 0.0]
    held = np.array([[0.0, 0.0, 1.0], [1.0, 1.0, 1.0], [1.0, 0.0, 0.3]])
    np.testing.assert_allclose(got[3:6], apply_file(wall33, held), rtol=0, atol=1e-6)


def test_clf_has_a_suffix_of_its_own(ledcal: Ledcal, profile: Path, tmp_path: Path) -> None:
    run = ledcal("export", profile, "--format", "clf", "-o", tmp_path / "wall.cube")
    assert (run.code, "must end in .clf" in run.err) == (2, True)
    assert not (tmp_path / "wall.cube").exists()
    in_folder = ledcal("export", profile, "--format", "clf", "--size", 17, "-o", tmp_path)
    assert in_folder.code == 0, in_folder.err
    assert len(list(tmp_path.glob("*_17.clf"))) == 1
