"""End to end: an exported folder in a real Blender gives the codes that it should, or says why not.

Blender is taken from ``LEDCAL_BLENDER`` (paths of blender, or of a Python with bpy, with the
system's path separator between several), else ``blender`` on PATH and bpy beside pytest. Without
one these tests are skipped. docs/blender.md has the command and what was measured.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.colorimetry.space import gamut
from ledcal.export.ocio.colours import proof_colours
from ledcal.export.ocio.ours import expected_code
from ledcal.export.ocio.spaces import SPACES
from ledcal.files.images import read_image, write_image
from ledcal.lut.interpolate import apply_lut
from ledcal.pipeline.export_source import open_source
from ledcal.profile.store import write_profile
from ledcal.values.stage import Target
from tests.blender_render import PATCH
from tests.conftest import run_quietly
from tests.profile.fake import fake_profile, fake_stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledcal.export.ocio.ours import Bounds
    from ledcal.values.arrays import FloatArray
    from ledcal.values.export import WallCorrection

pytestmark = pytest.mark.blender
ROOT = Path(__file__).parents[1]
RENDER = Path(__file__).with_name("blender_render.py")
ACESCG = next(space for space in SPACES if space.name == "ACEScg")
SIZE = 33
HALF_STEP = 0.5 / 65535
# Beside half a step of the file: what float32 and the six digits of the table make. Powers (where
# the wall has a gamma) OpenColorIO 2.3 and later computes quickly, and is off by 1.7e-5.
SLACK = {"ST 2084": 1e-6, "BT.1886": 2e-5}
COLUMNS, ROWS = 128, 78
FEW_COLUMNS, FEW_ROWS = 12, 8


def blenders() -> list[str]:
    """The Blenders to try."""
    given = os.environ.get("LEDCAL_BLENDER", "")
    if given:
        return given.split(os.pathsep)
    found = [path for path in (shutil.which("blender"),) if path is not None]
    if importlib.util.find_spec("bpy") is not None:
        found.append(sys.executable)
    return found


_QUIET = ("--factory-startup", "-b", "--python")


@dataclass(frozen=True)
class Blender:
    """One Blender, and how it is run."""

    path: str

    @property
    def is_python(self) -> bool:
        return "python" in Path(self.path).name.lower()

    def run(
        self,
        folder: Path,
        job: dict[str, Any] | None = None,
        *,
        own: tuple[str, ...] = (),
        others: tuple[str, ...] = (),
        is_plain: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Start it with a host's folder: by the start script, or as Python with OCIO set.

        `own` are options of the start script, `others` Blender's; `is_plain`: with neither.
        """
        job = {"do": [], "out": str(folder.parent), **(job or {})}
        environment = {key: value for key, value in os.environ.items() if key != "OCIO"}
        command: list[str]
        if is_plain:
            command = [self.path, *([] if self.is_python else _QUIET), str(RENDER)]
        elif self.is_python:
            environment["OCIO"] = str(folder / "config.ocio")
            if "--wall" in own:
                environment["LEDCAL_WALL"] = own[own.index("--wall") + 1]
            environment["LEDCAL_UNCALIBRATED"] = str(int("--uncalibrated" in own))
            job["script"] = str(folder / "ledcal_blender.py")
            command = [self.path, str(RENDER)]
        else:
            environment["BLENDER"] = self.path
            starter = str(folder / "start_blender.sh")
            command = [starter, *own, *_QUIET[:2], *others, _QUIET[2], str(RENDER)]
        path = Path(job["out"]) / "job.json"
        path.write_text(json.dumps(job), "utf-8")
        environment["LEDCAL_TEST_JOB"] = str(path)
        return subprocess.run(
            command,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=120,
            check=False,
        )


@pytest.fixture(scope="module", params=blenders() or [""])
def blender(request: pytest.FixtureRequest) -> Blender:
    if not request.param:
        pytest.skip(
            "no Blender: none on PATH, no bpy here; LEDCAL_BLENDER=/path/to/blender names one"
        )
    return Blender(request.param)


