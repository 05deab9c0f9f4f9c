"""`ledcal sync`, from the pattern's files to the verdict, on takes of the virtual stage."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.capture.read import read_frame
from ledcal.files._av import av
from ledcal.files.images import write_image
from tests.conftest import run_quietly

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Run

    Ledcal = Callable[..., Run]

STAGE = """\
[wall]
width_px = 480
height_px = 270
[camera]
capture_frame_rate = 24
shutter_angle_deg = 180
line_time_us = 12
"""


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve frames of the loop."""
    root = tmp_path_factory.mktemp("sync")
    (root / "stage.toml").write_text(STAGE)
    words = ("--set", "sync", "--only", "0-11", "--stage", root / "stage.toml")
    run_quietly("patterns", root / "pattern", *words)
    return root / "pattern"


@pytest.fixture
def take(pattern: Path, tmp_path: Path) -> Callable[..., Path]:
    """Shoot it, with faults."""

    def shoot(*faults: str, name: str = "take", more: tuple[str, ...] = ()) -> Path:
        words = [word for fault in faults for word in ("--fault", fault)]
        out = tmp_path / name
        run_quietly("simulate", out, "--patterns", pattern, "--sensor", "640x428", *words, *more)
        return out

    return shoot


def read(ledcal: Ledcal, *words: object) -> tuple[int, dict[str, Any]]:
    run = ledcal("sync", *words, "--json")
    assert run.err == ""
    return run.code, json.loads(run.out)


def states(document: dict[str, Any]) -> dict[str, str]:
    return {panel["name"]: panel["state"] for panel in document["panels"]}


@pytest.mark.parametrize(
    "faults",
    [(), ("mirrored", "off-axis=35"), ("defocus=9",), ("underexposed=-5",), ("overexposed=3",),
     ("rotated=90",), ("wall-cut=0.4", "flare=0.12")],
    ids="-".join,
)  # fmt: skip
def test_what_is_in_sync_is_found_so_in_the_dark(
    ledcal: Ledcal, take: Callable[..., Path], faults: tuple[str, ...]
) -> None:
    code, document = read(ledcal, take(*faults))
    assert (code, document["verdict"]) == (0, "pass")
    assert (document["locked"], document["frames"]) == ([1, 1], 12)
    assert document["first"] % 256 == pytest.approx(0.0, abs=0.02) or document["first"] > 255.98
    assert document["last"] == pytest.approx(11.0, abs=0.02)
    assert set(states(document).values()) == {"in step"}
    assert document["genlock"]["state"] == ("unknown" if "overexposed=3" in faults else "clean")
    assert document["genlock"]["phase_ms"] is None
    assert document["latency_frames"] is None


def test_what_the_player_lost(ledcal: Ledcal, take: Callable[..., Path]) -> None:
    where = take("late-wall-frame=1")
    played = json.loads((where / "truth.json").read_text())["sync"]["played"]
    lost = (set(range(12)) - set(played)).pop()
    code, document = read(ledcal, where)
    assert (code, document["verdict"]) == (4, "fail")
    assert (document["dropped"], document["doubled"]) == ([lost], [lost - 1])
    assert document["never"] == [lost]
    shown = ledcal("sync", where)
    assert shown.out.startswith("OUT OF SYNC  1 frame dropped and 1 shown twice.")
    assert max(map(len, shown.out.splitlines()[:-1])) <= 80


@pytest.mark.parametrize(
    ("fault", "state"), [("panel-late", "late"), ("panel-late-at-times", "at times")]
)
def test_a_late_panel_is_named(
    ledcal: Ledcal, take: Callable[..., Path], fault: str, state: str
) -> None:
    code, document = read(ledcal, take(fault))
    assert code == 4
    for name, found in states(document).items():
        assert found == (state if name.startswith("2") else "in step")
    assert document["torn"] == document["dropped"] == document["doubled"] == []


def test_a_torn_wall_is_no_late_panel(ledcal: Ledcal, take: Callable[..., Path]) -> None:
    where = take("wall-torn=0.2")
    code, document = read(ledcal, where)
    late = json.loads((where / "truth.json").read_text())["sync"]["late"][0]["periods"]
    assert code == 4
    # Four frames are played before the first capture.
    shot = range(4, 4 + document["frames"])
    assert document["torn"] == [f"capture_{p - 4:04d}.dng" for p in late if p in shot]
    assert document["torn"]
    assert document["dropped"] == document["doubled"] == []
    assert set(states(document).values()) == {"in step"}


def test_another_rate_is_no_drop(ledcal: Ledcal, take: Callable[..., Path]) -> None:
    code, document = read(ledcal, take("wall-rate=1.05"))
    assert code == 4
    assert document["locked"] is None
    assert document["rate"] == pytest.approx(1.05, abs=4e-3)
    assert document["dropped"] == document["doubled"] == []
    assert document["genlock"]["state"] == "drifting"


