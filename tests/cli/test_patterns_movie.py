"""`ledcal patterns`: a movie beside the stills, and some frames of a pattern once more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ledcal.files import movie as movie_module
from ledcal.files._av import av
from ledcal.files._movie_pixels import fill_rgb

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Run

    Ledcal = Callable[..., Run]

QUICK = ("--set", "quick", "--layout", "grid")


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    path = tmp_path / "stage.toml"
    path.write_text('[wall]\nwidth_px = 480\nheight_px = 272\npeak_nits = 1000\neotf = "ST 2084"\n')
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))


def test_a_movie_in_the_folder_of_the_stills(ledcal: Ledcal, tmp_path: Path, stage: Path) -> None:
    out = tmp_path / "wall"
    words = ("patterns", out, *QUICK, "--stage", stage, "--movie", out / "wall.mov")
    done = ledcal(*words, "--hold", 4, "--fps", "23.976")
    assert done.code == 0, done.err
    n_frames = len(list((out / "frames").iterdir()))
    assert (out / "wall.mov").is_file()
    n_movie = 4 * n_frames + 2 * 24
    seconds = n_movie * 1001 / 24000
    for said in (
        "wall.mov: ProRes 4444, limited-range Y'CbCr BT.709",
        f"480 x 272, 23.976 fps, {n_movie} frames, {seconds:.1f} s",
        "each picture stands for 4 frames (0.17 s), the first and the last for 24 frames more",
        "flat areas come back to their 10-bit code",
        ".mp4 and .mkv are exact",
        "once, without a loop, and stop on the last frame",
        "without colour management or frame blending",
    ):
        assert said in done.out
    with av.open(str(out / "wall.mov")) as container:
        assert sum(1 for _ in container.decode(video=0)) == n_movie
    # The same command again replaces it; one that would lose the movie does not.
    assert ledcal(*words, "--overwrite").code == 0
    refused = ledcal("patterns", out, *QUICK, "--stage", stage, "--overwrite")
    assert refused.code == 2
    assert "holds wall.mov" in refused.err
    assert (out / "wall.mov").is_file()


def test_json_says_what_was_measured(ledcal: Ledcal, tmp_path: Path, stage: Path) -> None:
    film = tmp_path / "films" / "a.mkv"
    done = ledcal("patterns", tmp_path / "o", *QUICK, "--stage", stage, "--movie", film, "--json")
    document = json.loads(done.out)
    movie = document["movie"]
    assert movie["path"] == str(film)
    assert movie["bytes"] == film.stat().st_size
    assert (movie["fps"], movie["hold"], movie["lead"]) == ("24", 10, 24)
    assert movie["frames"] == 10 * document["frames"] + 48
    assert movie["deviation_flat"] == movie["deviation_edges"] == 0.0
    assert movie["levels"] == "full-range RGB"


def test_frames_once_more_are_the_same_frames(ledcal: Ledcal, tmp_path: Path, stage: Path) -> None:
    whole, part = tmp_path / "whole", tmp_path / "part"
    assert ledcal("patterns", whole, *QUICK, "--stage", stage).code == 0
    plan = whole / "plan.json"
    film = tmp_path / "part.mp4"
    done = ledcal("patterns", part, "--plan", plan, "--only", "5,1-2", "--movie", film)
    assert done.code == 0, done.err
    n_frames = len(list((whole / "frames").iterdir()))
    assert f"3 of {n_frames} frames (1-2,5) with" in done.out
    assert "the settings and the\nframing of the take they belong to" in done.out
    stills = ["frames/0001.png", "frames/0002.png", "frames/0005.png"]
    assert names(part) == [*stills, "plan.json", "stage.toml"]
    for name in (*stills, "plan.json", "stage.toml"):
        assert (part / name).read_bytes() == (whole / name).read_bytes()
    assert f"{3 * 10 + 48} frames" in done.out
    # A plan that lies alone: no stage is made up.
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "plan.json").write_bytes(plan.read_bytes())
    again = ledcal("patterns", tmp_path / "b", "--plan", alone / "plan.json", "--only", 0)
    assert again.code == 0
    assert names(tmp_path / "b") == ["frames/0000.png", "plan.json"]
    assert "assumed" not in again.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--hold", 3), "--hold without --movie would do nothing: each still is written once"),
        (("--fps", 25, "--hold", 3), "--hold and --fps without --movie"),
        (("--only", "3,99"), "has frames 0-36, not 99"),
        (("--only", "9-7"), "runs backwards; write 7-9"),
        (("--plan", "p.json", "--layout", "grid"), "leave out --set and --layout"),
        (("--movie", "a.avi"), "name it .mov (ProRes 4444)"),
        (("--movie", "OUT/deep/a.mov"), "itself or outside of it"),
        (("--movie", "STAGE.mov"), "exists already; add --overwrite"),
        (("--movie", "a.mov", "--fps", "fast"), "expected a number such as 24 or 23.976"),
        (("--movie", "a.mov", "--fps", "0.5"), "expected 1 to 240 frames per second"),
        (("--movie", "a.mov", "--fps", "1/0"), "expected a number"),
        (("--movie", "a.mov", "--hold", 0), "0 is not in the range"),
    ],
)
def test_what_is_typed_wrong_writes_nothing(
    ledcal: Ledcal, tmp_path: Path, words: tuple[object, ...], said: str
) -> None:
    out, there = tmp_path / "o", tmp_path / "there.mov"
    there.write_bytes(b"mine")
    typed = [str(w).replace("OUT", str(out)).replace("STAGE.mov", str(there)) for w in words]
    done = ledcal("patterns", out, "--set", "quick", *typed)
    assert done.code == 2
    assert said in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["there.mov"]
    assert there.read_bytes() == b"mine"


@pytest.mark.parametrize("inside", [True, False])
def test_a_movie_that_is_not_right_leaves_nothing(
    ledcal: Ledcal,
    tmp_path: Path,
    stage: Path,
    monkeypatch: pytest.MonkeyPatch,
    inside: bool,  # noqa: FBT001
) -> None:
    monkeypatch.setattr(movie_module, "fill_rgb", lambda image, pixels: fill_rgb(image ^ 2, pixels))
    out = tmp_path / "o"
    film = (out if inside else tmp_path) / "a.mkv"
    done = ledcal("patterns", out, *QUICK, "--stage", stage, "--movie", film)
    assert done.code == 1
    assert f"{film}: FFV1 10 bit, lossless does not read back as it was drawn" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["stage.toml"]


def test_a_plan_between_ten_bit_codes_is_no_movie(ledcal: Ledcal, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    patch: dict[str, Any] = {"code": [0.5, 0.5, 0.5], "region": [150, 80, 50, 50]}
    frame = {"index": 0, "kind": "patches", "patches": [{**patch, "kind": "neutral"}]}
    document = {
        "schema_version": 1,
        "name": "mine",
        "layout": "single",
        "pattern_id": 9,
        "width_px": 400,
        "height_px": 200,
        "eotf": "ST 2084",
        "peak_nits": 1000,
        "frames": [frame],
    }
    plan.write_text(json.dumps(document))
    assert ledcal("patterns", tmp_path / "a", "--plan", plan).code == 0
    done = ledcal("patterns", tmp_path / "b", "--plan", plan, "--movie", tmp_path / "b.mov")
    assert done.code == 2
    assert "frame 0 holds codes between the steps of 10 bits" in done.err
    assert not (tmp_path / "b").exists()
    assert not (tmp_path / "b.mov").exists()


@pytest.mark.parametrize(
    ("typed", "fps"),
    [
        ("23.98", "24000/1001"),
        ("29.97", "30000/1001"),
        ("59.94", "60000/1001"),
        ("25", "25"),
        ("5", "5"),
    ],
)
def test_broadcast_rates(ledcal: Ledcal, tmp_path: Path, stage: Path, typed: str, fps: str) -> None:
    words = ("--only", "0", "--movie", tmp_path / "a.mkv", "--fps", typed, "--json")
    done = ledcal("patterns", tmp_path / "o", *QUICK, "--stage", stage, *words)
    assert json.loads(done.out)["movie"]["fps"] == fps
