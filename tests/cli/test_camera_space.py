"""--camera-space and --idt as typed: raw, linear pictures, tables; and what is said of it."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.colorimetry.space import matrix_rgb_to_aces
from ledcal.files.measurements import read_measurements
from ledcal.profile.store import read_profile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Run, SmallTake

    Ledcal = Callable[..., Run]

IDENTITY = {"white_balance": [1, 1, 1], "matrix": [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}


@pytest.fixture(scope="module")
def tables(small_take: SmallTake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same numbers thrice: said to be ACES2065-1, camera RGB, and nothing."""
    from tests.conftest import run_quietly

    folder = tmp_path_factory.mktemp("tables")
    run_quietly("measure", small_take.captures, "-o", folder / "aces.csv")
    lines = (folder / "aces.csv").read_text().splitlines()
    table = "\n".join(line for line in lines if not line.startswith(("#space", "#camera")))
    (folder / "silent.csv").write_text(table)
    (folder / "camera.csv").write_text(f"#space: camera\n{table}")
    (folder / "idt.json").write_text(json.dumps(IDENTITY))
    shutil.copy(small_take.captures / "stage.toml", folder)
    return folder


def fitted(run: Run) -> dict[str, Any]:
    assert run.code == 0, run.err
    document: dict[str, Any] = json.loads(run.out)
    path = document["camera_to_aces"]
    line = f"camera to ACES2065-1: {path['source']}; assumes {path['assumes']}"
    assert line in document["assumptions"]
    return document


def test_raw_in_a_gamut_is_balanced_and_carried(
    ledcal: Ledcal, small_take: SmallTake, tmp_path: Path
) -> None:
    document = fitted(
        ledcal(
            *("fit", small_take.captures, "-o", tmp_path / "p", "--json"),
            *("--camera-space", "arri wide gamut 4"),
        )
    )
    assert "camera raw, balanced" in document["camera_to_aces"]["source"]
    profile = read_profile(tmp_path / "p")
    assert profile.transform is not None
    from ledcal.colorimetry.space import gamut

    expected = matrix_rgb_to_aces(gamut("ARRI Wide Gamut 4"))
    assert profile.transform.matrix == pytest.approx(expected, abs=1e-12)
    page = (tmp_path / "p" / "report.html").read_text()
    assert "taken as linear ARRI Wide Gamut 4" in page
    assert "few sensors" in page


def test_the_walls_own_primaries(ledcal: Ledcal, small_take: SmallTake, tmp_path: Path) -> None:
    out = tmp_path / "p"
    run = ledcal("fit", small_take.captures, "-o", out, "--json", "--camera-space", "wall")
    document = fitted(run)
    assert "light meter" in document["camera_to_aces"]["assumes"]
    profile = read_profile(out)
    m = profile.measurements
    full = m.code.max()
    declared = matrix_rgb_to_aces(profile.stage.wall.gamut).T
    black = m.camera[(m.code == 0).all(axis=1)][0]
    seen = np.array(
        [m.camera[(np.abs(m.code - full * row) < 1e-6).all(axis=1)][0] for row in np.eye(3)]
    )
    aces = (seen - black) / (seen - black).sum()
    assert aces == pytest.approx(declared / declared.sum(), rel=1e-3, abs=1e-4)
    # The screen says what that assumes; the table that is written says it too.
    shown = " ".join(ledcal("profiles", out).out.split())
    assert "assumes that the LEDs are exactly the declared P3-D65" in shown
    again = fitted(ledcal("fit", out / "measurements.csv", "-o", tmp_path / "q", "--json"))
    assert again["camera_to_aces"] == document["camera_to_aces"]


def test_the_files_own_matrices_are_named(
    ledcal: Ledcal, small_take: SmallTake, tmp_path: Path
) -> None:
    run = ledcal("measure", small_take.captures, "-o", tmp_path / "m.csv", "--json")
    path = json.loads(run.out)["camera_to_aces"]
    assert "DNG ColorMatrix1 and 2, two illuminants (2856 K and 6504 K)" in path["source"]
    assert "LED light" in path["assumes"]


