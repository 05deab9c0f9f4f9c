"""Every bad input: one sentence with the remedy, the right exit code, nothing half done."""

from __future__ import annotations

import errno
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.files.dng import DngHeader, write_dng

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Run, SmallTake

    Ledcal = Callable[..., Run]

WHITE, BLACK = 16383, 512


def write_raw(path: Path, mosaic: np.ndarray) -> None:
    """A raw file of a camera that knows nothing of ledcal."""
    header = DngHeader(
        make="Some",
        model="Camera",
        pattern="RGGB",
        black=(BLACK, BLACK, BLACK, BLACK),
        white=WHITE,
        colour_matrices=((21, np.array([[0.8, -0.1, -0.1], [-0.4, 1.2, 0.2], [-0.1, 0.2, 0.7]])),),
        neutral=np.array([0.5, 1.0, 0.6]),
    )
    write_dng(path, np.clip(mosaic, 0, WHITE).astype(np.uint16), header, bits=14)


@pytest.fixture
def folder(small_take: SmallTake, tmp_path: Path) -> Path:
    """A good take that a test may spoil."""
    return Path(shutil.copytree(small_take.captures, tmp_path / "captures"))


def assert_refused(run: Run, code: int, *texts: str, profile: Path) -> None:
    """One message, no traceback, nothing on stdout, no profile."""
    assert run.code == code, run.err
    assert run.out == ""
    assert "Traceback" not in run.err
    assert "bug" not in run.err
    assert run.err.startswith("ledcal: ") or "Error:" in run.err
    for text in texts:
        assert text in run.err
    assert not profile.exists()
    assert not list(profile.parent.glob(".part-*"))


def test_an_empty_folder(ledcal: Ledcal, tmp_path: Path) -> None:
    (tmp_path / "captures").mkdir()
    out = tmp_path / "profile"
    assert_refused(
        ledcal("fit", tmp_path / "captures", "-o", out), 3, "no captures here", profile=out
    )


def test_a_folder_that_is_not_there(ledcal: Ledcal, tmp_path: Path) -> None:
    out = tmp_path / "profile"
    assert_refused(ledcal("fit", tmp_path / "captrues", "-o", out), 2, "captrues", profile=out)