@pytest.mark.parametrize("faults", [("mirrored",), ("off-axis=30",)], ids="-".join)
def test_the_phase_of_the_genlock(
    ledcal: Ledcal, take: Callable[..., Path], faults: tuple[str, ...]
) -> None:
    where = take("genlock-off=0.37", *faults)
    code, document = read(ledcal, where)
    genlock = document["genlock"]
    assert (code, document["verdict"], genlock["state"]) == (0, "warn", "known")
    assert genlock["phase_ms"] == pytest.approx(0.37 / 24 * 1e3, abs=0.010)
    span = 428 * 0.012 + 1e3 / 48
    assert genlock["window_ms"] == pytest.approx(1e3 / 24 - span)
    middle = (span + 1e3 / 24) / 2
    assert genlock["phase_ms"] - genlock["shift_ms"] == pytest.approx(middle)
    assert ledcal("sync", where, "--strict").code == 4


def test_latency_needs_a_reference(ledcal: Ledcal, take: Callable[..., Path]) -> None:
    where = take("panel-late=2")
    code, document = read(ledcal, where, "--reference", "1")
    assert (code, document["latency_frames"]) == (0, pytest.approx(2.0, abs=0.02))
    assert states(document)["1-top"] == "reference"
    document = read(ledcal, where, "--sent", "9")[1]
    assert document["latency_frames"] == pytest.approx(9.0 - 2.0, abs=0.02)
    document = read(ledcal, where, "--timecode", "00:00:10:22")[1]
    assert document["latency_frames"] == pytest.approx((262 - 2) % 256, abs=0.02)
    for words, said in (
        (("--loop",), "goes with --timecode or --sent"),
        (("--sent", "1", "--reference", "1"), "latency has one reference"),
        (("--reference", "7-top"), "there is no such counter"),
        (("--timecode",), "says no timecode"),
        (("--timecode", "1:2:3"), "expected HH:MM:SS:FF"),
    ):
        refused = ledcal("sync", where, *words)
        assert (refused.code, said in refused.err) == (2, True)


def test_pictures_for_a_display_will_do(
    ledcal: Ledcal, take: Callable[..., Path], tmp_path: Path
) -> None:
    where = take("dropped-wall-frame=1", more=("--seed", "3"))
    stills = tmp_path / "stills"
    stills.mkdir()
    with av.open(str(tmp_path / "clip.mp4"), "w") as clip:
        stream = clip.add_stream("libx264", rate=24, options={"crf": "28"})
        stream.width, stream.height, stream.pix_fmt = 320, 214, "yuv420p"
        for path in sorted(where.glob("*.dng")):
            planes = [(p.values - p.black) / (p.white - p.black) for p in read_frame(path).planes]
            light = np.stack([planes[0], (planes[1] + planes[2]) / 2, planes[3]], axis=-1)
            code = np.clip(2.0 * light, 0.0, 1.0) ** (1 / 2.2)
            write_image(stills / f"{path.stem}.jpg", code.astype(np.float32), bits=8)
            drawn = np.rint(255 * code).astype(np.uint8)
            clip.mux(stream.encode(av.VideoFrame.from_ndarray(drawn, format="rgb24")))
        clip.mux(stream.encode())
    truth = json.loads((where / "truth.json").read_text())
    lost = (set(range(12)) - set(truth["sync"]["played"])).pop()
    for captures in (stills, tmp_path / "clip.mp4"):
        exit_code, document = read(ledcal, captures)
        assert (exit_code, document["dropped"], document["doubled"]) == (4, [lost], [])
        assert document["frames"] == len(truth["frames"])
        assert document["genlock"]["reason"].endswith("made for a display, not light")


def test_other_captures_are_refused(ledcal: Ledcal, take: Callable[..., Path]) -> None:
    sample = Path(__file__).parents[2] / "sample_captures" / "pq_wall"
    other = ledcal("sync", *sorted(sample.glob("*.dng"))[:2])
    assert (other.code, "not the sync pattern" in other.err) == (3, True)
    cut = take("wall-cut=3", name="cut")
    refused = ledcal("sync", cut)
    assert (refused.code, "all four corner marks" in refused.err) == (3, True)
    again = ledcal("check", take(name="sound"))
    assert (again.code, "type 'ledcal sync'" in again.err) == (2, True)


def test_stills_that_do_not_follow_each_other(ledcal: Ledcal, take: Callable[..., Path]) -> None:
    where = take()
    for number in (1, 2, 4, 5, 6, 9):
        (where / f"capture_{number:04d}.dng").unlink()
    shutil.copy(where / "capture_0000.dng", where / "capture_0099.dng")
    code, document = read(ledcal, where)
    assert (code, document["verdict"], document["continuous"]) == (0, "warn", False)
    assert document["dropped"] == []


def test_faults_of_playing_need_a_pattern_that_plays(
    ledcal: Ledcal, pattern: Path, tmp_path: Path
) -> None:
    wrong = ledcal("simulate", tmp_path / "o", "--patterns", pattern, "--fault", "torn")
    assert (wrong.code, "is not for the sync pattern" in wrong.err) == (2, True)
    still = tmp_path / "still"
    assert ledcal("patterns", still, "--set", "quick", "--layout", "grid").code == 0
    wrong = ledcal("simulate", tmp_path / "o", "--patterns", still, "--fault", "panel-late")
    assert (wrong.code, "needs the sync pattern" in wrong.err) == (2, True)
