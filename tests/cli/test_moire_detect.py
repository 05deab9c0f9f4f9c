"""`ledcal moire detect` on real files: what it says, its JSON, its picture, its exit codes."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.files._av import av
from ledcal.files.images import read_image, write_image
from ledcal.simulate.fringes import FlatPatch
from tests.capture.odd_dng import make_mosaic, write_odd_dng
from tests.conftest import run_quietly
from tests.moire.raw import write_flat
from tests.moire.walls import fringes_of, rig_at, truths_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.moire.rig import Rig
    from tests.conftest import Run

    Ledcal = Callable[..., Run]

PHOTOS = Path(__file__).parents[3] / "shared" / "data" / "photos"
FLAT = FlatPatch(width=320, height=288, seed=1)
KEYS = {"fx_cpp", "fy_cpp", "period_px", "angle_deg", "contrast", "contrast_sigma", "colour",
        "kind", "order", "visibility"}  # fmt: skip


def rig() -> Rig:
    """A wall a bit out of focus, most of its moire of a per cent."""
    sharp = rig_at(0.62, side=320)
    return replace(sharp, height_px=288, focus_mm=sharp.distance_mm * 12.5 / 14.5)


def stage_of(path: Path, distance_m: float, *, with_pitch: bool = True) -> Path:
    pitch = "pitch_mm = 2.6\nfill = 0.35\n" if with_pitch else ""
    camera = f"photosite_um = 6\nfocal_mm = 35\ndistance_m = {distance_m}\nolpf_px = 0.6\n"
    path.write_text(f"[wall]\n{pitch}[camera]\n{camera}", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Frames of a wall with moire, of the same with the camera moved, and of flat light."""
    root = tmp_path_factory.mktemp("moire")
    near = rig()
    far = replace(near, distance_mm=near.distance_mm * 1.004)
    write_flat(root / "moire.dng", FLAT, fringes_of(near, weaker=0.8, most=1))
    write_flat(root / "moved.dng", FLAT, fringes_of(far, weaker=0.8, most=1, seed=5), index=1)
    write_flat(root / "clean.dng", FLAT, index=2)
    write_flat(root / "bright.dng", FLAT, index=2, exposure=6.0)
    stage_of(root / "near.toml", near.distance_mm * 1.03 / 1000.0)
    return root


def read(ledcal: Ledcal, *words: object, code: int) -> dict[str, Any]:
    run = ledcal("moire", "detect", *words, "--json")
    assert (run.code, run.err) == (code, "")

    def refuse(name: str) -> None:
        raise AssertionError(name)

    document: dict[str, Any] = json.loads(run.out, parse_constant=refuse)
    return document


def refused(ledcal: Ledcal, *words: object, code: int) -> str:
    run = ledcal("moire", "detect", *words)
    assert (run.code, run.out) == (code, "")
    return run.err


def test_flat_light_is_clean(ledcal: Ledcal, files: Path) -> None:
    run = ledcal("moire", "detect", files / "clean.dng")
    assert (run.code, run.err) == (0, "")
    assert run.out.startswith("CLEAN  no moire and no bands above what the noise hides.")
    document = read(ledcal, files / "clean.dng", code=0)
    assert (document["verdict"], document["lines"], document["visible"]) == ("clean", [], False)
    assert document["map"]["with_lines"] == 0 < document["map"]["tiles"]
    assert document["source"] == "raw"


def test_moire_is_seen_and_not_explained_without_a_stage(ledcal: Ledcal, files: Path) -> None:
    run = ledcal("moire", "detect", files / "moire.dng")
    assert run.code == 4
    assert run.out.startswith("VISIBLE  orange/blue fringes, 8.28 px: ")
    assert max(map(len, run.out.splitlines())) <= 80
    assert "not known, so orders are not told: give --stage with pitch_mm" in run.out
    document = read(ledcal, files / "moire.dng", code=4)
    assert (document["verdict"], document["visible"]) == ("visible", True)
    assert (document["raster"], document["geometry"], document["changes"]) == (None, None, [])
    for line in document["lines"]:
        assert set(line) >= KEYS
        assert line["order"] is None
    first = document["lines"][0]
    truth = truths_of(rig(), weaker=0.8)[0]
    assert (first["colour"], first["kind"]) == (truth.colour, "moire")
    assert first["contrast"] == pytest.approx(truth.contrast, abs=4 * first["contrast_sigma"])
    assert first["period_px"] == pytest.approx(1 / math.hypot(*truth.seen), rel=1e-3)
    angle = math.degrees(math.atan2(first["fy_cpp"], first["fx_cpp"]))
    assert first["angle_deg"] == pytest.approx(angle % 180)
    assert first["visibility"] > 3.0


