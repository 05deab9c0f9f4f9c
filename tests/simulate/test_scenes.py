"""The named scenes: what they were made for, and that they stay what they were."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.cli.simulate import command
from ledcal.colorimetry.space import aces_luminance
from ledcal.colorimetry.spectra import colour_matching_functions
from ledcal.colorimetry.transfer import pq_encode
from ledcal.files.stage import default_stage
from ledcal.simulate.judge import Judge
from ledcal.simulate.leds import drive_polynomial
from ledcal.simulate.picture import light_on_sensor, prepare
from ledcal.simulate.processor import premix
from ledcal.simulate.scenes import SCENES, scene, scene_for
from ledcal.simulate.sensor import camera_code_response
from ledcal.simulate.truth import camera_response
from ledcal.simulate.wall import wall_drive, wall_response
from ledcal.values.stage import Target

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Run

    from ledcal.simulate.stage import VirtualWall

MORE = ("rough-volume", "stressed-volume", "stressed-sdr", "processor-p3", "processor-2020")


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("pq-volume", [0.03267245352094212, 0.017254534823402622, 0.10735679221457099]),
        ("sdr-wall", [0.10078327157984426, 0.062027097138977284, 0.1833683079889188]),
        ("tv-wall", [0.10532138940533002, 0.07153625978062701, 0.19589013639908337]),
    ],
)
def test_a_seed_gives_the_wall_that_it_always_gave(name: str, seen: list[float]) -> None:
    response = camera_response(scene(name, seed=3), [0.45, 0.3, 0.6])
    np.testing.assert_allclose(response, seen, rtol=1e-9)
    wall = scene(name, seed=3).wall
    assert (wall.roughness, wall.shadow_gain, wall.processor_gamut) == ((), 1.0, "")


def test_the_command_line_offers_every_scene() -> None:
    (option,) = (p for p in command.params if p.name == "scene")
    assert tuple(getattr(option.type, "choices")) == tuple(SCENES)  # noqa: B009


def _gain(wall: VirtualWall, share: float) -> np.ndarray:
    """Drive over nominal drive at a share of peak."""
    code = np.full((1, 3), float(pq_encode(np.array(share * wall.peak_nits))))
    return np.asarray(wall_drive(wall, code)[0] / share)


def _white_over_parts(wall: VirtualWall) -> float:
    """Luminance of white over that of its three colours, at full drive."""
    wall = replace(wall, processor_gamut="")
    code = np.concatenate([np.eye(3), np.ones((1, 3))])
    polynomial = drive_polynomial(wall, colour_matching_functions())
    y = wall_response(wall, code, polynomial).sum(axis=1)[:, 1]
    return float(y[3] / y[:3].sum())


@pytest.mark.parametrize("seed", [1, 2])
def test_each_scene_is_as_far_off_as_it_says(seed: int) -> None:
    rough = scene("rough-volume", seed=seed).wall
    assert _gain(rough, 0.002).mean() == pytest.approx(0.53, abs=0.06)
    assert len(rough.roughness) == 3
    assert _white_over_parts(rough) == pytest.approx(1.04, abs=0.01)

    dim = scene("stressed-volume", seed=seed).wall
    assert _white_over_parts(dim) == pytest.approx(0.96, abs=0.01)
    assert dim.exponent_error == pytest.approx((0.1, 0.1, 0.1), abs=0.011)
    assert [_rms(colour) for colour in dim.ripple] == pytest.approx([0.03] * 3, rel=1e-4)
    assert max(map(abs, dim.wavelength_shift_nm)) == 3.0
    assert wall_drive(dim, np.full((1, 3), 0.04)).max() == 0.0  # nothing lights near black

    bright = scene("stressed-sdr", seed=seed).wall
    assert _white_over_parts(bright) == pytest.approx(1.04, abs=0.01)
    assert bright.exponent_error == pytest.approx((-0.09,) * 3, abs=0.011)
    assert max(map(abs, bright.wavelength_shift_nm)) == 3.0

    cameras = {scene(n, seed=seed).camera.sensitivities for n in MORE}
    assert len(cameras) == 3


def _rms(harmonics: tuple[tuple[float, float, float], ...]) -> float:
    return float(np.sqrt(sum(amplitude**2 for _, amplitude, _ in harmonics) / 2))


def test_processor_scenes_have_leds_wider_than_p3_and_narrower_than_bt_2020() -> None:
    for seed in (1, 2, 3):
        p3, bt2020 = (scene(f"processor-{g}", seed=seed).wall for g in ("p3", "2020"))
        # What one colour of the processor asks of the three LEDs: [LED, colour].
        assert premix(p3).min() > -0.03  # but for a sliver at its green and red, P3 is inside
        assert np.sort(premix(p3), axis=0)[1].min() > 0.005
        assert premix(bt2020).min() < -0.08


def test_a_stage_file_leaves_the_processor_its_leds() -> None:
    stage = scene_for(default_stage(), name="processor-2020", seed=4)
    drawn = scene("processor-2020", seed=4)
    assert stage.wall.processor_gamut == "BT.2020"
    assert stage.wall.leds == drawn.wall.leds
    assert scene_for(default_stage(), name="rough-volume", seed=4).wall.roughness


@pytest.mark.parametrize("name", MORE)
def test_pictures_and_judge_show_the_same_wall(name: str) -> None:
    small: dict[str, Any] = {"width_px": 192, "height_px": 108, "width": 240, "height": 160}
    clean: dict[str, Any] = {"flare": 0.0, "halo": 0.0, "vignetting": 0.0, "panel_sd": 0.0}
    stage = scene(name, seed=2, **small, **clean, off_axis=(0.0, 0.0, 0.0), photosite_sd=0.0)
    code = np.array([0.35, 0.5, 0.2])
    expected = camera_code_response(stage, code[None])[0]
    setup = prepare(stage, mosaic=False)
    seen = light_on_sensor(setup, np.full((108, 192, 3), code, np.float32))
    middle = [plane[70:90, 110:130].mean() for plane in seen]
    np.testing.assert_allclose(middle, expected, rtol=2e-4)

    target = Target(default_stage().wall.gamut, stage.wall.eotf, stage.wall.peak_nits)
    judge = Judge(stage, target)
    black = camera_response(stage, np.zeros(3))
    shown = judge.k * (camera_response(stage, code) - black)
    np.testing.assert_allclose(judge.light(code[None])[0], shown, rtol=1e-9)
    held_out = judge.held_out(400)
    assert len(held_out) > 100
    assert np.median(judge.errors(held_out, held_out)) > 1.0
    assert float(aces_luminance(shown)) > 0.0


@pytest.mark.parametrize("name", MORE)
def test_a_scene_is_its_numbers(name: str) -> None:
    stage = scene(name, seed=8)
    document = json.loads(json.dumps(asdict(stage)))
    assert document == json.loads(json.dumps(asdict(scene(name, seed=8))))
    assert document["wall"]["processor_gamut"] == stage.wall.processor_gamut
    assert document["wall"]["shadow_gain"] == stage.wall.shadow_gain
    np.testing.assert_array_equal(document["wall"]["roughness"], list(stage.wall.roughness))


def test_a_scene_by_name_on_the_command_line(ledcal: Callable[..., Run], tmp_path: Path) -> None:
    stage_path = tmp_path / "stage.toml"
    stage_path.write_text('[wall]\nwidth_px = 480\nheight_px = 270\neotf = "ST 2084"\n')
    words = ("--set", "quick", "--layout", "grid", "--stage", stage_path)
    assert ledcal("patterns", tmp_path / "patterns", *words).code == 0
    run = ledcal(
        *("simulate", tmp_path / "captures", "--patterns", tmp_path / "patterns"),
        *("--scene", "rough-volume", "--seed", 3, "--sensor", "192x128"),
    )
    assert run.code == 0, run.err
    truth = json.loads((tmp_path / "captures" / "truth.json").read_text(encoding="utf-8"))
    assert truth["scene"] == "rough-volume"
    assert len(truth["stage"]["wall"]["roughness"][0]) == 30