@dataclass(frozen=True)
class Bundle:
    """An exported folder of two walls: PQ as the sample profile has it, and gamma."""

    folder: Path
    walls: tuple[WallCorrection, ...]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    root = tmp_path_factory.mktemp("bühne")
    sample = ROOT / "calibration_profiles" / "pq-wall-sample"
    stage = replace(fake_stage(), target=Target(gamut("BT.709"), "BT.1886", 400.0))
    other = fake_profile(size=SIZE, name="tv", stage=stage)
    profile = write_profile(root / "profiles" / "tv", other, files={})
    folder = root / "for blender"
    run_quietly(
        *("export", sample, profile, "--host", "blender", "--size", SIZE, "-o", folder),
    )
    sources = [open_source(path, root=root, stage=None) for path in (sample, profile)]
    return Bundle(folder, tuple(source.for_hosts([SIZE]) for source in sources))


@dataclass(frozen=True)
class Shots:
    """What one Blender made of known light, and what it was."""

    folder: Path
    wall: WallCorrection
    is_calibrated: bool
    light: FloatArray
    few: FloatArray
    said: str

    def code(self, name: str) -> FloatArray:
        return np.asarray(read_image(self.folder / name)[0][..., :3], np.float64)


@pytest.fixture(scope="module")
def shots(
    blender: Blender, bundle: Bundle, tmp_path_factory: pytest.TempPathFactory
) -> list[Shots]:
    """Both walls, with and without correction."""
    return list(_shoot(blender, bundle, tmp_path_factory.mktemp("shots")))


