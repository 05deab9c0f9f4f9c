"""The colour of a line, by its phases in the colour filter array or a picture's channels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.moire.cosets import HALVES, Colouring, colouring
from ledcal.moire.lattice import canonical, colour_of, nearest_reciprocal
from ledcal.moire.lines import find_lines
from ledcal.moire.patch import Patch, cut_patch
from ledcal.simulate.fringes import FlatPatch, Fringe, flat_frame
from ledcal.values.frame import LinearFrame, Plane

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray

RECIPROCALS = [(0.0, 0.0), (0.5, 0.0), (0.0, -0.5), (0.5, 0.5), (1.0, 0.0), (-0.5, 1.5)]


def coloured(patch: Patch) -> tuple[Colouring, FloatArray]:
    (line,) = find_lines(patch).found
    wave = line.wave
    return colouring(wave, patch.channels, patch.offsets, patch.step), canonical(wave.frequency)


def raw_patch(fringe: Fringe, seed: int = 0, side: int = 192) -> Patch:
    return cut_patch([flat_frame(FlatPatch(width=side, height=side, seed=seed), [fringe])])


@pytest.mark.parametrize("reciprocal", RECIPROCALS)
@pytest.mark.parametrize("dies", [0.0, 0.18])
def test_what_sampling_took_off_gives_the_colour(
    reciprocal: tuple[float, float], dies: float
) -> None:
    for amplitude, seed in ((0.003, 1), (0.05, 2)):
        f = np.array([0.07, 0.04]) + reciprocal
        found, seen = coloured(raw_patch(Fringe(f[0], f[1], amplitude, 0.3, dies, -dies), seed))
        assert found.colour == colour_of(reciprocal)
        np.testing.assert_allclose(seen, [0.07, 0.04], atol=5e-4)
        assert found.likely is not None
        right = (np.abs(HALVES - np.array(reciprocal) % 1.0) < 1e-9).all(axis=1)
        assert found.likely[right] == 0.0
        assert (found.likely[~right] < (-1.0 if dies else -2.0)).all()
        assert found.contrast == pytest.approx(amplitude, abs=4 * found.contrast_sigma)
        n = 192 * 192 if dies == 0.0 else 192 * 192 / 4
        assert found.contrast_sigma <= 0.0137 * np.sqrt(2.0 / n) * 1.1


@pytest.mark.parametrize(
    "f", [(0.12, 0.2495), (0.12, 0.2512), (0.2491, 0.11), (0.2508, 0.11), (-0.2505, 0.08)]
)
def test_beyond_the_edge_the_colour_changes_and_not_the_line(f: tuple[float, float]) -> None:
    found, seen = coloured(raw_patch(Fringe(*f, 0.02, 0.1), side=256))
    step = nearest_reciprocal(f)
    np.testing.assert_allclose(seen, canonical(np.array(f) - step), atol=2e-4)
    assert np.abs(seen).max() <= 0.25
    assert found.colour == colour_of(step)


def test_a_colour_that_shows_more_gives_the_contrast() -> None:
    frame = flat_frame(FlatPatch(width=192, height=192), [Fringe(0.07, 0.04, 0.05)])
    still = flat_frame(FlatPatch(width=192, height=192))
    planes = (frame.planes[0], *still.planes[1:])  # in red alone
    patch = cut_patch([replace(frame, planes=planes)])
    found, _ = coloured(patch)
    assert found.contrast == pytest.approx(0.05, abs=4 * found.contrast_sigma)
    assert found.contrast_sigma == pytest.approx(0.0137 * np.sqrt(2.0 / 96**2), rel=0.1)


def picture(*amplitudes: float, channels: tuple[str, ...] = ("R", "G1", "B")) -> Patch:
    """A patch of a picture, each channel with a wave of its own amplitude."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[:96, :96]
    wave = np.cos(2 * np.pi * (0.11 * x + 0.2 * y))
    planes = tuple(
        Plane(
            (0.2 * (1 + a * wave + 0.01 * rng.standard_normal(x.shape))).astype(np.float32),
            channel, 0, 0, 1, 0.0, 1.0, np.inf,
        )
        for a, channel in zip(amplitudes, channels, strict=True)
    )  # fmt: skip
    plain = flat_frame(FlatPatch(width=96, height=96))
    return cut_patch([LinearFrame("p", 96, 96, planes, "ACES2065-1", plain.exposure, None)])


@pytest.mark.parametrize(
    ("amplitudes", "colour"),
    [((0.02, 0.02, 0.02), "luminance"), ((0.02, 0.0, -0.02), "red-blue"),
     ((0.02, -0.02, 0.02), "green-magenta"), ((0.02, 0.018, 0.012), "luminance"),
     ((0.0, 0.02, 0.0), "green-magenta")],
)  # fmt: skip
def test_channels_of_a_picture_give_its_colour(
    amplitudes: tuple[float, float, float], colour: str
) -> None:
    found, seen = coloured(picture(*amplitudes))
    assert (found.colour, found.likely) == (colour, None)
    assert found.contrast == pytest.approx(0.02, abs=4 * found.contrast_sigma)
    np.testing.assert_allclose(seen, [0.11, 0.2], atol=1e-3)


def test_one_channel_is_light_and_dark() -> None:
    found, _ = coloured(picture(0.02, channels=("G1",)))
    assert (found.colour, found.likely) == ("luminance", None)
    assert found.contrast == pytest.approx(0.02, abs=4 * found.contrast_sigma)
