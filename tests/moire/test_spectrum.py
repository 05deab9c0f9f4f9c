"""What noise shows in a spectrum, and how often it passes the threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.special import gammaincc, gammaincinv

from ledcal.moire.spectrum import measure_spectrum, sine_tapers, tapered_power

if TYPE_CHECKING:
    from ledcal.moire.spectrum import Spectrum
    from ledcal.values.arrays import FloatArray

SIGMAS = np.array([0.010, 0.016, 0.014, 0.030])


def noise(seed: int, side: int = 64) -> FloatArray:
    """Four planes of unequal white noise."""
    white = np.random.default_rng([9, seed]).standard_normal((4, side, side))
    return np.asarray(SIGMAS[:, None, None] * white)


def cosine(turns: FloatArray, fx: float = 0.21, fy: float = 0.13, side: int = 64) -> FloatArray:
    """A line of unit amplitude, turned plane by plane."""
    y, x = np.mgrid[:side, :side]
    phase = fx * x + fy * y
    return np.asarray(np.cos(2 * np.pi * (phase[None] + np.reshape(turns, (-1, 1, 1)))))


def strongest(spectrum: Spectrum) -> float:
    return float(spectrum.ratio[spectrum.allowed].max())


def test_tapers_are_orthonormal() -> None:
    tapers = sine_tapers(48)
    np.testing.assert_allclose(tapers @ tapers.T, np.eye(2), atol=1e-12)


def test_power_of_white_noise_is_its_variance() -> None:
    power = np.mean([tapered_power(noise(seed)) for seed in range(5)], axis=0)
    np.testing.assert_allclose(power.mean(axis=(1, 2)), SIGMAS**2, rtol=0.03)


def test_noise_is_measured_plane_by_plane_beside_a_line() -> None:
    spectrum = measure_spectrum(noise(1) + 0.05 * cosine(np.zeros(4)))
    np.testing.assert_allclose(spectrum.noise, SIGMAS, rtol=0.06)
    quiet = spectrum.allowed & (spectrum.ratio < 4.0)
    assert spectrum.power[quiet].mean() == pytest.approx(1.0, rel=0.05)
    assert np.median(spectrum.background[quiet]) == pytest.approx(1.0, rel=0.05)


def test_cells_of_noise_follow_the_law_of_their_looks() -> None:
    looks, chances = [], []
    for seed in range(12):
        spectrum = measure_spectrum(noise(seed, 96))
        looks.append(spectrum.looks)
        middle = gammaincinv(spectrum.looks, 0.5)
        chances.append(gammaincc(spectrum.looks, spectrum.ratio[spectrum.allowed] * middle))
    assert min(looks) > 13.5
    assert max(looks) <= 16.0, "four planes of four tapers"
    every = np.concatenate(chances)
    for chance in (0.5, 0.1, 0.01, 0.001):
        assert np.mean(every < chance) == pytest.approx(chance, rel=0.25), chance


def test_the_threshold_is_passed_as_often_as_stated() -> None:
    spectra = [measure_spectrum(noise(seed)) for seed in range(160)]
    tops = np.array([strongest(spectrum) for spectrum in spectra])
    limits = {p: np.array([s.threshold(p) for s in spectra]) for p in (0.5, 0.1, 0.01)}
    alarms = {p: int(np.sum(tops > limit)) for p, limit in limits.items()}
    # At most as often, and not so seldom that lines are missed for it.
    assert 160 * 0.5 / 5 < alarms[0.5] <= 160 * 0.5
    assert 1 <= alarms[0.1] <= 160 * 0.1
    assert alarms[0.01] <= 4
    assert [s.false_alarm(t) < 0.1 for s, t in zip(spectra, tops, strict=True)] == list(
        tops > limits[0.1]
    )


@pytest.mark.parametrize("p", [0.1, 1e-3, 1e-6])
def test_false_alarm_is_the_inverse_of_the_threshold(p: float) -> None:
    spectrum = measure_spectrum(noise(2))
    assert spectrum.false_alarm(spectrum.threshold(p)) == pytest.approx(p, rel=1e-6)
    assert spectrum.threshold(p) > spectrum.threshold(2 * p)
    assert spectrum.false_alarm(1e6) == pytest.approx(0.0, abs=1e-12)


def test_planes_add_up_whatever_their_phase() -> None:
    base = noise(3)
    found = [
        strongest(measure_spectrum(base + 0.008 * cosine(np.array(turns))))
        for turns in ([0.0, 0.0, 0.0, 0.0], [0.0, 0.5, 0.0, 0.5], [0.0, 0.5, 0.5, 0.0])
    ]
    assert min(found) > measure_spectrum(base).threshold(1e-3)
    np.testing.assert_allclose(found, np.mean(found), rtol=0.25)


def test_a_lumpy_spectrum_has_fewer_looks() -> None:
    rng = np.random.default_rng(4)
    bins = np.fft.rfft2(rng.standard_normal((64, 64))) * np.exp(rng.standard_normal((64, 33)))
    lumpy = np.fft.irfft2(bins, s=(64, 64))
    spectrum = measure_spectrum(np.stack([lumpy] * 4))
    assert spectrum.looks < 5.0
    assert spectrum.threshold(1e-3) > 2.0 * measure_spectrum(noise(4)).threshold(1e-3)


@pytest.mark.parametrize("axis", [1, 2], ids=["rows", "columns"])
def test_rows_of_the_sensor_are_a_ridge_and_no_line(axis: int) -> None:
    alarms = 0
    for seed in range(40):
        shape = (4, 64, 1) if axis == 1 else (4, 1, 64)
        rows = np.random.default_rng([8, seed]).standard_normal(shape)
        spectrum = measure_spectrum(noise(seed) + 0.5 * SIGMAS[:, None, None] * rows)
        alarms += spectrum.false_alarm(strongest(spectrum)) < 0.01
    assert alarms <= 2


def test_slow_waves_and_mirrored_cells_do_not_count() -> None:
    for shape in ((64, 64), (48, 65)):
        spectrum = measure_spectrum(np.random.default_rng(5).standard_normal((1, *shape)))
        down = np.fft.fftfreq(shape[0]) * shape[0]
        size = np.hypot(down[:, None], np.arange(shape[1] // 2 + 1))
        assert not spectrum.allowed[size < 5.0].any()
        # Cells of a real picture, less the slow ones, up to those that are their own mirror.
        slow = int(np.sum(size[:, 1:] < 5.0)) + 4
        expected = shape[0] * shape[1] / 2 - slow
        assert np.count_nonzero(spectrum.allowed) == pytest.approx(expected, abs=3)
