"""What each command prints and leaves, typed as a user types it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.files.measurements import read_measurements
from tests.closed_loop import apply_cube

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Run, SmallTake

    Ledcal = Callable[..., Run]

FIT_KEYS = {
    "profile", "frames", "patches", "before", "after", "cross_validated", "noise_floor",
    "peak_kept", "gamut_clipped", "assumptions", "findings",
}  # fmt: skip


@pytest.fixture(scope="module")
def profile(small_take: SmallTake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.conftest import run_quietly

    out = tmp_path_factory.mktemp("fit") / "small"
    run_quietly("fit", small_take.captures, "-o", out)
    return out


def test_fit_leaves_a_whole_profile(profile: Path) -> None:
    names = {path.name for path in profile.iterdir()}
    assert names == {
        "profile.json", "correction.cube", "correction.npy", "measurements.csv", "report.html",
        "checks",
    }  # fmt: skip
    assert "<html" in (profile / "report.html").read_text()
    document = json.loads((profile / "profile.json").read_text())
    assert document["schema_version"] == 1
    inputs = document["provenance"]["inputs"]
    assert len(inputs) == 6
    assert all(len(digest) == 64 for digest in inputs.values())


def test_fit_prints_the_keys_that_others_rely_on(
    ledcal: Ledcal, small_take: SmallTake, tmp_path: Path
) -> None:
    run = ledcal("fit", small_take.captures, "-o", tmp_path / "p", "--json")
    document = json.loads(run.out)
    assert set(document) >= FIT_KEYS
    assert (document["frames"], Path(document["profile"]).name) == (6, "p")
    for key in ("before", "after", "cross_validated", "noise_floor"):
        assert set(document[key]) >= {"median", "p95", "max"}
    assert document["before"]["median"] > document["after"]["median"]


def test_peak_keep_reaches_the_table_and_the_profile(
    ledcal: Ledcal, small_take: SmallTake, profile: Path, tmp_path: Path
) -> None:
    run = ledcal("fit", small_take.captures, "-o", tmp_path / "p", "--peak", "keep", "--json")
    document = json.loads(run.out)
    assert document["peak"] == "keep"
    assert document["peak_kept"] == document["peak_choices"]["keep"]["peak_kept"]
    assert document["peak_kept"] > document["peak_choices"]["match"]["peak_kept"]
    assert json.loads((tmp_path / "p" / "profile.json").read_text())["correction"]["peak"] == "keep"
    white = np.full((1, 3), 0.79)
    kept, matched = (apply_cube(p / "correction.cube", white) for p in (tmp_path / "p", profile))
    assert kept.sum() > matched.sum() + 0.003
    shown = ledcal("profiles", tmp_path / "p")
    assert "with --peak match" in " ".join(shown.out.split())
    again = ledcal("fit", small_take.captures, "-o", tmp_path / "q", "--peak", "both")
    assert (again.code, "'match', 'keep'" in again.err) == (2, True)


def test_fit_fills_one_screen(ledcal: Ledcal, small_take: SmallTake, tmp_path: Path) -> None:
    run = ledcal("fit", small_take.captures, "-o", tmp_path / "p")
    lines = run.out.splitlines()
    assert run.code == 0
    assert len(lines) <= 40
    assert max(len(line) for line in lines if str(tmp_path) not in line) <= 80
    for text in ("before", "after", "noise floor", "held out", "ledcal export"):
        assert text in run.out
    assert run.err == ""


def test_the_second_fit_of_a_day_gets_a_name_of_its_own(
    ledcal: Ledcal, small_take: SmallTake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        assert ledcal("fit", small_take.captures).code == 0
    names = sorted(path.name for path in (tmp_path / "calibration_profiles").iterdir())
    assert len(names) == 2
    assert names[1] == f"{names[0]}-2"


def test_measurements_stand_in_for_captures(
    ledcal: Ledcal, small_take: SmallTake, profile: Path, tmp_path: Path
) -> None:
    table = tmp_path / "m.csv"
    assert ledcal("measure", small_take.captures, "-o", table).code == 0
    shutil.copy(small_take.captures / "stage.toml", tmp_path)
    assert ledcal("fit", table, "-o", tmp_path / "p").code == 0
    codes = np.random.default_rng(1).uniform(0.0, 0.8, (500, 3))
    same = apply_cube(tmp_path / "p" / "correction.cube", codes)
    # The table is written with nine digits; the fit of it is the same fit.
    assert np.abs(same - apply_cube(profile / "correction.cube", codes)).max() < 1e-4


def test_six_columns_are_enough(ledcal: Ledcal, small_take: SmallTake, tmp_path: Path) -> None:
    table = tmp_path / "m.csv"
    assert ledcal("measure", small_take.captures, "-o", table).code == 0
    m = read_measurements(table)
    rows = ["code_r,code_g,code_b,camera_r,camera_g,camera_b"]
    rows += [",".join(map(repr, [*c, *v])) for c, v in zip(m.code.tolist(), m.camera.tolist())]  # noqa: B905
    bare = tmp_path / "bare.csv"
    bare.write_text("\n".join(rows))
    run = ledcal("fit", bare, "-o", tmp_path / "p", "--json")
    assert run.code == 0, run.err
    assert json.loads(run.out)["after"]["median"] < 1.0
    assert any("default" in line for line in json.loads(run.out)["assumptions"])


def test_greys_below_black_do_not_stop_a_fit(
    ledcal: Ledcal, small_take: SmallTake, tmp_path: Path
) -> None:
    """Another tool took off too much black: dark greys are negative, and nothing tells of noise."""
    table = tmp_path / "m.csv"
    assert ledcal("measure", small_take.captures, "-o", table).code == 0
    m = read_measurements(table)
    camera = m.camera - m.camera[-1] * 3.0
    camera[np.argsort(m.camera.sum(axis=1))[:4]] *= -1.0
    rows = ["code_r,code_g,code_b,camera_r,camera_g,camera_b"]
    rows += [",".join(map(repr, [*c, *v])) for c, v in zip(m.code.tolist(), camera.tolist())]  # noqa: B905
    bare = tmp_path / "bare.csv"
    bare.write_text("\n".join(rows))
    run = ledcal("fit", bare, "-o", tmp_path / "p")
    assert run.code == 0, run.err
    assert "NaN" not in (tmp_path / "p" / "report.html").read_text()


def test_without_plan_and_stage_the_strip_is_enough(
    ledcal: Ledcal, small_take: SmallTake, tmp_path: Path
) -> None:
    folder = tmp_path / "captures"
    folder.mkdir()
    for path in small_take.captures.glob("*.dng"):
        shutil.copy(path, folder / f"IMG_{path.stem[::-1]}.dng")
    run = ledcal("measure", folder, "-o", tmp_path / "m.csv", "--json")
    assert run.code == 0, run.err
    document = json.loads(run.out)
    assert document["pattern"] == "quick grid"
    assert document["frames"] == 6
    assert any("peak_nits = 1500" in line for line in document["assumptions"])


@pytest.mark.parametrize("size", [17, 33, 65])
def test_export_writes_what_ocio_reads(
    ledcal: Ledcal, profile: Path, tmp_path: Path, size: int
) -> None:
    out = tmp_path / f"wall{size}.cube"
    run = ledcal("export", profile, "--format", "cube", "--size", size, "-o", out)
    assert run.code == 0, run.err
    assert f"LUT_3D_SIZE {size}" in out.read_text()
    stored = apply_cube(profile / "correction.cube", np.full((1, 3), 0.5))
    assert np.abs(apply_cube(out, np.full((1, 3), 0.5)) - stored).max() < 0.01
    again = ledcal("export", profile, "--size", size, "-o", out)
    assert (again.code, "--overwrite" in again.err) == (2, True)


def test_the_stored_table_is_exported_as_it_is(
    ledcal: Ledcal, profile: Path, tmp_path: Path
) -> None:
    out = tmp_path / "wall.cube"
    assert ledcal("export", profile, "--size", 33, "-o", out).code == 0
    assert out.read_text() == (profile / "correction.cube").read_text()


def test_profiles_lists_and_shows(ledcal: Ledcal, profile: Path) -> None:
    listed = ledcal("profiles", "--root", profile.parent)
    assert listed.code == 0
    assert "small" in listed.out
    shown = ledcal("profiles", "small", "--root", profile.parent, "--json")
    assert json.loads(shown.out)["name"] == "small"
    missing = ledcal("profiles", "smal", "--root", profile.parent)
    assert (missing.code, "'small'" in missing.err) == (2, True)


def test_the_captures_may_be_named_one_by_one(
    ledcal: Ledcal, small_take: SmallTake, tmp_path: Path
) -> None:
    files = sorted(small_take.captures.glob("*.dng"))
    run = ledcal("measure", *files, "-o", tmp_path / "m.csv", "--json")
    assert json.loads(run.out)["frames"] == 6


def test_frames_in_any_order_and_doubled_measure_the_same(
    ledcal: Ledcal, small_take: SmallTake, tmp_path: Path
) -> None:
    folder = tmp_path / "mess"
    shutil.copytree(small_take.captures, folder)
    names = sorted(folder.glob("*.dng"))
    for i, path in enumerate(reversed(names)):
        shutil.copy(path, folder / f"take2_{i:03d}.dng")
    plain, mess = tmp_path / "plain.csv", tmp_path / "mess.csv"
    assert ledcal("measure", small_take.captures, "-o", plain).code == 0
    assert ledcal("measure", folder, "-o", mess).code == 0
    a, b = read_measurements(plain), read_measurements(mess)
    assert a.code.tolist() == b.code.tolist()
    assert np.abs(a.camera - b.camera).max() < 1e-9


def test_patterns_are_what_the_plan_says(ledcal: Ledcal, tmp_path: Path) -> None:
    from ledcal.files.images import read_image

    stage = tmp_path / "s.toml"
    stage.write_text("[wall]\nwidth_px = 960\nheight_px = 540\n")
    for suffix in ("png", "tiff", "exr", "dpx"):
        out = tmp_path / suffix
        run = ledcal("patterns", out, "--set", "quick", "--stage", stage, "--format", suffix)
        assert run.code == 0, run.err
        plan = json.loads((out / "plan.json").read_text())
        frames = sorted((out / "frames").iterdir())
        assert len(frames) == len(plan["frames"])
        frame = next(f for f in plan["frames"] if f["kind"] == "patches")
        pixels, _ = read_image(frames[frame["index"]])
        assert pixels.shape == (540, 960, 3)
        for patch in frame["patches"]:
            x, y, width, height = patch["region"]
            middle = pixels[y + height // 2, x + width // 2]
            assert np.abs(middle - patch["code"]).max() < 1e-5
