"""stage.toml: defaults are said, and every mistake is named with its remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledcal.errors import InputError
from ledcal.files.stage import format_stage, parse_stage, read_stage
from ledcal.values.raster import CameraRaster, LedRaster

if TYPE_CHECKING:
    from pathlib import Path

FULL = """
[wall]
name = "north wall"
width_px = 3840
height_px = 1080
pitch_mm = 2.6
eotf = "PQ"
peak_nits = 1650
emitter = "round"
refresh_hz = 3840
scan = 16
primaries = [[0.6919, 0.3074], [0.1828, 0.7413], [0.1308, 0.0633], [0.3127, 0.329]]

[camera]
model = "A cam"
focal_mm = 50
distance_m = 6
f_stop = 2.8
capture_frame_rate = 23.976
olpf_px = 0
line_skip = 1

[target]
gamut = "ITU-R BT.2020"
peak_nits = 1000

[tolerances]
p95_itp = 3
"""


def test_a_full_stage_is_read(tmp_path: Path) -> None:
    path = tmp_path / "stage.toml"
    path.write_text(FULL)
    stage = read_stage(path)
    assert (stage.wall.name, stage.wall.width_px, stage.wall.pitch_mm) == ("north wall", 3840, 2.6)
    assert stage.wall.eotf == "ST 2084"
    assert stage.wall.gamut.primaries_xy[1].tolist() == [0.1828, 0.7413]
    assert stage.camera.focal_mm == 50.0
    assert stage.wall.raster == LedRaster(emitter="round", refresh_hz=3840.0, scan=16)
    assert stage.camera.raster == CameraRaster(
        f_stop=2.8, capture_frame_rate=23.976, olpf_px=0.0, line_skip=1
    )
    assert stage.target.eotf == "ST 2084"
    assert stage.target.peak_nits == 1000.0
    assert stage.target.gamut.name == "ITU-R BT.2020"
    assert stage.tolerances.p95_itp == 3.0
    assert stage.assumptions == ("target.eotf = 'ST 2084' (the same as the wall's)",)


def test_it_reads_back_what_it_writes(tmp_path: Path) -> None:
    path = tmp_path / "stage.toml"
    path.write_text(FULL)
    stage = read_stage(path)
    path.write_text(format_stage(stage))
    again = read_stage(path)
    assert again.wall.raster == stage.wall.raster
    assert again.camera.raster == stage.camera.raster
    assert again.wall.gamut.primaries_xy.tolist() == stage.wall.gamut.primaries_xy.tolist()
    assert (again.camera, again.tolerances) == (stage.camera, stage.tolerances)
    assert again.assumptions == ()


def test_the_target_follows_the_wall() -> None:
    stage, problems = parse_stage({"wall": {"eotf": "gamma2.4", "peak_nits": 300}})
    assert problems == []
    assert (stage.target.eotf, stage.target.peak_nits) == ("gamma 2.4", 300.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[wall]\nemitter = 'oval'", "wall.emitter = 'oval': expected 'square' or 'round'"),
        ("[wall]\nscan = 2.5", "wall.scan = 2.5: expected a whole number"),
        ("[camera]\nolpf_px = 9", "camera.olpf_px = 9: expected 0 to 4 photosites"),
        ("[camera]\nf_stop = 'T4'", "camera.f_stop = 'T4': expected a number"),
        ("[wall]\nwidht_px = 1920\n", "[wall]: unknown key 'widht_px'; the nearest known key is"),
        ("[wal]\nwidth_px = 1920\n", "unknown table [wal]; the nearest known table is [wall]"),
        ("width_px = 1920\n", "unknown key 'width_px' outside of a table"),
        ("[wall]\nwidth_px = 12\n", "wall.width_px = 12: expected 64 to 32768 px"),
        ("[wall]\nwidth_px = 1920.5\n", "wall.width_px = 1920.5: expected a whole number"),
        ("[wall]\npeak_nits = '1500'\n", "wall.peak_nits = '1500': expected a number"),
        ("[wall]\npeak_nits = true\n", "wall.peak_nits = True: expected a number"),
        ("[wall]\npeak_nits = nan\n", "wall.peak_nits = nan: expected 1 to 10000 nits"),
        ("[wall]\neotf = 'gama 2.2'\n", "the nearest is 'gamma 2.2'"),
        ("[wall]\nprimaries = 'P3D56'\n", "the nearest known is 'P3-D65'"),
        ("[wall]\nprimaries = [[0.6, 0.3]]\n", "four [x, y] pairs"),
        ("[wall]\nprimaries = [[0.6,0.3],[0.4,0.3],[0.2,0.3],[0.3,0.3]]\n", "lie on one line"),
        (
            "[wall]\nprimaries = [[0.6,0.3],[0.6,0.3],[0.15,0.06],[0.3,0.3]]\n",
            "red and green are the same point",
        ),
        (
            "[wall]\nprimaries = [[0.6,0.3],[0.15,0.06],[0.15,0.06],[0.3,0.3]]\n",
            "green and blue are the same point",
        ),
        ("[wall]\nprimaries = [[0.6,0.3],[0.15,0.06],[0.15],[0.3,0.3]]\n", "four [x, y] pairs"),
        ("[wall]\nprimaries = 'Rec.202'\n", "the nearest known is 'BT.2020'"),
        ("[wall]\nprimaries = 'red'\n", "common ones are ACES2065-1, BT.2020, P3-D65, BT.709"),
        ("[wall]\nprimaries = 'bananas'\n", "unknown gamut 'bananas': the common ones are ACES"),
        ("", "the file is empty"),
        ("[target]\ngamut = 7\n", "four [x, y] pairs"),
        ("[wall\n", "not valid TOML"),
        ("wall = 3\n", "expected a table [wall]"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "stage.toml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_stage(path)
    assert expected in str(caught.value)
    assert "stage.toml" in str(caught.value)
    assert caught.value.exit_code == 2


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "stage.toml"
    path.write_text("[wall]\nwidth = 1\npeak_nits = 0\n[camera]\nfocal = 3\n")
    with pytest.raises(InputError) as caught:
        read_stage(path)
    assert len(str(caught.value).splitlines()) == 3