def test_a_stage_explains_corrects_and_advises(ledcal: Ledcal, files: Path) -> None:
    words = (files / "moire.dng", "--stage", files / "near.toml")
    document = read(ledcal, *words, code=4)
    assert document["raster"] == "stage.toml"
    assert {(1, 0), (0, 1)} <= {tuple(line["order"]) for line in document["lines"]}
    geometry = document["geometry"]
    # The stage says nothing of focus, so that the distance is that of a lens focused on the wall.
    assert geometry["led_frequency"] == pytest.approx(rig().led_frequency, rel=1e-3)
    assert geometry["roll_deg"] == pytest.approx(1.7, abs=0.02)
    assert geometry["said_distance_m"] == pytest.approx(rig().distance_mm * 1.03 / 1000, rel=1e-6)
    assert geometry["blur_px"] > 0.3
    assert document["changes"]
    out = ledcal("moire", "detect", *words).out
    assert "(order 1,0)" in out.splitlines()[0] or "(order 0,1)" in out.splitlines()[0]
    text = " ".join(out.split())
    assert "LEDs per photosite: the camera stands" in text
    assert "the wall is turned by 1.7 degrees in the picture" in text
    assert "\n  do one " in out or "\n  do " in out


def test_a_stage_beside_the_frames_is_found(ledcal: Ledcal, files: Path, tmp_path: Path) -> None:
    (tmp_path / "flat.dng").write_bytes((files / "clean.dng").read_bytes())
    stage_of(tmp_path / "stage.toml", rig().distance_mm / 1000.0)
    assert read(ledcal, tmp_path, code=0)["raster"] == "stage.toml"
    # One that does not say enough is no hindrance.
    stage_of(tmp_path / "stage.toml", 7.0, with_pitch=False)
    assert read(ledcal, tmp_path, code=0)["raster"] is None


def test_a_stage_without_a_pitch_is_refused(ledcal: Ledcal, files: Path, tmp_path: Path) -> None:
    short = stage_of(tmp_path / "short.toml", 7.0, with_pitch=False)
    said = refused(ledcal, files / "moire.dng", "--stage", short, code=2)
    assert "without wall.pitch_mm; add what is missing" in said
    (tmp_path / "wall.toml").write_text("[wall]\npitch_mm = 2.6\n")
    said = refused(ledcal, files / "moire.dng", "--stage", tmp_path / "wall.toml", code=2)
    assert "camera.photosite_um, camera.focal_mm, camera.distance_m" in said


def test_the_camera_moved_explains_without_a_stage(ledcal: Ledcal, files: Path) -> None:
    document = read(ledcal, files / "moire.dng", "--moved", files / "moved.dng", code=4)
    assert document["raster"] == "the moved camera"
    assert {(1, 0), (0, 1)} <= {tuple(line["order"] or ()) for line in document["lines"]}
    true = document["lines"][0]["true_frequency_cpp"]
    assert math.hypot(*true) == pytest.approx(rig().led_frequency, rel=2e-3)
    said = refused(ledcal, files / "moire.dng", "--moved", files / "clean.dng", code=3)
    assert "clean.dng: its 0 lines fit the" in said
    assert "under no change of distance" in said


@pytest.mark.parametrize(
    ("region", "code", "said"),
    [
        ("200,100,200,100", 2, "200,100,200,100 does not lie inside the frame of 320 x 288"),
        ("-5,0,100,100", 2, "does not lie inside"),
        ("0,0,60,200", 2, "is 60 x 200 pixels of the frame of 320 x 288 pixels, expected at least"),
        ("0,0,0,0", 2, "expected at least"),
        ("1,2,3", 2, "is not x,y,width,height"),
    ],
)
def test_a_region_that_cannot_serve(
    ledcal: Ledcal, files: Path, region: str, code: int, said: str
) -> None:
    text = refused(ledcal, files / "moire.dng", f"--region={region}", code=code)
    assert said in " ".join(text.split())


def test_a_region_is_what_is_looked_at(ledcal: Ledcal, files: Path) -> None:
    words = (files / "moire.dng", "--region", "41,30,160,150")
    (patch,) = read(ledcal, *words, code=4)["patches"]
    assert patch["box"] == [46, 30, 150, 150], "a square in its middle"


