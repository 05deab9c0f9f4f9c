"""Bands and flicker in row means: found, exact, and not imagined."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.errors import CaptureError
from ledcal.moire.banding import find_bands, row_profiles
from ledcal.moire.banding.drift import fit_turning
from ledcal.moire.banding.noise import false_alarm, noise_level
from ledcal.moire.banding.theory import band_depth, frame_advance, row_frequency, scan_frequency
from ledcal.simulate.temporal import (
    PulsedWall,
    RollingShutter,
    average_rows,
    photograph_rows,
    row_light,
)
from ledcal.values.banding import PlaneRows, RowProfiles

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.banding import Banding

ROWS, RASTER = 2160, 0.2371


def scene(rows: int = ROWS, phase: float = 0.0) -> FloatArray:
    """18 % grey with a raster of 5 % in line with the rows, and fall-off."""
    y = np.arange(rows)
    raster = 1.0 + 0.05 * np.cos(2 * np.pi * (RASTER * y + phase))
    return np.asarray(0.18 * raster * (1.0 - 0.3 * (2 * y / rows - 1) ** 2), np.float64)


def shoot(
    depth: float,
    frequency: float = 0.0131,
    drift: float = 0.154,
    *,
    n: int = 8,
    seed: int = 0,
    flicker: float = 0.0,
    row_noise: float = 0.0,
) -> Banding:
    """Row means of 2000 photosites with noise of 1.4 %, and a wave in them."""
    rng = np.random.default_rng(seed)
    y, level = np.arange(ROWS), 1.0 + flicker * rng.standard_normal(n)
    wave = [depth * np.cos(2 * np.pi * (frequency * y + drift * j + 0.1)) for j in range(n)]
    return find_bands(
        [
            average_rows((1.0 + w) * g, scene(), columns=2000, noise=0.014, rng=rng,
                         row_noise=row_noise)
            for w, g in zip(wave, level, strict=True)
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("frequency", "drift"), [(0.0131, 0.154), (0.3974, -0.317), (0.2361, 0.5), (0.4871, 0.08)]
)
def test_a_hundredth_of_a_per_cent_is_found_in_eight_frames(frequency: float, drift: float) -> None:
    band = shoot(1e-4, frequency, drift).bands[0]
    assert not band.is_static
    assert band.frequency_cpr == pytest.approx(frequency, abs=4e-5)
    assert band.depth == pytest.approx(1e-4, abs=4 * band.depth_sigma)
    assert band.depth_sigma < 2e-5
    assert band.drift_cycles is not None
    assert abs(np.angle(np.exp(2j * np.pi * (band.drift_cycles - drift)))) / 6.283 < 0.015
    assert band.false_alarm < 1e-6


@pytest.mark.parametrize("drift", [0.04, 0.25, 0.46])
def test_depth_is_not_biased_by_what_stands_still(drift: float) -> None:
    for n in (4, 8):
        moving = [b for b in shoot(0.02, 0.0131, drift, n=n).bands if not b.is_static]
        # One, and not also what the division by the mean of the frames would make of it.
        assert len(moving) == 1
        band = moving[0]
        assert band.depth == pytest.approx(0.02, abs=4 * band.depth_sigma)
        assert band.depth_sigma < 6e-4
        assert band.drift_cycles == pytest.approx(drift, abs=4 * band.drift_sigma)


def test_noise_flicker_and_row_noise_are_no_bands() -> None:
    chances = []
    for seed in range(8):
        banding = shoot(0.0, seed=seed, flicker=0.01, row_noise=0.0014)
        assert [b for b in banding.bands if not b.is_static] == []
        chances.append(banding.flicker_depth)
        assert banding.flicker_sigma < 1e-4
    assert np.mean(chances) == pytest.approx(0.01, rel=0.25)


def test_flicker_is_none_where_only_a_band_moves() -> None:
    banding = shoot(0.01)
    assert banding.flicker_depth < 2e-4
    assert banding.n_frames == 8


def test_what_stands_still_is_marked_and_what_moves_is_not() -> None:
    wall, shutter = PulsedWall(3840.0, 0.5), RollingShutter(3.4e-6, 0.02, 24.0)
    rng = np.random.default_rng(4)
    banding = find_bands(
        [
            average_rows(row_light(wall, shutter, ROWS, j), scene(), columns=2000, noise=0.014,
                         rng=rng)
            for j in range(4)
        ]
    )  # fmt: skip
    still = {round(b.frequency_cpr, 4): b for b in banding.bands}
    assert all(b.is_static and b.drift_cycles == 0.0 for b in banding.bands)
    assert still[RASTER].depth == pytest.approx(0.05, rel=1e-3)
    expected = band_depth(1, 3840.0, 0.02, 0.5)
    assert still[0.0131].depth == pytest.approx(expected, rel=0.02)


def test_one_frame_says_what_stands_and_not_whether_it_moves() -> None:
    banding = shoot(0.003, n=1)
    band = next(b for b in banding.bands if abs(b.frequency_cpr - 0.0131) < 1e-4)
    assert band.is_static
    assert band.drift_cycles is None
    assert np.isnan(banding.flicker_depth)


def test_two_frames_find_a_band_and_no_drift() -> None:
    banding = shoot(0.001, n=2, drift=0.4)
    band = banding.bands[0]
    # Part of it is left in the mean of the frames, and not listed again.
    assert [round(b.frequency_cpr, 3) for b in banding.bands] == [0.013, round(RASTER, 3)]
    assert (band.is_static, band.drift_cycles) == (False, None)
    assert abs(band.depth - 0.001) < 2 * band.depth_sigma


def test_harmonics_of_short_pulses_are_all_found() -> None:
    wall, shutter = PulsedWall(961.0, 0.05), RollingShutter(9.3e-6, 0.02, 25.0)
    rng = np.random.default_rng(5)
    banding = find_bands(
        [
            average_rows(row_light(wall, shutter, 1000, j), scene(1000), columns=2000,
                         noise=0.014, rng=rng)
            for j in range(4)
        ]
    )  # fmt: skip
    for harmonic in range(1, 6):
        frequency = row_frequency(harmonic, 961.0, 9.3e-6)
        band = next(b for b in banding.bands if abs(b.frequency_cpr - frequency) < 1e-5)
        expected = band_depth(harmonic, 961.0, 0.02, 0.05)
        assert band.depth == pytest.approx(expected, rel=0.02)
        assert band.drift_cycles == pytest.approx(frame_advance(harmonic, 961.0, 25.0), abs=3e-3)


def test_the_band_of_a_resolved_scanned_wall_is_not_what_its_raster_makes_of_it() -> None:
    wall, shutter = PulsedWall(1923.0, 0.9, 32, 0.37), RollingShutter(4e-6, 0.01, 25.0)
    rng = np.random.default_rng(12)
    flat = np.full(1080, 0.18)
    frames = [
        average_rows(row_light(wall, shutter, 1080, j), flat, columns=2000, noise=0.014, rng=rng)
        for j in range(4)
    ]
    frequency = scan_frequency(
        -1, 0, refresh_hz=1923.0, line_time_s=4e-6, scan=32, pitches_per_row=0.37
    )
    band = find_bands(frames).bands[0]
    assert band.frequency_cpr == pytest.approx(frequency, abs=5e-5)
    assert band.depth == pytest.approx(0.0219, rel=0.1)


@pytest.mark.parametrize("phase", [0.1, 0.3, 0.45])
def test_a_raster_leaves_nothing_beside_it_in_few_rows(phase: float) -> None:
    rng = np.random.default_rng(10)
    frames = [
        average_rows(np.ones(512), scene(512, phase), columns=20000, noise=0.014, rng=rng)
        for _ in range(8)
    ]
    assert [round(b.frequency_cpr, 4) for b in find_bands(frames).bands] == [RASTER]


def test_a_raster_that_is_turned_against_the_rows_is_no_band() -> None:
    rng, y, x = np.random.default_rng(6), np.arange(512)[:, None], np.arange(512)[None]
    for turned, count in ((0.0, 1), (0.7 / 512, 0)):
        flat = 0.18 * (1 + 0.05 * np.cos(2 * np.pi * (0.2371 * y + turned * x)))
        frames = [photograph_rows(np.ones(512), flat, noise=0.014, rng=rng) for _ in range(2)]
        assert len(find_bands([row_profiles(f) for f in frames]).bands) == count


def test_through_pixels_of_a_box() -> None:
    wall, shutter = PulsedWall(3843.7, 0.5), RollingShutter(9.4e-6, 0.02, 24.0)
    rng, columns = np.random.default_rng(7), np.arange(256)
    flat = np.multiply.outer(scene(1024), 1.0 - 0.2 * (columns / 256 - 0.5) ** 2)
    profiles = []
    for j in range(6):
        frame = photograph_rows(row_light(wall, shutter, 1024, j), flat, noise=0.014, rng=rng)
        frame.planes[1].values[100, 50] = 16000  # a hot photosite
        profiles.append(row_profiles(frame, (21.0, 31.0, 200.0, 900.0)))
    assert profiles[0].planes[0].y == 32
    hot = profiles[0].planes[1].level[84]
    assert hot.max() / np.median(hot) < 1.02
    assert profiles[0].columns in {198, 200}
    band = find_bands(profiles).bands[0]
    assert band.frequency_cpr == pytest.approx(row_frequency(1, 3843.7, 9.4e-6), abs=1e-5)
    assert band.depth == pytest.approx(band_depth(1, 3843.7, 0.02, 0.5), rel=0.03)
    assert band.drift_cycles == pytest.approx(frame_advance(1, 3843.7, 24.0), abs=3e-3)


def test_what_cannot_be_measured_is_refused() -> None:
    rng, flat = np.random.default_rng(8), np.full((128, 128), 0.18)
    good = photograph_rows(np.ones(128), flat, noise=0.01, rng=rng, name="good.dng")
    with pytest.raises(CaptureError, match=r"40 rows and 64 photosites.*at least 64 and 32"):
        row_profiles(good, (0, 0, 128, 40))
    with pytest.raises(CaptureError, match=r"at white \(limit 0\.1 %\)"):
        row_profiles(photograph_rows(np.ones(128), flat * 8, noise=0.01, rng=rng))
    with pytest.raises(CaptureError, match=r"light is 0\.000 % of white"):
        row_profiles(photograph_rows(np.ones(128), flat * 0, noise=0.01, rng=rng))
    small = photograph_rows(np.ones(100), flat[:100], noise=0.01, rng=rng, name="small.dng")
    with pytest.raises(CaptureError, match=r"small\.dng and good\.dng differ in size"):
        find_bands([row_profiles(good), row_profiles(small)])
    with pytest.raises(CaptureError, match="no frame"):
        find_bands([])


def test_false_alarm_is_the_rate_of_noise() -> None:
    rng = np.random.default_rng(9)
    for n_averaged, block in ((1, 512), (7, 128)):
        power = rng.gamma(n_averaged, 1.0 / n_averaged, (400, 1024))
        peak = [np.max(p / noise_level(p, n_averaged, block)) for p in power]
        share = np.mean(false_alarm(np.array(peak), n_averaged, 1024, block) <= 0.1)
        assert 0.06 < share < 0.15
    few, many = (false_alarm(np.array([12.0]), 1, 1024, block)[0] for block in (32, 4096))
    assert few > 1.5 * many


@pytest.mark.parametrize("neighbours", [0.5, 0.25, -0.25])
def test_demosaiced_noise_is_no_band_and_hides_none(neighbours: float) -> None:
    rng, y = np.random.default_rng(11), np.arange(1080)
    for depth, count in ((0.0, 0), (2e-3, 1)):
        profiles = []
        for j in range(4):
            noise = 1e-3 * rng.standard_normal((1080, 8))
            noise += neighbours * (np.roll(noise, 1, axis=0) + np.roll(noise, -1, axis=0))
            wave = depth * np.cos(2 * np.pi * (0.0523 * y + 0.2 * j))
            # All colours of a picture show the same noise.
            level = 0.18 * (1.0 + wave[:, None] + noise)
            planes = tuple(PlaneRows(channel, 0, 1, level) for channel in ("R", "G1", "B"))
            profiles.append(RowProfiles("frame.exr", 2000, planes))
        bands = find_bands(profiles).bands
        assert len(bands) == count
        for band in bands:
            assert band.depth == pytest.approx(depth, abs=4 * band.depth_sigma)
            assert band.depth_sigma < 1e-4


def test_an_uneven_phase_has_no_drift_and_still_a_depth() -> None:
    turn = np.exp(2j * np.pi * np.array([0.0, 0.31, 0.02, 0.77, 0.4, 0.55, 0.91, 0.18]))
    turning = fit_turning(0.01 * (turn - turn.mean()), 1e-10)
    assert np.isnan(turning.drift)
    assert turning.depth == pytest.approx(0.01, abs=3 * turning.depth_sigma)
