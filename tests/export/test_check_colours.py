"""Check colours: easy to enter, in gamut, and telling."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.space import ACES, gamut, matrix_rgb_to_rgb
from ledcal.colorimetry.target import target_code, target_light
from ledcal.colorimetry.transfer import eotf, eotf_inverse
from ledcal.export.check_colours import check_colours, mistakes
from ledcal.lut.interpolate import apply_lut, apply_tetrahedral, apply_trilinear
from ledcal.values.lut import Lut3d
from ledcal.values.stage import Target, Wall
from tests.export.sealed import fake_wall
from tests.profile.fake import fake_table

if TYPE_CHECKING:
    from ledcal.values.export import WallCorrection

TARGETS = [
    ("P3-D65", "ST 2084", 1500.0, 1500.0),
    ("BT.2020", "ST 2084", 10000.0, 800.0),
    ("BT.709", "BT.1886", 100.0, 1500.0),
    ("BT.709", "sRGB", 250.0, 250.0),
    ("P3-D65", "gamma 2.6", 48.0, 1000.0),
    ("ACEScg", "ST 2084", 1000.0, 60.0),
    ("ARRI Wide Gamut 4", "gamma 2.4", 400.0, 400.0),
]


def wall_for(name: str, encoding: str, peak: float, wall_peak: float) -> WallCorrection:
    wall = Wall("w", 1920, 1080, 2.6, encoding, wall_peak, gamut(name))
    return fake_wall(target=Target(gamut(name), encoding, peak), wall=wall)


@pytest.mark.parametrize("is_scene_linear", [True, False])
@pytest.mark.parametrize("target", TARGETS)
def test_they_are_easy_to_enter_in_gamut_and_below_both_peaks(
    target: tuple[str, str, float, float], *, is_scene_linear: bool
) -> None:
    wall = wall_for(*target)
    colours = check_colours(wall, apply_lut, is_scene_linear=is_scene_linear)
    assert [colour.name for colour in colours] == ["grey", "skin", "blue"]
    for colour in colours:
        content, acescg = np.array(colour.content), np.array(colour.acescg)
        entered, steps = (acescg, 1000) if is_scene_linear else (content, 1023)
        np.testing.assert_allclose(entered * steps, np.rint(entered * steps), rtol=0, atol=1e-9)
        # The code says the light and the light the code: nothing was clipped at gamut or peak.
        light = target_light(wall.target, content)
        np.testing.assert_allclose(
            light @ matrix_rgb_to_rgb(ACES, gamut("ACEScg")).T, acescg, rtol=0, atol=1e-6
        )
        np.testing.assert_allclose(target_code(wall.target, light), content, rtol=0, atol=1e-9)
        assert (content > 0.02).all()
        nits = eotf(wall.target.eotf, content, peak_nits=wall.target.peak_nits)
        assert (nits < 0.7 * min(wall.target.peak_nits, wall.wall.peak_nits)).all()
        # What is typed into a host's colour field is a colour field's number.
        assert (acescg <= 1.0).all()
    np.testing.assert_allclose(np.ptp(colours[0].content), 0.0, rtol=0, atol=1e-9)
    red, green, blue = colours[1].content
    assert red > green > blue
    red, green, blue = colours[2].content
    assert red < green < blue


def test_grey_is_the_mid_grey_that_everybody_knows() -> None:
    grey = check_colours(fake_wall(), apply_lut, is_scene_linear=True)[0]
    assert grey.acescg == (0.18, 0.18, 0.18)
    np.testing.assert_allclose(eotf("ST 2084", grey.content, peak_nits=1500.0), 18.0, atol=1e-9)


def test_what_comes_out_is_of_the_largest_table_by_both_interpolations() -> None:
    wall = fake_wall()
    for colour in check_colours(wall, apply_lut, is_scene_linear=True):
        table = wall.tables[17]
        assert colour.wall == tuple(apply_tetrahedral(table, colour.content).tolist())
        assert colour.trilinear == tuple(apply_trilinear(table, colour.content).tolist())
    assert colour.wall != colour.trilinear
    assert colour.wall != tuple(apply_tetrahedral(wall.tables[9], colour.content).tolist())


def test_a_table_with_swapped_axes_is_seen_in_the_code() -> None:
    right, swapped = (
        check_colours(fake_wall(tables={17: table}), apply_lut, is_scene_linear=False)
        for table in (fake_table(17), Lut3d(fake_table(17).table.transpose(2, 1, 0, 3)))
    )
    for one, other in zip(right[1:], swapped[1:], strict=True):
        assert np.abs(np.subtract(one.wall, other.wall)).max() > 20 / 1023


@pytest.mark.parametrize("target", TARGETS)
def test_each_mistake_has_a_code_of_its_own(target: tuple[str, str, float, float]) -> None:
    wall = wall_for(*target)
    skin = check_colours(wall, apply_lut, is_scene_linear=True)[1]
    made = mistakes(wall, skin, apply_lut, is_scene_linear=True, interpolation="tetrahedral")
    codes = np.array([skin.wall, *(one.code for one in made)])
    apart = np.abs(codes[:, None] - codes[None]).max(axis=-1)
    assert apart[np.triu_indices(len(codes), 1)].min() > 3 / 1023
    causes = " ".join(one.cause for one in made)
    assert ("is taken for" in causes) == (wall.target.peak_nits != 100.0)
    for words in ("no correction", "twice: take", "swapped", "legal range", "+1 stop"):
        assert words in causes


def test_the_codes_of_mistakes_are_those_that_come_out() -> None:
    wall = fake_wall()
    skin = check_colours(wall, apply_lut, is_scene_linear=True)[1]
    found = {
        one.cause.split()[0]: np.array(one.code)
        for one in mistakes(wall, skin, apply_lut, is_scene_linear=True, interpolation="trilinear")
    }
    table = wall.tables[17]
    np.testing.assert_array_equal(found["no"], skin.content)
    np.testing.assert_array_equal(found["red"], apply_trilinear(table, skin.content[::-1]))
    np.testing.assert_array_equal(found["corrected"], apply_trilinear(table, skin.trilinear))
    np.testing.assert_allclose(found["legal"], (64 + 876 * np.array(skin.trilinear)) / 1023)


@pytest.mark.parametrize("target", TARGETS)
def test_light_of_another_scale_comes_out_too_bright(
    target: tuple[str, str, float, float],
) -> None:
    wall = wall_for(*target)
    skin = check_colours(wall, apply_lut, is_scene_linear=True)[1]
    made = mistakes(wall, skin, apply_lut, is_scene_linear=True, interpolation="tetrahedral")
    encoding, peak = wall.target.eotf, wall.target.peak_nits
    nits = eotf(encoding, np.array(skin.content), peak_nits=peak)
    # An exposure of one stop doubles light; who takes 1.0 for the peak has peak / 100 of it.
    for words, times in (("+1 stop", 2.0), ("is taken for", peak / 100.0)):
        for one in (one for one in made if words in one.cause):
            content = eotf_inverse(encoding, np.minimum(nits * times, peak), peak_nits=peak)
            expected = apply_tetrahedral(wall.tables[17], content)
            np.testing.assert_allclose(one.code, expected, rtol=0, atol=1e-6)


def test_code_hosts_cannot_get_the_scale_wrong() -> None:
    wall = fake_wall()
    skin = check_colours(wall, apply_lut, is_scene_linear=False)[1]
    made = mistakes(wall, skin, apply_lut, is_scene_linear=False, interpolation="tetrahedral")
    assert not any("nits" in one.cause or "stop" in one.cause for one in made)


def test_a_correction_that_changes_nothing_has_no_mistakes_that_show_nothing() -> None:
    axis = np.linspace(0, 1, 17)
    identity = Lut3d(np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1))
    wall = fake_wall(tables={17: identity})
    skin = check_colours(wall, apply_lut, is_scene_linear=False)[1]
    made = mistakes(wall, skin, apply_lut, is_scene_linear=False, interpolation="tetrahedral")
    assert [one.cause.split()[0] for one in made] == ["red", "legal"]