def test_clipped_missing_and_strange_files(ledcal: Ledcal, files: Path, tmp_path: Path) -> None:
    for more in ((), ("--region", "20,20,200,200")):
        assert "is at white" in refused(ledcal, files / "bright.dng", *more, code=3)
    said = refused(ledcal, tmp_path / "none.dng", code=2)
    assert "none.dng: there is no such file" in said
    write_flat(tmp_path / "other.dng", replace(FLAT, width=288))
    said = refused(ledcal, files / "moire.dng", tmp_path / "other.dng", code=3)
    assert "288 x 288 pixels, but moire.dng has 320 x 288" in said
    assert "no captures here" in refused(ledcal, _empty(tmp_path), code=3)


def _empty(tmp_path: Path) -> Path:
    (tmp_path / "empty").mkdir()
    return tmp_path / "empty"


def test_what_cannot_be_read_is_left_out_and_named(
    ledcal: Ledcal, files: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.dng").write_bytes((files / "clean.dng").read_bytes())
    (tmp_path / "cut.dng").write_bytes((files / "clean.dng").read_bytes()[:5000])
    (tmp_path / "notes.txt").write_text("take 3")
    document = read(ledcal, tmp_path, code=0)
    assert document["frames"] == ["a.dng"]
    assert any("left out: 1 file: cut.dng" in line for line in document["assumptions"])


def test_the_picture(ledcal: Ledcal, files: Path, tmp_path: Path) -> None:
    picture = tmp_path / "moire.png"
    words = (files / "moire.dng", "--picture", picture)
    assert read(ledcal, *words, code=4)["picture"] == str(picture)
    pixels, _ = read_image(picture)
    assert pixels.shape[0] > 600
    assert pixels.shape[1] > 1000
    assert pixels[..., :3].std() > 0.1
    before = picture.read_bytes()
    said = refused(ledcal, *words, code=2)
    assert "moire.png" in said
    assert "--overwrite" in said
    assert picture.read_bytes() == before
    missing = (tmp_path / "none.dng", "--picture", picture)
    assert "--overwrite" in refused(ledcal, *missing, code=2), "before anything is read"
    assert "is a .png or a .svg" in refused(
        ledcal, files / "moire.dng", "--picture", tmp_path / "x.jpg", code=2
    )


def test_bands_that_roll_from_frame_to_frame(ledcal: Ledcal, tmp_path: Path) -> None:
    flat = FlatPatch(width=256, height=320, seed=5)
    y = np.arange(flat.height)
    for index in range(8):
        rows = 1.0 + 0.006 * np.cos(2 * np.pi * (0.0231 * y + 0.154 * index))
        write_flat(tmp_path / f"f{index}.dng", flat, index=index, rows=rows)
    document = read(ledcal, tmp_path, code=4)
    assert len(document["frames"]) == 8
    (line,) = [line for line in document["lines"] if line["kind"] != "structure"]
    assert (line["kind"], line["order"], line["fx_cpp"]) == ("banding", None, 0.0)
    assert line["fy_cpp"] == pytest.approx(0.0231, abs=2e-5)
    assert line["contrast"] == pytest.approx(0.006, rel=0.03)
    assert line["note"] == ""
    (band,) = document["bands"]
    assert (band["is_static"], band["frequency_cpr"]) == (False, pytest.approx(0.0231, abs=2e-5))
    assert document["explanations"]
    alone = read(ledcal, tmp_path / "f0.dng", code=4)
    assert [line["kind"] for line in alone["lines"]] == ["banding"]
    assert "of one frame" in alone["lines"][0]["note"]


def picture(size: float, *, channels: tuple[float, ...] = (1.0, 1.0, 1.0)) -> np.ndarray[Any, Any]:
    """Linear light with a line of so much contrast, channel by channel."""
    rng = np.random.default_rng(6)
    y, x = np.mgrid[:270, :320]
    wave = np.cos(2 * np.pi * (0.083 * x + 0.051 * y))[..., None] * np.array(channels)
    noise = 0.005 * rng.standard_normal((270, 320, 3))
    return np.asarray(0.2 * (1.0 + size * wave + noise), np.float32)


def test_a_linear_picture_says_its_smaller_claim(ledcal: Ledcal, tmp_path: Path) -> None:
    write_image(tmp_path / "a.exr", picture(0.02, channels=(1.0, 0.0, -1.0)))
    document = read(ledcal, tmp_path / "a.exr", code=4)
    assert document["source"] == "linear"
    line = document["lines"][0]
    assert line["colour"] == "red-blue"
    # In ACES2065-1, which the file does not deny.
    assert line["contrast"] == pytest.approx(0.02, rel=0.05)
    out = " ".join(ledcal("moire", "detect", tmp_path / "a.exr").out.split())
    assert "claim a picture that was demosaiced, scaled or compressed" in out
    write_image(tmp_path / "b.exr", picture(0.0))
    assert read(ledcal, tmp_path / "b.exr", code=0)["lines"] == []


def test_a_picture_made_for_a_display_has_no_contrast(ledcal: Ledcal, tmp_path: Path) -> None:
    shown = np.clip(picture(0.05), 0.0, 1.0) ** (1 / 2.2)
    write_image(tmp_path / "a.png", shown.astype(np.float32), bits=8)
    document = read(ledcal, tmp_path / "a.png", code=4)
    assert (document["source"], document["verdict"]) == ("display", "found")
    line = document["lines"][0]
    assert (line["contrast"], line["contrast_sigma"], line["visibility"]) == (None, None, None)
    assert line["period_px"] == pytest.approx(1 / math.hypot(0.083, 0.051), rel=2e-3)
    assert document["map"]["strongest"] is None
    run = ledcal("moire", "detect", tmp_path / "a.png")
    assert run.out.startswith("FOUND  light/dark fringes, 10.3 px in 100 % of what is flat; how")


def test_a_clip(ledcal: Ledcal, tmp_path: Path) -> None:
    shown = np.rint(255 * np.clip(picture(0.06), 0.0, 1.0) ** (1 / 2.2)).astype(np.uint8)
    shown = np.ascontiguousarray(shown[:128, :160])
    with av.open(str(tmp_path / "clip.mp4"), "w") as clip:
        stream = clip.add_stream("libx264", rate=24, options={"crf": "18"})
        stream.width, stream.height, stream.pix_fmt = 160, 128, "yuv420p"
        for _ in range(3):
            clip.mux(stream.encode(av.VideoFrame.from_ndarray(shown, format="rgb24")))
        clip.mux(stream.encode())
    document = read(ledcal, tmp_path / "clip.mp4", code=4)
    assert (document["source"], len(document["frames"])) == ("display", 3)
    assert document["lines"][0]["period_px"] == pytest.approx(10.26, rel=0.01)


def test_a_take_of_the_pattern_explains_orders_by_its_marks(ledcal: Ledcal, tmp_path: Path) -> None:
    stage = tmp_path / "stage.toml"
    stage.write_text("[wall]\nwidth_px = 480\nheight_px = 270\n")
    run_quietly("patterns", tmp_path / "p", "--stage", stage, "--only", "0-2")
    words = ("--patterns", tmp_path / "p", "--sensor", "960x640", "--fault", "moire=0.02")
    run_quietly("simulate", tmp_path / "c", *words)
    document = read(ledcal, tmp_path / "c", code=4)
    assert document["frames"] == ["capture_0001.dng"], "the flat grey one"
    assert document["raster"] == "the marks of the pattern"
    assert {tuple(line["order"]) for line in document["lines"]} == {(1, 0), (0, 1)}
    for line in document["lines"]:
        assert line["contrast"] == pytest.approx(0.01, rel=0.06)
    said = refused(ledcal, tmp_path / "c" / "capture_0002.dng", code=3)
    assert "none of the frames given (1, of the pattern 'standard') is a flat grey one" in said


def test_another_colour_filter_array_is_refused(ledcal: Ledcal, tmp_path: Path) -> None:
    rows = ("GBGGRG", "RGRBGB", "GBGGRG", "GRGGBG", "BGBRGR", "GRGGBG")
    places = bytes("RGB".index(letter) for row in rows for letter in row)
    tags = {33421: (3, (6, 6)), 33422: (1, tuple(places))}
    write_odd_dng(tmp_path / "xtrans.dng", make_mosaic((96, 120)), raw_tags=tags)
    said = refused(ledcal, tmp_path / "xtrans.dng", code=3)
    assert "xtrans.dng: its colour filter array repeats every 6 photosites" in said
    assert "linear EXR" in said


@pytest.mark.shared
@pytest.mark.skipif(not PHOTOS.is_dir(), reason="needs ../shared/data/photos")
@pytest.mark.parametrize(
    ("words", "code"),
    [(("amadeus_neg_22.jpg",), 0),
     (("amadeus_pos_284.jpg", "--region", "512,288,128,128"), 4),
     (("openvpcal_10_bit.png", "--region", "400,500,200,200"), 4),
     (("openvpcal_Clipping1650.png", "--region", "416,96,256,256"), 4)],
)  # fmt: skip
def test_photographs(ledcal: Ledcal, words: tuple[str, ...], code: int) -> None:
    document = read(ledcal, PHOTOS / words[0], *words[1:], code=code)
    assert document["source"] == "display"
    assert document["visible"] == (code == 4)
    real = [line for line in document["lines"] if line["kind"] != "structure"]
    assert bool(real or document["map"]["with_lines"]) == (code == 4)
