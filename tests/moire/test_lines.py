"""Lines of a patch: frequency and amplitude to the limit of the noise, and each of them once."""

from __future__ import annotations

import numpy as np
import pytest

from ledcal.moire.lattice import nearest_reciprocal
from ledcal.moire.lines import Found, find_lines
from ledcal.moire.patch import cut_patch
from ledcal.simulate.fringes import FlatPatch, Fringe, flat_frame

# Noise of a photosite at the light of `FlatPatch`, over that light.
NOISE = np.sqrt(5400.0 + 16.0) / 5400.0


def look(*fringes: Fringe, side: int = 256, seed: int = 3) -> tuple[Found, ...]:
    patch = FlatPatch(width=side, height=side, seed=seed)
    return find_lines(cut_patch([flat_frame(patch, fringes)])).found


def off(line: Found, frequency: tuple[float, float]) -> float:
    """How far a line is from where it should be seen, c/px: f is -f, and repeats every half."""
    seen = np.array(frequency)
    apart = [line.wave.frequency - sign * seen for sign in (1.0, -1.0)]
    return float(min(np.abs(d - nearest_reciprocal(d)).max() for d in apart))


@pytest.mark.parametrize(("amplitude", "side"), [(0.001, 512), (0.01, 256), (0.1, 256)])
def test_to_the_limit_of_the_noise(amplitude: float, side: int) -> None:
    f_off, a_off = [], []
    for seed in range(5):
        rng = np.random.default_rng([seed, 21])
        f = rng.uniform(0.05, 0.2, 2) + rng.integers(-2, 3, 2) / 2
        (line,) = look(Fringe(f[0], f[1], amplitude, rng.uniform()), side=side, seed=seed + 50)
        f_off.append(off(line, (f[0], f[1])))
        a_off.append(np.abs(line.wave.amplitude) - amplitude)
        assert line.false_alarm < 1e-6
        assert line.unevenness < 1e-4
    n = side * side  # the four planes together
    spread = 2 * np.pi * side / np.sqrt(12.0)
    bound = NOISE / amplitude * np.sqrt(2.0 / n) / spread
    assert np.max(f_off) < 4.0 * bound
    assert np.sqrt(np.mean(np.square(f_off))) < 2.0 * bound
    assert np.abs(a_off).max() < 4.0 * NOISE * np.sqrt(2.0 / (n / 4))
    np.testing.assert_allclose(line.wave.frequency_sigma, bound, rtol=0.1)
    np.testing.assert_allclose(line.wave.amplitude_sigma, NOISE * np.sqrt(8.0 / n), rtol=0.1)


def test_standard_errors_are_those_of_the_noise() -> None:
    lines = [look(Fringe(0.12, -0.08, 0.01, 0.1), side=128, seed=seed)[0] for seed in range(30)]
    z = [(line.wave.frequency - [0.12, -0.08]) / line.wave.frequency_sigma for line in lines]
    assert np.sqrt(np.mean(np.square(z))) == pytest.approx(1.0, abs=0.3)
    z = [(np.abs(line.wave.amplitude) - 0.01) / line.wave.amplitude_sigma for line in lines]
    assert np.sqrt(np.mean(np.square(z))) == pytest.approx(1.0, abs=0.25)


def test_a_tenth_of_a_per_cent_is_found_in_one_patch() -> None:
    found = [look(Fringe(0.117, 0.09, 0.001), side=512, seed=seed) for seed in range(4)]
    assert [len(lines) for lines in found] == [1] * 4
    assert look(Fringe(0.117, 0.09, 0.0001), side=512) == ()


def test_two_lines_four_waves_apart() -> None:
    near = 0.1 + 4 / 256
    lines = look(Fringe(0.1, 0.05, 0.01), Fringe(near, 0.05, 0.008, 0.3))
    assert len(lines) == 2
    assert off(lines[0], (0.1, 0.05)) < 1e-4
    assert off(lines[1], (near, 0.05)) < 1e-4
    assert [line.strength for line in lines] == [pytest.approx(s, rel=0.04) for s in (0.01, 0.008)]


def test_what_is_three_waves_off_does_not_pull() -> None:
    lines = look(Fringe(0.1, 0.05, 0.02), Fringe(0.1 + 3 / 256, 0.05, 0.015, 0.3))
    assert off(lines[0], (0.1, 0.05)) < 3e-5
    assert off(lines[1], (0.1 + 3 / 256, 0.05)) < 3e-5


def test_a_weak_line_beside_a_strong_one_is_told() -> None:
    lines = look(Fringe(0.1, 0.05, 0.02), Fringe(0.1 + 6 / 256, 0.05, 0.003, 0.3))
    assert [line.strength for line in lines] == pytest.approx([0.02, 0.003], rel=0.06)


@pytest.mark.parametrize("waves", [5.7, 6.5, 8.5])
def test_the_smooth_surface_takes_nothing_of_a_slow_line(waves: float) -> None:
    (line,) = look(Fringe(waves / 256, 0.002, 0.3, 0.1))
    assert line.strength == pytest.approx(0.3, rel=3e-3)


def test_a_line_a_thousand_times_weaker() -> None:
    lines = look(Fringe(0.1, 0.05, 0.9), Fringe(0.17, -0.08, 0.0009, 0.3), side=512)
    assert len(lines) == 2, "and nothing that the strong one leaves"
    assert off(lines[1], (0.17, -0.08)) < 3e-4
    assert lines[1].strength == pytest.approx(9e-4, rel=0.12)


@pytest.mark.parametrize(
    "frequency",
    [(0.25, 0.07), (0.1, 0.2501), (-0.2499, 0.12), (0.75, 0.07), (0.2503, 0.2505), (0.25, 0.25),
     (0.25, 0.0), (0.0, 0.25), (0.0, 0.2), (0.24, 0.0)],
)  # fmt: skip
def test_at_the_edge_of_what_a_plane_tells_once(frequency: tuple[float, float]) -> None:
    lines = look(Fringe(*frequency, 0.01, 0.13))
    assert len(lines) == 1
    assert off(lines[0], frequency) < 3e-4


def test_many_lines_are_found_together() -> None:
    rng = np.random.default_rng(8)
    places = [(0.05 + 0.06 * i, 0.07 * j) for i in range(3) for j in (-2, -1, 1, 2)]
    sizes = np.geomspace(0.3, 0.003, len(places))
    lines = look(*[Fringe(*f, a, rng.uniform()) for f, a in zip(places, sizes, strict=True)])
    assert len(lines) == len(places)
    for line, f, size in zip(lines, places, sizes, strict=True):
        assert off(line, f) < 2e-4
        assert line.strength == pytest.approx(size, rel=0.1)


def test_noise_alone_shows_nothing() -> None:
    assert [look(side=128, seed=seed) for seed in range(50)].count(()) >= 49


def test_the_stated_rate_of_false_alarms_is_used() -> None:
    def count(rate: float) -> int:
        found = 0
        for seed in range(30):
            frame = flat_frame(FlatPatch(width=96, height=96, seed=seed + 900))
            lines = find_lines(cut_patch([frame]), false_alarm=rate).found
            assert all(line.false_alarm <= rate for line in lines)
            found += bool(lines)
        return found

    assert 1 <= count(0.5) <= 15