def _shoot(blender: Blender, bundle: Bundle, root: Path) -> Iterator[Shots]:
    for index, wall in enumerate(bundle.walls):
        light = proof_colours(wall.target, ACESCG)[: COLUMNS * ROWS]
        calm = light[(light.min(axis=-1) >= 0.0) & (light.max(axis=-1) < 100.0)]
        few = calm[:: len(calm) // (FEW_COLUMNS * FEW_ROWS)][: FEW_COLUMNS * FEW_ROWS]
        for is_calibrated in (True, False):
            out = root / f"{index}-{is_calibrated}"
            out.mkdir()
            job: dict[str, Any] = {"out": str(out)}
            for name, colours, columns in (("patches", light, COLUMNS), ("few", few, FEW_COLUMNS)):
                job[name] = str(out / f"{name}.exr")
                picture = colours.reshape(-1, columns, 3).astype(np.float32)
                write_image(Path(job[name]), picture)
            job["do"] = ["saved", "exposed", "composited", "traced"]
            own = ("--wall", wall.wall.name, *(() if is_calibrated else ("--uncalibrated",)))
            done = blender.run(bundle.folder, job, own=own)
            assert done.returncode == 0, done.stdout + done.stderr
            yield Shots(out, wall, is_calibrated, light, few, done.stdout)


def _beyond(shots: Shots, light: FloatArray, code: FloatArray) -> float:
    """By how much codes are off beyond what float32 may make of the light."""
    expected = expected_code(shots.wall.target, ACESCG, light.reshape(-1, 3))
    low, high = _through_table(shots, expected) if shots.is_calibrated else _ends(expected)
    got = code.reshape(-1, 3)
    return float(np.maximum(low - got, got - high).max())


def _ends(expected: Bounds) -> tuple[FloatArray, FloatArray]:
    return expected.low, expected.high


def _through_table(shots: Shots, expected: Bounds) -> tuple[FloatArray, FloatArray]:
    """The bounds, through the table: it is straight on so short a way."""
    table = shots.wall.tables[SIZE]
    middle = apply_lut(table, expected.code)
    reach = np.zeros_like(middle)
    for channel in range(3):
        for end in _ends(expected):
            moved = expected.code.copy()
            moved[:, channel] = end[:, channel]
            reach = np.maximum(reach, np.abs(apply_lut(table, moved) - middle))
    return middle - 3.0 * reach, middle + 3.0 * reach


def _limit(shots: Shots) -> float:
    return HALF_STEP + SLACK[shots.wall.target.eotf]


@pytest.mark.parametrize("name", ["saved.png", "saved.tif", "composited.png"])
def test_every_patch_has_the_code_that_it_should(shots: list[Shots], name: str) -> None:
    for shot in shots:
        code = shot.code(name)
        assert code.shape == (ROWS, COLUMNS, 3)
        assert _beyond(shot, shot.light, code) <= _limit(shot), (shot.wall.wall.name, name)


def test_a_rendered_wall_has_the_codes_that_it_should(shots: list[Shots]) -> None:
    for shot in shots:
        patches = shot.code("traced.png")[PATCH // 2 :: PATCH, PATCH // 2 :: PATCH]
        assert patches.shape == (FEW_ROWS, FEW_COLUMNS, 3)
        assert _beyond(shot, shot.few, patches) <= _limit(shot), shot.wall.wall.name


def test_an_exposure_that_was_left_on_is_seen(shots: list[Shots]) -> None:
    # The comparison would notice: a tenth of a stop is hundreds of steps.
    for shot in shots:
        assert _beyond(shot, shot.light, shot.code("exposed.png")) > 200 * _limit(shot)


def test_it_says_what_it_set(shots: list[Shots]) -> None:
    for shot in shots:
        kind = "calibrated" if shot.is_calibrated else "uncalibrated"
        said = [line for line in shot.said.splitlines() if line.startswith("ledcal:")]
        assert len(said) == 1
        assert said[0].startswith(
            f"ledcal: 'LED {shot.wall.wall.name} {kind}', view 'Un-tone-mapped', in 1 scene; "
            "7 check colours written and read back, off by "
        )
        assert float(said[0].split()[-3]) < 5e-5


def test_a_frame_with_an_exposure_is_not_rendered(
    blender: Blender, bundle: Bundle, tmp_path: Path
) -> None:
    job = {"out": str(tmp_path), "do": ["refused"]}
    done = blender.run(bundle.folder, job, own=("--wall", "pq wall"))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "ledcal: FAILED: scene 'Scene': exposure is 0.1" in done.stderr
    assert not (tmp_path / "refused.png").exists()


@pytest.mark.parametrize(
    ("written", "called"), [("OPEN_EXR", "OpenEXR"), ("DPX", "DPX"), ("HDR", "Radiance HDR")]
)
def test_a_frame_is_not_written_as_light(
    blender: Blender, bundle: Bundle, tmp_path: Path, written: str, called: str
) -> None:
    """Blender would write it without display and view, whatever they are."""
    job = {"out": str(tmp_path), "do": ["light"], "format": written}
    done = blender.run(bundle.folder, job, own=("--wall", "pq wall"))
    assert done.returncode == 1, done.stdout + done.stderr
    assert (
        f"ledcal: FAILED: scene 'Scene' writes {called}: light, without the correction; set PNG or "
        "TIFF, 16 bit\n"
    ) in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["job.json"]


def test_eight_bit_is_warned_of(blender: Blender, bundle: Bundle, tmp_path: Path) -> None:
    job = {"out": str(tmp_path), "do": ["eight_bit"]}
    done = blender.run(bundle.folder, job, own=("--wall", "pq wall"))
    assert done.returncode == 0, done.stdout + done.stderr
    warning = "ledcal: WARNING: scene 'Scene' writes 8 bit (PNG): steps on a PQ wall; set PNG or"
    assert done.stderr.count("ledcal: WARNING: ") == done.stderr.count(warning) == 1
    assert (tmp_path / "eight.png").is_file()


def test_a_format_on_the_command_line_counts(
    blender: Blender, bundle: Bundle, tmp_path: Path
) -> None:
    """-F comes behind the script and the file; the file of others says OpenEXR."""
    if blender.is_python:
        pytest.skip("Python with bpy has no command line of Blender's")
    job = {"out": str(tmp_path)}
    blender.run(bundle.folder, {**job, "do": ["file_of_others"]}, is_plain=True)
    out = str(tmp_path / "frame_")

    def render(*options: str) -> subprocess.CompletedProcess[str]:
        others = (str(tmp_path / "others.blend"), *options, "-o", out, "-f", "1")
        return blender.run(bundle.folder, job, own=("--wall", "pq wall"), others=others)

    for options in ((), ("-F", "OPEN_EXR_MULTILAYER")):
        done = render(*options)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "ledcal: FAILED: scene 'Scene' writes OpenEXR" in done.stderr
        assert not list(tmp_path.glob("frame_*"))
    done = render("-F", "PNG")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAILED" not in done.stderr
    # 3.4 keeps the depth that was set for OpenEXR, and writes 8 bit.
    (frame,) = tmp_path.glob("frame_*.png")
    is_8_bit = frame.read_bytes()[24] == 8
    assert ("WARNING: scene 'Scene' writes 8 bit (PNG)" in done.stderr) == is_8_bit


def test_it_starts_from_anywhere_and_options_may_come_last(
    blender: Blender, bundle: Bundle, tmp_path: Path
) -> None:
    """From another folder, by a relative path with a space; the config is found all the same."""
    if blender.is_python:
        pytest.skip("Python with bpy is not started by the start script")
    job = {"out": str(tmp_path), "do": ["file_of_others"]}
    blender.run(bundle.folder, job, is_plain=True)
    starter = os.path.relpath(bundle.folder / "start_blender.sh", tmp_path)
    assert " " in starter
    words = ["others.blend", "-F", "PNG", "-o", str(tmp_path / "frame_"), "-f", "1"]
    done = subprocess.run(
        ["/bin/sh", starter, *words, "-b", "--uncalibrated", "--wall", "pq wall"],
        cwd=tmp_path,
        env={**os.environ, "BLENDER": blender.path, "OCIO": "nothing.ocio"},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ledcal: 'LED pq wall uncalibrated', view 'Un-tone-mapped', in 2 scenes" in done.stdout
    assert [path.name for path in tmp_path.glob("frame_*")] == ["frame_0001.png"]


def test_a_file_of_others_is_set_again(blender: Blender, bundle: Bundle, tmp_path: Path) -> None:
    patches = proof_colours(bundle.walls[0].target, ACESCG)[: COLUMNS * ROWS]
    job: dict[str, Any] = {"out": str(tmp_path), "patches": str(tmp_path / "patches.exr")}
    picture = patches.reshape(ROWS, COLUMNS, 3).astype(np.float32)
    write_image(tmp_path / "patches.exr", picture)
    made = blender.run(bundle.folder, {**job, "do": ["file_of_others"]}, is_plain=True)
    assert made.returncode == 0, made.stdout + made.stderr
    right = {
        "display": "LED pq wall calibrated",
        "view": "Un-tone-mapped",
        "exposure": 0.0,
        "gamma": 1.0,
        "dither": 0.0,
        "color_management": "FOLLOW_SCENE",
    }
    others = str(tmp_path / "others.blend")
    own = ("--wall", "pq wall")
    # Opened while Blender runs, and opened as it starts.
    later = {**job, "do": ["opened", "said", "saved"]}
    first = {**job, "do": ["said", "saved"], **({"open": others} if blender.is_python else {})}
    for one, opened in ((later, ()), (first, (others,))):
        done = blender.run(bundle.folder, one, own=own, others=opened)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "in 2 scenes" in done.stdout
        said = json.loads((tmp_path / "said.json").read_text("utf-8"))
        assert said == {"Scene": right, "second": right}
        # Numbers of such a file may be Linear Rec.709 (Blender 5.0); the picture says ACEScg.
        shot = Shots(tmp_path, bundle.walls[0], True, patches, patches, done.stdout)
        assert _beyond(shot, patches, shot.code("saved.png")) <= 3.0 * HALF_STEP
        for name in ("said.json", "saved.png"):
            (tmp_path / name).unlink()


@pytest.fixture
def copied(bundle: Bundle, tmp_path: Path) -> Path:
    """A copy of the folder."""
    return Path(shutil.copytree(bundle.folder, tmp_path / "copy"))


@pytest.fixture
def damaged(copied: Path) -> Path:
    """A copy that does not say how its files were: what Blender makes of them is seen."""
    for name in ("check_bundle.py", "ledcal-bundle.json"):
        (copied / name).unlink()
    shutil.rmtree(copied / "ascmhl")
    return copied


def _refusal(blender: Blender, folder: Path, *own: str) -> str:
    """What it says as it refuses, which it must."""
    done = blender.run(folder, {"out": str(folder.parent)}, own=own or ("--wall", "pq wall"))
    assert done.returncode == 1, done.stdout + done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("ledcal: FAILED: ")]
    assert len(lines) == 1, done.stderr
    return lines[0].removeprefix("ledcal: FAILED: ")


def test_a_missing_table_is_named(blender: Blender, damaged: Path) -> None:
    (damaged / "luts" / "tv_33.cube").unlink()
    assert _refusal(blender, damaged).startswith("luts/tv_33.cube is missing or empty in ")


@pytest.mark.parametrize("wall", ["pq wall", "tv"])
def test_a_row_that_was_changed_is_refused(blender: Blender, copied: Path, wall: str) -> None:
    """The check colours do not pass there; the manifest knows it."""
    table = copied / "luts" / "pq-wall-sample_33.cube"
    lines = table.read_bytes().splitlines(keepends=True)
    row = len(lines) - SIZE * SIZE - 5
    assert lines[row].startswith(b"0.")
    lines[row] = b"0.123456" + lines[row][8:]
    table.write_bytes(b"".join(lines))
    said = _refusal(blender, copied, "--wall", wall)
    assert said.startswith("luts/pq-wall-sample_33.cube was changed")
    assert said.endswith("; copy the folder again")


def test_the_script_alone_refuses_too(blender: Blender, damaged: Path) -> None:
    """Without the starter, as the README has it for those who set things by hand."""
    script = str(damaged / "ledcal_blender.py")
    options = [] if blender.is_python else [*_QUIET[:2], "--python-exit-code", "1", _QUIET[2]]
    others = {key: value for key, value in os.environ.items() if key != "OCIO"}

    def refusal(**environment: str) -> str:
        done = subprocess.run(
            [blender.path, *options, script],
            env={**others, "LEDCAL_WALL": "tv", **environment},
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        assert done.returncode == 1, done.stdout + done.stderr
        return done.stderr[done.stderr.index("ledcal: FAILED: ") :].splitlines()[0]

    assert "FAILED: OCIO is not set, so Blender uses its own colours" in refusal()
    other = damaged.parent / "other.ocio"
    shutil.copy(damaged / "config.ocio", other)
    assert f"FAILED: OCIO leads to {other} and must lead to" in refusal(OCIO=str(other))
    (damaged / "luts" / "tv_33.cube").unlink()
    said = refusal(OCIO=str(damaged / "config.ocio"))
    assert "FAILED: luts/tv_33.cube is missing or empty in" in said


def test_a_table_cut_short_is_refused(blender: Blender, damaged: Path) -> None:
    table = damaged / "luts" / "pq-wall-sample_33.cube"
    table.write_bytes(table.read_bytes()[:20000])
    said = _refusal(blender, damaged)
    assert said.startswith("the config cannot be used (OpenColorIO Error") or _is_crash(said)


def _is_crash(said: str) -> bool:
    """Blender 3.4 crashes, and the start script says so."""
    why = "it could not read config.ocio or a table (its own words are above). Is this folder whole"
    return said.startswith("Blender crashed (code 1") and why in said


def test_another_table_is_refused(blender: Blender, damaged: Path) -> None:
    table = damaged / "luts" / "pq-wall-sample_33.cube"
    rows = [f"{r} {g} {b}" for b in (0, 1) for g in (0, 1) for r in (0, 1)]
    table.write_text("\n".join(["LUT_3D_SIZE 2", *rows, ""]))
    said = _refusal(blender, damaged)
    assert said.startswith("'LED pq wall calibrated' gives code 0.3480 0.3480 0.3480 for grey")
    assert "that is uncalibrated; do not use it on the wall" in said


def test_a_config_that_blender_does_not_take_is_refused(blender: Blender, damaged: Path) -> None:
    config = damaged / "config.ocio"
    text = config.read_text("utf-8")
    config.write_text(
        text.replace("ocio_profile_version: 2.1", "ocio_profile_version: 2.99"), "utf-8"
    )
    said = _refusal(blender, damaged)
    assert "has no display_device 'LED pq wall calibrated'" in said or _is_crash(said)


def test_one_of_several_walls_has_to_be_named(blender: Blender, bundle: Bundle) -> None:
    assert _refusal(blender, bundle.folder, "--uncalibrated").startswith(
        "this folder holds 2 corrections; say which: 'LED pq wall calibrated', 'LED B"
    )
    said = _refusal(blender, bundle.folder, "--wall", "nowhere")
    assert said.startswith("this folder holds nothing for 'nowhere'; it has ")