def test_holiday_pictures_in_raw(ledcal: Ledcal, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    folder = tmp_path / "holiday"
    folder.mkdir()
    for i in range(3):
        scene = np.kron(rng.uniform(BLACK, 12000, (10, 15)), np.ones((40, 40)))
        write_raw(folder / f"beach{i}.dng", scene + rng.normal(0, 30, scene.shape))
    out = tmp_path / "profile"
    assert_refused(ledcal("fit", folder, "-o", out), 3, "pattern", profile=out)


def test_holiday_pictures_in_jpeg(ledcal: Ledcal, tmp_path: Path) -> None:
    folder = tmp_path / "holiday"
    folder.mkdir()
    for i in range(3):
        (folder / f"beach{i}.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(3000))
    out = tmp_path / "profile"
    assert_refused(ledcal("fit", folder, "-o", out), 5, "--camera-space", profile=out)


def test_all_frames_black(ledcal: Ledcal, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    folder = tmp_path / "captures"
    folder.mkdir()
    for i in range(3):
        write_raw(folder / f"f{i}.dng", BLACK + rng.normal(0, 3, (400, 600)))
    out = tmp_path / "profile"
    assert_refused(ledcal("fit", folder, "-o", out), 3, "black", profile=out)


def test_all_frames_clipped(ledcal: Ledcal, tmp_path: Path) -> None:
    folder = tmp_path / "captures"
    folder.mkdir()
    for i in range(3):
        write_raw(folder / f"f{i}.dng", np.full((400, 600), WHITE))
    out = tmp_path / "profile"
    assert_refused(ledcal("fit", folder, "-o", out), 3, "clipped", profile=out)


def test_a_cut_file_is_named_and_the_rest_counts(
    ledcal: Ledcal, folder: Path, tmp_path: Path
) -> None:
    frame = folder / "capture_0004.dng"
    frame.write_bytes(frame.read_bytes()[:100_000])
    run = ledcal("measure", folder, "-o", tmp_path / "m.csv")
    assert run.code in {0, 3}
    assert "capture_0004.dng" in run.out + run.err


def test_captures_of_another_pattern(
    ledcal: Ledcal, small_take: SmallTake, folder: Path, tmp_path: Path
) -> None:
    stage = tmp_path / "other.toml"
    stage.write_text("[wall]\npeak_nits = 600\n")
    other = tmp_path / "other"
    made = ledcal("patterns", other, "--set", "quick", "--layout", "grid", "--stage", stage)
    assert made.code == 0
    out = tmp_path / "profile"
    run = ledcal("fit", folder, "--plan", other / "plan.json", "-o", out)
    assert_refused(run, 3, "plan", profile=out)
    assert small_take.captures.exists()


def test_stage_and_plan_that_disagree(ledcal: Ledcal, folder: Path, tmp_path: Path) -> None:
    (folder / "stage.toml").write_text('[wall]\neotf = "gamma 2.4"\npeak_nits = 600\n')
    out = tmp_path / "profile"
    run = ledcal("fit", folder, "-o", out)
    assert_refused(run, 5, "gamma 2.4", "ST 2084", "--stage", profile=out)


def test_another_wall_without_its_plan(ledcal: Ledcal, folder: Path, tmp_path: Path) -> None:
    (folder / "plan.json").unlink()
    (folder / "stage.toml").write_text("[wall]\npeak_nits = 600\n")
    out = tmp_path / "profile"
    assert_refused(ledcal("fit", folder, "-o", out), 5, "--plan", "600 nits", profile=out)


def test_peak_white_is_clipped(ledcal: Ledcal, small_take: SmallTake, tmp_path: Path) -> None:
    from ledcal.files.stage import default_stage
    from ledcal.simulate.scenes import scene_for
    from ledcal.simulate.stage import with_values
    from ledcal.simulate.take import write_take

    virtual = scene_for(default_stage(), name="pq-volume", seed=5)
    virtual = with_values(virtual, exposure_stops=2.0, width=960, height=640)
    write_take(virtual, small_take.patterns, tmp_path / "captures")
    out = tmp_path / "profile"
    run = ledcal(
        "fit", tmp_path / "captures", "--plan", small_take.patterns / "plan.json", "-o", out
    )
    assert_refused(run, 3, "clipped", "stops", "close the iris", profile=out)


def test_some_patches_are_clipped(ledcal: Ledcal, small_take: SmallTake, tmp_path: Path) -> None:
    """Green of the sensor is full first: how many, where, what to do; the rest is fitted."""
    from ledcal.files.stage import default_stage
    from ledcal.simulate.scenes import scene_for
    from ledcal.simulate.stage import with_values
    from ledcal.simulate.take import write_take

    virtual = scene_for(default_stage(), name="pq-volume", seed=5)
    virtual = with_values(virtual, exposure_stops=0.8, width=960, height=640)
    write_take(virtual, small_take.patterns, tmp_path / "captures")
    plan = ("--plan", small_take.patterns / "plan.json")
    run = ledcal("fit", tmp_path / "captures", *plan, "-o", tmp_path / "p", "--json")
    assert run.code == 0, run.err
    found = {f["id"]: f for f in json.loads(run.out)["findings"]}["saturated-patches"]
    assert "of 38 patches are clipped (" in found["seen"]
    assert "in the camera's green" in found["seen"]
    assert "close the iris" in found["fix"]
    assert found["frames"]
    table = tmp_path / "p" / "measurements.csv"
    again = ledcal("fit", table, "-o", tmp_path / "q", "--json")
    assert "saturated-patches" in {f["id"] for f in json.loads(again.out)["findings"]}


def test_patches_are_missing(ledcal: Ledcal, folder: Path, tmp_path: Path) -> None:
    plan = json.loads((folder / "plan.json").read_text())
    patches = [f["index"] for f in plan["frames"] if f["kind"] == "patches"]
    for index in patches:
        (folder / f"capture_{index:04d}.dng").unlink()
    out = tmp_path / "profile"
    assert_refused(ledcal("fit", folder, "-o", out), 3, profile=out)


def test_one_missing_frame_is_listed(ledcal: Ledcal, folder: Path, tmp_path: Path) -> None:
    plan = json.loads((folder / "plan.json").read_text())
    index = next(f["index"] for f in plan["frames"] if f["kind"] == "flat")
    (folder / f"capture_{index:04d}.dng").unlink()
    run = ledcal("measure", folder, "-o", tmp_path / "m.csv", "--json")
    document = json.loads(run.out)
    missing = [f for f in document["findings"] if f["id"] == "missing-frames"]
    assert len(missing) == 1
    assert f"number {index}" in missing[0]["seen"]
    assert f"--only {index}'" in missing[0]["fix"]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("stage.toml", "[wall]\npeek_nits = 5\n", "'peak_nits'"),
        ("stage.toml", "[wall\n", "not valid TOML"),
        ("plan.json", "{", "not valid JSON"),
        ("plan.json", '{"frmes": []}', "'frames'"),
    ],
)
def test_malformed_documents(
    ledcal: Ledcal, folder: Path, tmp_path: Path, name: str, text: str, expected: str
) -> None:
    (folder / name).write_text(text)
    out = tmp_path / "profile"
    assert_refused(ledcal("fit", folder, "-o", out), 2, name, expected, profile=out)


def test_a_malformed_idt(ledcal: Ledcal, folder: Path, tmp_path: Path) -> None:
    idt = tmp_path / "idt.json"
    idt.write_text('{"matrix": [1, 2, 3]}')
    out = tmp_path / "profile"
    run = ledcal("fit", folder, "--idt", idt, "-o", out)
    assert_refused(run, 2, "idt.json", "white_balance", profile=out)


def test_a_csv_with_a_missing_column(ledcal: Ledcal, tmp_path: Path) -> None:
    table = tmp_path / "m.csv"
    table.write_text("code_r,code_g,code_b,camera_r,camera_g\n0,0,0,0,0\n")
    out = tmp_path / "profile"
    assert_refused(ledcal("fit", table, "-o", out), 2, "camera_b", profile=out)


def test_a_csv_with_too_few_patches(ledcal: Ledcal, tmp_path: Path) -> None:
    table = tmp_path / "m.csv"
    table.write_text("code_r,code_g,code_b,camera_r,camera_g,camera_b\n0,0,0,0,0,0\n1,1,1,1,1,1\n")
    out = tmp_path / "profile"
    assert_refused(ledcal("fit", table, "-o", out), 3, profile=out)


def test_the_pattern_folder_instead_of_captures(
    ledcal: Ledcal, small_take: SmallTake, tmp_path: Path
) -> None:
    out = tmp_path / "profile"
    run = ledcal("fit", small_take.patterns, "-o", out)
    assert_refused(run, 2, "not a capture", profile=out)


def test_a_profile_is_not_overwritten_unasked(ledcal: Ledcal, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "profile"
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    run = ledcal("fit", folder, "-o", out)
    assert (run.code, "--overwrite" in run.err) == (2, True)
    run = ledcal("fit", folder, "-o", out, "--overwrite")
    assert run.code == 2
    assert [path.name for path in out.iterdir()] == ["mine.txt"]


def test_the_disk_is_full(
    ledcal: Ledcal, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if self.suffix in {".npy", ".json", ".csv"}:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    monkeypatch.setattr(Path, "write_text", lambda self, *_, **__: full(self, b""))
    out = tmp_path / "profile"
    assert_refused(ledcal("fit", folder, "-o", out), 1, "disk is full", profile=out)


def test_no_permission(ledcal: Ledcal, folder: Path) -> None:
    run = ledcal("fit", folder, "-o", "/proc/nowhere/profile")
    assert run.code == 1, run.err
    assert "/proc/nowhere" in run.err
    assert "Traceback" not in run.err


def test_an_unknown_option_or_set(ledcal: Ledcal, tmp_path: Path) -> None:
    assert ledcal("patterns", tmp_path / "p", "--set", "huge").code == 2
    assert ledcal("fit", tmp_path, "--sizes", "33").code == 2
    assert ledcal("fitt", tmp_path).code == 2
    assert not (tmp_path / "p").exists()


def test_an_unknown_camera_space(ledcal: Ledcal, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "profile"
    run = ledcal("fit", folder, "--camera-space", "P3D6", "-o", out)
    assert_refused(run, 2, "--camera-space", "'P3-D65'", "'wall'", profile=out)


def test_an_idt_and_a_camera_space(ledcal: Ledcal, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "profile"
    for command in ("fit", "measure"):
        run = ledcal(command, folder, "--idt", "a.json", "--camera-space", "wall", "-o", out)
        assert_refused(run, 2, "--idt and --camera-space", "give one", profile=out)


def test_a_profile_that_is_not_there(ledcal: Ledcal, tmp_path: Path) -> None:
    run = ledcal("export", "nothing", "--root", tmp_path, "-o", tmp_path / "a.cube")
    assert run.code == 2
    assert "no such profile" in run.err
    assert not (tmp_path / "a.cube").exists()


def test_an_unexpected_error_is_one_sentence(
    ledcal: Ledcal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("surprise")

    monkeypatch.setattr("ledcal.pipeline.patterns.build_pattern", broken)
    run = ledcal("patterns", tmp_path / "p")
    assert run.code == 1
    assert "this is a bug" in run.err
    assert "Traceback" not in run.err
    assert not (tmp_path / "p").exists()
