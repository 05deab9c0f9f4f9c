"""A processor in a gamut of its own: 3x3 that keeps white, hard clip, then the LEDs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ledcal.colorimetry.space import gamut, matrix_rgb_to_xyz
from ledcal.colorimetry.spectra import colour_matching_functions
from ledcal.simulate.leds import drive_polynomial
from ledcal.simulate.processor import led_gamut, premix
from ledcal.simulate.stage import VirtualWall
from ledcal.simulate.wall import wall_drive, wall_response

WIDE = VirtualWall(eotf="gamma 2.0", peak_nits=800.0)


def _shown(wall: VirtualWall, code: np.ndarray) -> np.ndarray:
    """XYZ, white luminance 1."""
    polynomial = drive_polynomial(wall, colour_matching_functions())
    return np.asarray(wall_response(wall, code, polynomial).sum(axis=1))


def test_code_inside_the_leds_shows_the_colour_it_stands_for() -> None:
    wall = replace(WIDE, processor_gamut="P3-D65")
    light = np.array([[0.2, 0.5, 0.3], [0.9, 0.8, 0.7], [0.3, 0.35, 0.1], [1.0, 1.0, 1.0]])
    wanted = light @ matrix_rgb_to_xyz(gamut("P3-D65")).T
    np.testing.assert_allclose(_shown(wall, np.sqrt(light)), wanted, atol=2e-4)
    native = _shown(WIDE, np.sqrt(light))
    assert np.abs(native[0] - wanted[0]).max() > 0.02
    np.testing.assert_allclose(native[3], wanted[3], atol=1e-9)  # white is white either way


def test_colours_beyond_the_leds_are_cut_off_hard() -> None:
    wall = replace(WIDE, processor_gamut="BT.2020")
    code = np.array([[0.8, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 1.0]])
    raw = code**2 @ premix(wall).T
    assert raw[0].min() < -0.01
    assert raw[1].max() > 1.01
    drive = wall_drive(wall, code)
    np.testing.assert_allclose(drive, np.clip(raw, 0.0, 1.0), atol=1e-4)
    assert (drive.min(), drive.max()) == (0.0, 1.0)


def test_what_the_leds_do_wrong_comes_after_the_mix() -> None:
    wall = replace(WIDE, processor_gamut="P3-D65")
    code = np.array([[0.8, 0.1, 0.1]])
    mixed = wall_drive(wall, code)
    assert mixed[0, 1] > 0.011  # the red of P3 takes some green of the LEDs
    bent = wall_drive(replace(wall, exponent_error=(0.1, 0.1, 0.1)), code)
    np.testing.assert_allclose(bent, mixed**1.1, rtol=1e-12)
    held = wall_drive(replace(wall, threshold_nits=(0.0, 8.0, 0.0)), code)
    np.testing.assert_allclose(mixed - held, [[0.0, 0.01, 0.0]], atol=1e-12)
    rough = wall_drive(replace(wall, roughness=((0.0,) * 2, (0.01,) * 2, (0.0,) * 2)), code)
    np.testing.assert_allclose(rough / mixed, [[1.0, 1.01, 1.0]], rtol=1e-12)


def test_a_gamut_may_be_four_chromaticities() -> None:
    space = gamut("P3-D65")
    red, green, blue = ((x, y) for x, y in space.primaries_xy.tolist())
    x, y = space.whitepoint_xy.tolist()
    by_name = premix(replace(WIDE, processor_gamut="P3-D65"))
    by_xy = premix(replace(WIDE, processor_gamut=(red, green, blue, (x, y))))
    np.testing.assert_allclose(by_xy, by_name, atol=1e-12)
    with pytest.raises(ValueError, match="unknown gamut"):
        premix(replace(WIDE, processor_gamut="P4"))


def test_the_leds_own_gamut_changes_nothing_but_the_clip() -> None:
    native = led_gamut(WIDE)
    red, green, blue = ((x, y) for x, y in native.primaries_xy.tolist())
    wall = replace(WIDE, processor_gamut=(red, green, blue, WIDE.white_xy))
    code = np.random.default_rng(3).uniform(size=(200, 3))
    np.testing.assert_allclose(wall_drive(wall, code), wall_drive(WIDE, code), atol=1e-9)
