"""The steps to a target's code, against OpenColorIO's own displays and a config that works."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.space import ACES, BT709, BT2020, gamut, matrix_rgb_to_rgb
from ledcal.export.ocio.encoding import code_steps, encoding_of, matrix_xyz_to_rgb
from ledcal.export.ocio.spaces import SPACES, space_text
from ledcal.export.ocio.text import matrix_transform
from ledcal.values.stage import Target

if TYPE_CHECKING:
    from ledcal.export.ocio.proof import Opened

# Of a config that four versions of Blender and five of OpenColorIO read.
XYZ_TO_BT2020 = [
    *[1.71665118797127, -0.355670783776392, -0.25336628137366],
    *[-0.666684351832489, 1.61648123663494, 0.0157685458139111],
    *[0.0176398574453108, -0.0427706132578085, 0.942103121235474],
]
AP0_TO_BT709 = [
    *[2.52168618674388, -1.13413098823972, -0.387555198504164],
    *[-0.276479914229922, 1.37271908766826, -0.096239173438334],
    *[-0.0153780649660342, -0.152975335867399, 1.16835340083343],
]


def numbers_of(text: str) -> list[float]:
    found = re.search(r"matrix: \[(.*?)\]", text)
    assert found is not None
    whole = np.array([float(word) for word in found[1].split(",")]).reshape(4, 4)
    assert whole[3].tolist() == [0, 0, 0, 1]
    assert whole[:3, 3].tolist() == [0, 0, 0]
    numbers: list[float] = whole[:3, :3].ravel().tolist()
    return numbers


def test_matrices_are_those_of_a_config_that_works() -> None:
    assert numbers_of(matrix_transform(matrix_xyz_to_rgb(BT2020))) == pytest.approx(
        XYZ_TO_BT2020, abs=2e-14
    )
    text = "\n".join(code_steps(Target(BT2020, "ST 2084", 1500.0)))
    assert numbers_of(text) == pytest.approx(XYZ_TO_BT2020, abs=2e-14)
    (rec709,) = [space for space in SPACES if space.name == "Linear Rec.709 (sRGB)"]
    assert numbers_of(space_text(rec709)) == pytest.approx(AP0_TO_BT709, abs=2e-14)


def test_white_stays_white_whatever_the_target_calls_white() -> None:
    d65 = [0.3127 / 0.3290, 1.0, (1.0 - 0.3127 - 0.3290) / 0.3290]
    for name in ("P3-D65", "DCI-P3", "ACEScg", "BT.709"):
        assert (matrix_xyz_to_rgb(gamut(name)) @ d65).round(12).tolist() == [1.0, 1.0, 1.0]


def test_both_ways_to_a_target_are_one() -> None:
    for name in ("DCI-P3", "ACEScg", "ARRI Wide Gamut 4"):
        ours = matrix_xyz_to_rgb(gamut(name)) @ np.linalg.inv(matrix_xyz_to_rgb(BT709))
        assert np.allclose(ours, matrix_rgb_to_rgb(BT709, gamut(name)), rtol=0, atol=1e-14)
    assert np.allclose(matrix_rgb_to_rgb(ACES, BT709).ravel(), AP0_TO_BT709, rtol=0, atol=2e-14)


@pytest.mark.parametrize(
    ("display", "style"),
    [
        ("LED ceiling uncalibrated", "DISPLAY - CIE-XYZ-D65_to_REC.2100-PQ"),
        ("LED tv uncalibrated", "DISPLAY - CIE-XYZ-D65_to_REC.1886-REC.709"),
    ],
)
def test_displays_are_those_that_opencolorio_has_itself(
    opened: Opened, display: str, style: str
) -> None:
    ocio = opened.ocio
    levels = [0.0, 1e-4, 0.004, 0.18, 0.5, 0.75, 1.0]
    xyz_like = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    own = ocio.GroupTransform(
        [
            ocio.BuiltinTransform("UTILITY - ACES-AP0_to_CIE-XYZ-D65_BFD"),
            ocio.BuiltinTransform(style),
        ]
    )
    got = opened.apply(opened.displayed("ACES2065-1", display, "Un-tone-mapped"), xyz_like)
    wanted = opened.apply(opened.processor(own), xyz_like)
    # Where a channel is below none theirs may go on; ours stays at the code of no light.
    inside = (wanted > 1e-3) & (wanted < 1.0)
    assert np.count_nonzero(inside) > 300
    assert np.abs(got - wanted)[inside].max() < 3e-7


def test_white_of_100_nits_has_the_codes_of_the_standards(opened: Opened) -> None:
    one = np.ones((1, 3))

    def code(wall: str) -> float:
        display = f"LED {wall} uncalibrated"
        codes = opened.apply(opened.displayed("ACEScg", display, "Un-tone-mapped"), one)
        assert np.ptp(codes) < 1e-6
        return float(codes[0, 1])

    # BT.2408: 100 nits is 50.8 %; the others are shares of their peak.
    assert code("Bühne 3") == pytest.approx(0.5080784, abs=1e-6)
    assert code("tv") == pytest.approx(1.0, abs=1e-6)
    assert code("monitor") == pytest.approx(1.055 * (100 / 320) ** (1 / 2.4) - 0.055, abs=1e-6)
    assert code("cinema") == 1.0
    assert code("light") == pytest.approx(100 / 1234.5, abs=1e-7)


def test_encodings_have_opencolorios_words() -> None:
    names = {eotf: encoding_of(Target(BT709, eotf, 100.0)) for eotf in ("PQ", "sRGB", "linear")}
    assert names == {"PQ": "hdr-video", "sRGB": "sdr-video", "linear": "display-linear"}


def test_gamma_1_is_light() -> None:
    assert "Exponent" not in "".join(code_steps(Target(BT709, "gamma 1", 100.0)))
