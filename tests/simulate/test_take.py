"""A take on disk: raw files that say what was shot, and their truth."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rawpy
import tifffile

from ledcal.errors import InputError
from ledcal.files.images import read_image, write_image
from ledcal.files.plan import write_plan
from ledcal.simulate.scenes import scene
from ledcal.simulate.take import pattern_frames, shoot, write_take
from ledcal.simulate.truth import camera_response
from ledcal.values.pattern import FrameKind, Patch, Pattern, PatternFrame, Region

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.simulate.stage import VirtualStage

WIDTH, HEIGHT = 96, 54
WINDOW = Region(24, 14, 48, 26)
CODES = ((0.5, 0.5, 0.5), (0.45, 0.0, 0.0), (0.2, 0.4, 0.55))


def stage(seed: int = 4, **changes: Any) -> VirtualStage:
    values: dict[str, Any] = {"width": 192, "height": 128, "flare": 0.0, "halo": 0.0}
    return scene("pq-volume", seed=seed, **(values | changes))


@pytest.fixture
def patterns(tmp_path: Path) -> Path:
    """A folder as `ledcal patterns` writes it: a black frame and three windows."""
    folder = tmp_path / "patterns"
    (folder / "frames").mkdir(parents=True)
    frames = [PatternFrame(0, FrameKind.BLACK, ())]
    frames += [
        PatternFrame(i + 1, FrameKind.PATCHES, (Patch(code, WINDOW, "mixed"),))
        for i, code in enumerate(CODES)
    ]
    for frame in frames:
        picture = np.zeros((HEIGHT, WIDTH, 3), np.float32)
        for patch in frame.patches:
            r = patch.region
            picture[r.y : r.y + r.height, r.x : r.x + r.width] = patch.code
        write_image(folder / "frames" / f"{frame.index:04d}.png", picture, bits=16)
    pattern = Pattern("tiny", "single", 77, WIDTH, HEIGHT, "ST 2084", 1500.0, tuple(frames))
    write_plan(folder / "plan.json", pattern)
    return folder


def test_a_take_is_raw_files_and_their_truth(tmp_path: Path, patterns: Path) -> None:
    seen: list[tuple[int, int]] = []
    out = tmp_path / "take"
    virtual = stage(bits=12, white=4095, black=(256.0,) * 4, compression="lossless-jpeg")
    files = write_take(virtual, patterns, out, progress=lambda a, b: seen.append((a, b)))
    assert [f.name for f in files] == [f"capture_{i:04d}.dng" for i in range(4)]
    assert {p.name for p in out.iterdir()} == {f.name for f in files} | {"truth.json"}
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]

    truth = json.loads((out / "truth.json").read_text(encoding="utf-8"))
    assert truth["scene"] == "pq-volume"
    assert truth["seed"] == 4
    assert truth["pattern_id"] == 77
    assert truth["stage"]["wall"]["width_px"] == WIDTH
    assert [frame["file"] for frame in truth["frames"]] == [f.name for f in files]
    assert [len(frame["patches"]) for frame in truth["frames"]] == [0, 1, 1, 1]
    to_aces = np.array(truth["camera_to_aces"]["matrix"]) * truth["camera_to_aces"]["white_balance"]

    middle = np.array(truth["geometry"]["corners"]).mean(axis=0)
    x, y = (int(v) for v in middle)
    for path, entry, code in zip(files[1:], truth["frames"][1:], CODES, strict=True):
        assert entry["patches"][0]["aces"] == pytest.approx(camera_response(virtual, code).tolist())
        with rawpy.imread(str(path)) as raw:
            assert raw.white_level == 4095
            planes = raw.raw_image_visible.astype(np.float64)
        camera = []
        for letter in "RGB":
            sites = [i for i, c in enumerate(virtual.camera.pattern) if c == letter]
            crop = [
                planes[i // 2 :: 2, i % 2 :: 2][(y - 16) // 2 : (y + 16) // 2][
                    :, (x - 24) // 2 : (x + 24) // 2
                ]
                for i in sites
            ]
            camera.append((np.mean(crop) - 256) / (4095 - 256))
        aces = to_aces @ camera
        scale = max(entry["patches"][0]["aces"])
        np.testing.assert_allclose(aces, entry["patches"][0]["aces"], atol=0.015 * scale)


def test_the_clock_runs_and_says_nothing_of_today(tmp_path: Path, patterns: Path) -> None:
    files = write_take(stage(interval_s=61.0), patterns, tmp_path / "take")
    dates = []
    for path in files:
        with tifffile.TiffFile(path) as file:
            dates.append(file.pages[0].tags["ExifTag"].value["DateTimeOriginal"])
    assert dates[0] == "2026:01:31 10:00:00"
    assert dates[3] == "2026:01:31 10:03:03"


def test_the_same_seed_gives_the_same_bytes_in_any_order(tmp_path: Path, patterns: Path) -> None:
    one = write_take(stage(), patterns, tmp_path / "one", workers=1)
    two = write_take(stage(), patterns, tmp_path / "two", workers=3)
    part = write_take(stage(), patterns, tmp_path / "part", only=[2])
    assert [p.read_bytes() for p in one] == [p.read_bytes() for p in two]
    assert [p.name for p in part] == ["capture_0002.dng"]
    assert part[0].read_bytes() == one[2].read_bytes()
    other = write_take(stage(seed=5), patterns, tmp_path / "other", only=[2])
    assert other[0].read_bytes() != one[2].read_bytes()


def test_pictures_are_scene_linear_aces(tmp_path: Path, patterns: Path) -> None:
    virtual = stage()
    files = write_take(virtual, patterns, tmp_path / "take", output="exr", only=[1])
    assert files[0].name == "capture_0001.exr"
    picture, _ = read_image(files[0])
    truth = json.loads((tmp_path / "take" / "truth.json").read_text(encoding="utf-8"))
    assert truth["space"] == "ACES2065-1"
    x, y = (int(v) for v in np.array(truth["geometry"]["corners"]).mean(axis=0))
    seen = picture[y - 16 : y + 16, x - 24 : x + 24].mean(axis=(0, 1))
    np.testing.assert_allclose(seen, camera_response(virtual, CODES[0]), rtol=0.01)


def test_shooting_keeps_few_frames_in_memory() -> None:
    virtual = stage(width_px=WIDTH, height_px=HEIGHT)
    handed_out = 0
    lock = threading.Lock()

    def frames() -> Any:
        nonlocal handed_out
        for index in range(30):
            with lock:
                handed_out += 1
            yield f"f{index}", np.full((HEIGHT, WIDTH, 3), 0.3, np.float32), index

    shots = shoot(virtual, frames(), workers=2)
    for index, shot in enumerate(shots):
        assert (shot.name, shot.index) == (f"f{index}", index)
        assert shot.pixels.dtype == np.uint16
        assert handed_out <= index + 4
    assert handed_out == 30


def test_a_folder_that_stands_is_kept_unless_told(tmp_path: Path, patterns: Path) -> None:
    out = tmp_path / "take"
    write_take(stage(), patterns, out, only=[0])
    before = (out / "capture_0000.dng").read_bytes()
    with pytest.raises(InputError, match="--overwrite"):
        write_take(stage(seed=9), patterns, out, only=[0])
    assert (out / "capture_0000.dng").read_bytes() == before
    write_take(stage(seed=9), patterns, out, only=[0], overwrite=True)
    assert (out / "capture_0000.dng").read_bytes() != before


def test_nothing_half_made_stays_behind(tmp_path: Path, patterns: Path) -> None:
    wrong = np.zeros((10, 20, 3), np.float32)
    write_image(patterns / "frames" / "0009.png", wrong, bits=16)
    with pytest.raises(InputError, match="20 x 10 pixels"):
        write_take(stage(), patterns, tmp_path / "take")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["patterns"]


def test_folders_without_frames_are_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="ledcal patterns"):
        write_take(stage(), tmp_path / "nothing", tmp_path / "take")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no pattern frames"):
        pattern_frames(tmp_path / "empty")


def test_requests_that_make_no_sense_are_refused(tmp_path: Path, patterns: Path) -> None:
    with pytest.raises(ValueError, match="output 'jpg'"):
        write_take(stage(), patterns, tmp_path / "take", output="jpg")
    with pytest.raises(ValueError, match="output 'jpg'"):
        list(shoot(stage(), [], output="jpg"))
    with pytest.raises(InputError, match="none of the frames"):
        write_take(stage(), patterns, tmp_path / "take", only=[99])
    grey = np.zeros((HEIGHT, WIDTH), np.float32)[..., None]
    write_image(patterns / "frames" / "0000.png", grey, bits=16)
    with pytest.raises(InputError, match="three colours"):
        write_take(stage(), patterns, tmp_path / "take")
