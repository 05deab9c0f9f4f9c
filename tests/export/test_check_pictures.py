"""The check colours as pictures are the numbers of the page, side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.space import gamut, matrix_rgb_to_rgb
from ledcal.export.check_pictures import write_check_pictures
from ledcal.files.images import read_image
from ledcal.values.export import CheckColour
from tests.export.sealed import PAGE

if TYPE_CHECKING:
    from pathlib import Path

COLOURS = tuple(
    CheckColour(
        name,
        acescg=(number + 0.18, 2.5, -0.01),
        content=(0.1 * number, 0.2, 0.3),
        wall=(0.11 * number, 0.22, 0.33),
        trilinear=(0.12 * number, 0.24, 0.36),
    )
    for number, name in enumerate(("grey", "skin", "blue"), 1)
)


def patches(path: Path) -> list[list[float]]:
    pixels, _ = read_image(path)
    width = pixels.shape[1] // 3
    found = [pixels[:, i * width : (i + 1) * width] for i in range(3)]
    for patch in found:
        assert (patch == patch[0, 0]).all()
    return [[round(float(value), 4) for value in patch[0, 0]] for patch in found]


@pytest.mark.parametrize("interpolates", ["tetrahedral", "trilinear"])
@pytest.mark.parametrize("is_linear", [True, False])
def test_pictures_hold_the_colours_in_order(
    tmp_path: Path, interpolates: str, *, is_linear: bool
) -> None:
    page = replace(PAGE, is_scene_linear=is_linear, interpolates=interpolates)
    other = tuple(reversed(COLOURS))
    written = write_check_pictures(tmp_path, page, (COLOURS, other))
    suffix = ".exr" if is_linear else ".png"
    assert [path.name for path in written] == [
        *(f"check_in{suffix}", "check_out.png", f"check_in_2{suffix}", "check_out_2.png"),
    ]
    entered = [one.acescg if is_linear else one.content for one in COLOURS]
    left = [one.wall if interpolates == "tetrahedral" else one.trilinear for one in COLOURS]
    np.testing.assert_allclose(patches(written[0]), entered, rtol=0, atol=1e-4)
    np.testing.assert_allclose(patches(written[1]), left, rtol=0, atol=1e-4)
    np.testing.assert_allclose(patches(written[2]), entered[::-1], rtol=0, atol=1e-4)


def test_a_host_of_other_primaries_gets_light_of_its_own(tmp_path: Path) -> None:
    page = replace(PAGE, light="Linear Rec.709 (sRGB)")
    colour = replace(COLOURS[0], acescg=(0.35, 0.261, 0.184))
    write_check_pictures(tmp_path, page, ((colour,) * 3,))
    to_709 = np.linalg.inv(matrix_rgb_to_rgb(gamut("BT.709"), gamut("ACEScg")))
    expected = to_709 @ colour.acescg
    assert np.abs(expected - colour.acescg).max() > 0.05
    np.testing.assert_allclose(
        patches(tmp_path / "check_in.exr"), [expected] * 3, rtol=0, atol=1e-4
    )
