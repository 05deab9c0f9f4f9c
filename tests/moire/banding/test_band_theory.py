"""The closed form against exact integration in time and space, and against stored vectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.moire.banding.theory import (
    band_depth,
    flash_counts,
    frame_advance,
    row_frequency,
    safe_shutter_angles,
    scan_depth,
    scan_frequency,
    wrap,
)
from ledcal.simulate.temporal import PulsedWall, RollingShutter, row_light

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray

VECTORS = Path(__file__).parents[4] / "shared" / "data" / "banding_vectors.json"
N_ROWS = 40000
# refresh, duty, line time in us, frames a second, shutter angle
PLAIN = [
    (3840.0, 0.5, 3.4, 24.0, 172.8),
    (1920.0, 0.3, 7.5, 24.0, 150.0),
    (960.0, 0.05, 9.3, 24.0, 172.8),
    (3843.7, 0.5, 3.4, 24.0, 172.8),
    (7680.0, 0.13, 21.0, 25.0, 91.3),
    (2880.0, 0.71, 11.3, 50.0, 211.0),
]
# refresh, scan, duty, line time in us, exposure, LED pitches per row, fill
SCANNED = [
    (3840.0, 16, 0.9, 3.4, 0.0200, 0.41, 0.35),
    (1920.0, 32, 0.9, 4.0, 0.0100, 0.37, 0.40),
    (1920.0, 8, 0.7, 9.0, 0.0102, 0.57, 0.30),
]


def wave_in(rows: FloatArray, frequency: float) -> complex:
    """Complex amplitude over mean of a wave in row light."""
    taper = np.hanning(len(rows)) ** 2
    turn = np.exp(-2j * np.pi * frequency * np.arange(len(rows)))
    mean = np.sum(taper * rows)
    return complex(2.0 * np.sum(taper * rows * turn) / mean)


@pytest.mark.parametrize(("refresh", "duty", "line_us", "rate", "angle"), PLAIN)
@pytest.mark.parametrize("harmonic", [1, 2, 3])
def test_rows_show_the_wave_that_the_closed_form_says(
    refresh: float, duty: float, line_us: float, rate: float, angle: float, harmonic: int
) -> None:
    wall = PulsedWall(refresh, duty)
    shutter = RollingShutter(line_us * 1e-6, angle / 360.0 / rate, rate)
    frequency = row_frequency(harmonic, refresh, line_us * 1e-6)
    first, second = (wave_in(row_light(wall, shutter, N_ROWS, j), frequency) for j in (0, 1))
    expected = band_depth(harmonic, refresh, shutter.exposure_s, duty)
    assert abs(first) == pytest.approx(expected, rel=2e-3, abs=2e-6)
    if expected > 1e-4:
        turned = np.angle(second / first) / (2.0 * np.pi)
        advance = frame_advance(harmonic, refresh, rate)
        assert float(wrap(turned - advance)) == pytest.approx(0.0, abs=2e-4)


@pytest.mark.parametrize(("refresh", "scan", "duty", "line_us", "exposure", "u", "fill"), SCANNED)
@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("harmonic", [-2, 1, 3])
def test_scanned_rows_of_leds_show_the_waves_of_the_closed_form(
    refresh: float,
    scan: int,
    duty: float,
    line_us: float,
    exposure: float,
    u: float,
    fill: float,
    order: int,
    harmonic: int,
) -> None:
    rows = row_light(
        PulsedWall(refresh, duty, scan, u, fill), RollingShutter(line_us * 1e-6, exposure), N_ROWS
    )
    frequency = scan_frequency(
        harmonic, order, refresh_hz=refresh, line_time_s=line_us * 1e-6, scan=scan,
        pitches_per_row=u,
    )  # fmt: skip
    expected = scan_depth(
        harmonic, order, refresh_hz=refresh, exposure_s=exposure, scan=scan, pitches_per_row=u,
        fill=fill, duty=duty,
    )  # fmt: skip
    assert abs(wave_in(rows, frequency)) == pytest.approx(expected, rel=2e-3, abs=2e-6)


def test_whole_refreshes_leave_no_band() -> None:
    for wall in (PulsedWall(3840.0, 0.31), PulsedWall(3840.0, 0.8, 16)):
        shutter = RollingShutter(3.4e-6, 64 / 3840.0)
        rows = row_light(wall, shutter, 4000)
        # A wall of scanned rows goes on showing its raster of LEDs, which stands still.
        other = row_light(wall, RollingShutter(3.4e-6, 64 / 3840.0, start_s=1e-4), 4000)
        np.testing.assert_allclose(rows, other, rtol=1e-9)


def test_flashes_are_counted_by_row() -> None:
    count, share = flash_counts(3840.0, 80.1 / 3840.0)
    assert (count, round(share, 9)) == (80, 0.1)
    assert flash_counts(3840.0, 64 / 3840.0)[0] == 64
    rows = row_light(PulsedWall(3840.0, 1e-3), RollingShutter(3.4e-6, 80.1 / 3840.0), N_ROWS)
    flashes = rows * 80.1
    assert np.mean(flashes > 80.5) == pytest.approx(share, abs=0.002)
    assert np.median(flashes) == pytest.approx(count, abs=1e-6)


def test_safe_angles_are_whole_refreshes_and_the_nearest() -> None:
    safe = safe_shutter_angles(3840.0, 24.0, near=172.8, count=5)
    assert [s.refreshes for s in safe] == [77, 76, 78, 75, 79]
    for shutter in safe:
        assert shutter.time_s * 3840.0 == pytest.approx(shutter.refreshes)
        assert shutter.angle_deg / 360.0 / 24.0 == pytest.approx(shutter.time_s)
    assert safe_shutter_angles(3840.0, 24.0, near=180.0)[0].angle_deg == pytest.approx(180.0)
    assert safe_shutter_angles(3840.0, 24.0, near=360.0, count=1)[0].refreshes == 160
    assert safe_shutter_angles(3840.0, 24.0, near=0.1, count=1)[0].refreshes == 1
    assert safe_shutter_angles(20.0, 24.0) == ()


@pytest.mark.shared
@pytest.mark.skipif(not VECTORS.is_file(), reason="needs ../shared/data/banding_vectors.json")
def test_all_vectors() -> None:
    vectors = json.loads(VECTORS.read_text())
    assert (len(vectors["row_bands"]), len(vectors["mux"])) == (4, 2)
    for v in vectors["row_bands"]:
        exposure = v["shutter"] / 360.0 / v["fps"]
        assert row_frequency(1, v["fr"], v["tL_us"] * 1e-6) == pytest.approx(v["nu"], abs=1e-6)
        assert band_depth(1, v["fr"], exposure, v["D"]) == pytest.approx(v["C"], abs=5e-6)
        assert frame_advance(1, v["fr"], v["fps"]) == pytest.approx(v["dphi"], abs=1e-6)
    for v in vectors["mux"]:
        frequency = scan_frequency(
            v["k"], v["n"], refresh_hz=v["fr"], line_time_s=v["tL_us"] * 1e-6, scan=v["M"],
            pitches_per_row=v["u"],
        )  # fmt: skip
        depth = scan_depth(
            v["k"], v["n"], refresh_hz=v["fr"], exposure_s=v["Te"], scan=v["M"],
            pitches_per_row=v["u"], fill=v["fill"], duty=v["D"],
        )  # fmt: skip
        assert frequency == pytest.approx(v["f"], abs=5e-6)
        # Printed to five digits.
        assert depth == pytest.approx(v["C"], abs=6e-6)
