"""What repeats in flat light: waves of known height, length and direction, in noise."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.diagnose.optics import moire, scan_lines
from ledcal.measure.ripple import find_ripples, shows_flat
from ledcal.measure.view import WallView
from ledcal.values.frame import Exposure, LinearFrame, Plane
from tests.diagnose.cases import make_case, make_pattern, make_take, said_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.values.arrays import FloatArray
    from ledcal.values.evidence import Ripple

    Light = Callable[[FloatArray, FloatArray], FloatArray]

WIDTH, HEIGHT = 1200, 720
# Wall pixel to picture pixel: the wall's middle tenth is 364 x 204 photosites.
SCALE, LEFT, TOP = 1.8, 24.0, 36.0
ELECTRONS, BLACK, WHITE = 40000.0, 512.0, 15512.0
BAYER = (("R", 0, 0), ("G1", 1, 0), ("G2", 0, 1), ("B", 1, 1))


def view(scale: float = SCALE) -> WallView:
    matrix = np.array([[scale, 0.0, LEFT], [0.0, scale, TOP], [0.0, 0.0, 1.0]])
    return WallView(matrix, 0.0, WIDTH, HEIGHT)


@cache
def _noise(shape: tuple[int, int], seed: int) -> FloatArray:
    return np.random.default_rng(seed).standard_normal(shape)


def shoot(
    light: Light, level: float, *, gains: tuple[float, ...] = (0.9, 1, 1, 0.8)
) -> LinearFrame:
    """A flat frame of a sensor with shot noise, whose light is `light` of photosites x and y."""
    planes = []
    for seed, ((channel, x, y), gain) in enumerate(zip(BAYER, gains, strict=True)):
        columns = np.arange(x, WIDTH, 2, dtype=np.float64)[None, :]
        rows = np.arange(y, HEIGHT, 2, dtype=np.float64)[:, None]
        mean = level * gain * np.broadcast_to(light(columns, rows), (len(rows), columns.size))
        noise = _noise(mean.shape, seed) * np.sqrt((mean * ELECTRONS) + 9.0) / ELECTRONS
        dn = np.rint(BLACK + (mean + noise) * (WHITE - BLACK))
        values = np.clip(dn, 0, 16383).astype(np.uint16)
        planes.append(Plane(values, channel, x, y, 2, BLACK, WHITE, 16383.0))
    return LinearFrame("flat.dng", WIDTH, HEIGHT, tuple(planes), "camera", Exposure(), None, "Test")


def wave(amplitude: float, period: float, angle_deg: float) -> Light:
    angle = np.deg2rad(angle_deg)

    def light(x: FloatArray, y: FloatArray) -> FloatArray:
        turns = (x * np.cos(angle) + y * np.sin(angle)) / period
        return np.asarray(1.0 + amplitude * np.cos(2 * np.pi * turns + 1.0))

    return light


def found(light: Light, level: float = 0.4) -> tuple[Ripple, Ripple]:
    band, line = find_ripples(shoot(light, level), view(), make_pattern())
    return band, line


def said(band: Ripple, line: Ripple) -> set[str]:
    """What diagnosis makes of them."""
    case = make_case(take=make_take(bands=(band,), lines=(line,)))
    return {*said_by(moire, case), *said_by(scan_lines, case)}


@pytest.mark.parametrize("level", [0.6, 0.1, 0.02])
@pytest.mark.parametrize("amplitude", [0.01, 0.03, 0.1])
@pytest.mark.parametrize(
    ("period", "angle"),
    [(4.7, 33.0), (6.3, 0.0), (9.0, 20.0), (14.3, 45.0), (21.7, -60.0), (25.0, 0.0), (31.0, 8.0)],
)
def test_lines_are_found_as_they_are(
    level: float, amplitude: float, period: float, angle: float
) -> None:
    band, line = found(wave(amplitude, period, angle), level)
    # At 2 % of the light noise has its part.
    assert line.amplitude == pytest.approx(amplitude, rel=0.1, abs=0.0016)
    assert line.period_px == pytest.approx(period, rel=0.02)
    assert line.angle_deg == pytest.approx(angle, abs=2.0)
    assert line.clearness > 1.5
    assert line.name == "flat.dng"
    assert said(band, line) == {"moire"}


@pytest.mark.parametrize("level", [0.6, 0.1, 0.02])
@pytest.mark.parametrize("amplitude", [0.015, 0.03, 0.1])
@pytest.mark.parametrize("period", [17.0, 41.0, 60.0, 80.0])
def test_bands_are_found_as_they_are(level: float, amplitude: float, period: float) -> None:
    band, line = found(wave(amplitude, period, 90.0), level)
    assert band.amplitude == pytest.approx(amplitude, rel=0.1)
    assert band.period_px == pytest.approx(period, rel=0.05)
    assert band.angle_deg == 90.0
    assert band.clearness > 2.0
    assert "scan-lines" in said(band, line)


@pytest.mark.parametrize("level", [0.6, 0.1, 0.02, 0.005])
def test_noise_alone_is_nothing(level: float) -> None:
    band, line = found(lambda x, y: 1.0 + 0.0 * x * y, level)
    assert band.clearness < 2.0
    assert line.clearness < 1.5
    assert said(band, line) == set()


@pytest.mark.parametrize("amplitude", [0.001, 0.002])
def test_less_than_the_limits_is_nothing(amplitude: float) -> None:
    for period, angle in ((9.0, 20.0), (25.0, 0.0), (60.0, 90.0)):
        assert said(*found(wave(amplitude, period, angle))) == set()


@pytest.mark.parametrize("seed", range(4))
def test_cabinets_are_no_lines(seed: int) -> None:
    """Steps of 1 % from cabinet to cabinet, each 64 photosites wide."""
    gains = np.random.default_rng(seed).normal(1.0, 0.01, (12, 20))

    def light(x: FloatArray, y: FloatArray) -> FloatArray:
        return np.asarray(gains[(y // 64).astype(int), (x // 64).astype(int)])

    assert said(*found(light)) == set()


@pytest.mark.parametrize("step", [0.03, 0.1])
@pytest.mark.parametrize("edge", [520.0, 600.0, 660.0])
def test_the_edge_of_one_odd_cabinet_is_no_line(step: float, edge: float) -> None:
    """A step spreads over all waves across it, less and less."""
    across = found(lambda x, y: 1.0 + step * (x > edge) + 0.0 * y)
    assert said(*across) == set()
    down = found(lambda x, y: 1.0 + step * (y > edge - 240.0) + 0.0 * x)
    assert "moire" not in said(*down)


@pytest.mark.parametrize(
    "light",
    [
        lambda x, y: 0.4 + 0.6 * x / WIDTH + 0.0 * y,
        lambda x, y: 1.0 - 0.5 * ((x - 600) ** 2 + (y - 360) ** 2) / 700.0**2,
        lambda x, y: 1.0 / (1.0 + ((x - 300) ** 2 + (y - 200) ** 2) / 900.0**2) ** 2,
    ],
    ids=["from the side", "vignetting", "a lamp"],
)
def test_light_that_falls_off_is_no_line(light: Light) -> None:
    assert said(*found(light)) == set()


def test_lines_on_top_of_a_gradient_keep_their_height() -> None:
    fine = wave(0.02, 14.3, 45.0)
    _, line = found(lambda x, y: fine(x, y) * (0.5 + 0.5 * x / WIDTH))
    assert line.amplitude == pytest.approx(0.02, rel=0.1)


def test_the_colour_that_beats_most_counts_but_for_dark_ones() -> None:
    """A raster that beats differently with each colour; a colour without light shows noise."""

    def light_of(plane: int) -> Light:
        return wave((0.04, 0.01, 0.01, 0.02)[plane], 14.3, 45.0)

    frames = [shoot(light_of(i), 0.4, gains=(1, 1, 1, 1)).planes[i] for i in range(4)]
    frame = LinearFrame("a", WIDTH, HEIGHT, tuple(frames), "camera", Exposure(), None, "")
    _, line = find_ripples(frame, view(), make_pattern())
    assert line.amplitude == pytest.approx(0.04, rel=0.1)
    dim = shoot(wave(0.03, 14.3, 45.0), 0.4, gains=(0.1, 1, 1, 0.1))
    strong = shoot(wave(0.2, 9.0, 0.0), 0.4, gains=(0.1, 1, 1, 0.1))
    mixed = (strong.planes[0], *dim.planes[1:3], strong.planes[3])
    frame = LinearFrame("a", WIDTH, HEIGHT, mixed, "camera", Exposure(), None, "")
    _, line = find_ripples(frame, view(), make_pattern())
    assert line.amplitude == pytest.approx(0.03, rel=0.1)


def test_pictures_are_looked_at_pixel_by_pixel() -> None:
    light = wave(0.02, 5.0, 30.0)
    rows, columns = np.mgrid[0.0:HEIGHT, 0.0:WIDTH]
    image = np.asarray(0.4 * light(columns, rows), np.float32)
    planes = tuple(Plane(image, c, 0, 0, 1, 0.0, 1.0, np.inf) for c in ("R", "G1", "B"))
    frame = LinearFrame("a.exr", WIDTH, HEIGHT, planes, "ACES2065-1", Exposure(), None, "")
    _, line = find_ripples(frame, view(), make_pattern())
    assert line.amplitude == pytest.approx(0.02, rel=0.03)
    assert line.period_px == pytest.approx(5.0, rel=0.01)


def test_a_small_or_dark_wall_says_nothing() -> None:
    frame = shoot(wave(0.05, 9.0, 20.0), 0.4)
    assert find_ripples(frame, view(0.45), make_pattern()) == ()
    dark = shoot(lambda x, y: 0.0 * x * y, 0.4)
    assert find_ripples(dark, view(), make_pattern()) == ()


def test_flat_frames_are_known_by_their_number() -> None:
    pattern = make_pattern()
    flat = [frame.index for frame in pattern.frames if shows_flat(pattern, frame.index)]
    assert flat == [frame.index for frame in pattern.frames if frame.kind.value == "flat"]
    assert len(flat) >= 1
    assert not shows_flat(pattern, 999)