@pytest.mark.parametrize(
    ("name", "words", "said"),
    [
        ("aces.csv", (), "two illuminants"),
        ("aces.csv", ("--camera-space", "aces2065-1"), "two illuminants"),
        ("aces.csv", ("--camera-space", "wall"), "the wall's own red"),
        ("silent.csv", (), "came as scene-linear ACES2065-1"),
        ("silent.csv", ("--camera-space", "BT.2020"), "linear BT.2020, as declared"),
        ("silent.csv", ("--input-space", "BT.2020"), "linear BT.2020, as declared"),
        ("silent.csv", ("--idt", "idt.json"), "IDT file idt.json"),
        ("silent.csv", ("--camera-space", "wall"), "the wall's own red"),
        ("camera.csv", ("--camera-space", "BT.2020"), "linear BT.2020, as declared"),
        ("camera.csv", ("--idt", "idt.json"), "IDT file idt.json"),
        ("camera.csv", ("--camera-space", "wall"), "the wall's own red"),
    ],
)
def test_tables(
    ledcal: Ledcal,
    tables: Path,
    tmp_path: Path,
    name: str,
    words: tuple[str, ...],
    said: str,
) -> None:
    typed = [tables / w if w.endswith(".json") else w for w in words]
    document = fitted(ledcal("fit", tables / name, "-o", tmp_path / "p", "--json", *typed))
    assert said in document["camera_to_aces"]["source"]
    silent = read_measurements(tables / "silent.csv").camera
    stored = read_profile(tmp_path / "p").measurements.camera
    if "BT.2020" in words:
        from ledcal.colorimetry.space import BT2020

        silent = silent @ matrix_rgb_to_aces(BT2020).T
    if "wall" not in words:
        assert stored == pytest.approx(silent, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "words", "code", "said"),
    [
        ("aces.csv", ("--camera-space", "P3-D65"), 2, "#space: ACES2065-1, --camera-space says P3"),
        ("aces.csv", ("--idt", "idt.json"), 2, "'#space: camera'"),
        ("camera.csv", (), 5, "--camera-space wall"),
    ],
)
def test_tables_that_say_something_else(
    ledcal: Ledcal,
    tables: Path,
    tmp_path: Path,
    name: str,
    words: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    typed = [tables / w if w.endswith(".json") else w for w in words]
    run = ledcal("fit", tables / name, "-o", tmp_path / "p", *typed)
    assert (run.code, said in run.err) == (code, True), run.err
    assert not (tmp_path / "p").exists()


def test_what_is_typed_wins_over_the_idt_of_the_stage(
    ledcal: Ledcal, small_take: SmallTake, tables: Path, tmp_path: Path
) -> None:
    shutil.copy(tables / "camera.csv", tmp_path)
    shutil.copy(tables / "idt.json", tmp_path)
    text = (tables / "stage.toml").read_text()
    assert "[camera]" not in text
    (tmp_path / "stage.toml").write_text(f'{text}\n[camera]\nidt = "idt.json"\n')
    words = ("fit", tmp_path / "camera.csv", "--json", "-o")
    document = fitted(ledcal(*words, tmp_path / "p"))
    assert "IDT file" in document["camera_to_aces"]["source"]
    document = fitted(ledcal(*words, tmp_path / "q", "--camera-space", "P3-D65"))
    assert "P3-D65" in document["camera_to_aces"]["source"]
    assert any("camera.idt of stage.toml is left aside" in a for a in document["assumptions"])
    typed = ("measure", small_take.captures, "--stage", tmp_path / "stage.toml", "--json", "-o")
    document = fitted(ledcal(*typed, tmp_path / "a.csv"))
    assert "IDT file" in document["camera_to_aces"]["source"]
    document = fitted(ledcal(*typed, tmp_path / "b.csv", "--camera-space", "P3-D65"))
    assert "balanced by the file's neutral" in document["camera_to_aces"]["source"]


def test_the_old_name_works_and_is_not_shown(ledcal: Ledcal) -> None:
    for command in ("fit", "measure"):
        shown = ledcal(command, "--help").out
        assert "--camera-space NAME" in shown
        assert "--input-space" not in shown
