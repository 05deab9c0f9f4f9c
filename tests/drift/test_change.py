"""Twelve numbers of a change: right, with errors that can be believed, whatever else is odd."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.drift.change import measure_change
from tests.drift.made import ALIKE, LEVEL, PARTS, light_of, of_camera, of_leds, pairs_of, row_of

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.pairs import Change

PURER = np.array([[0.0, 0.0, 0.0], [0.004, -0.002, 0.006], [0.0, 0.0, 0.0]])


def numbers(change: Change) -> FloatArray:
    return np.concatenate([change.gain.reshape(-1), change.exponent])


def truth(gain: FloatArray | float, exponent: FloatArray | float) -> FloatArray:
    return np.concatenate(
        [np.broadcast_to(gain, (3, 3)).reshape(-1), np.broadcast_to(exponent, 3)]
    ).astype(np.float64)


def errors(change: Change) -> FloatArray:
    return np.asarray(np.sqrt(np.diag(change.covariance)))


@pytest.mark.parametrize(
    ("gain", "exponent"),
    [
        (0.0, 0.0),
        (0.05, 0.0),
        (of_leds(-0.01, 0.0, 0.004), 0.0),
        (of_camera(0.01, 0.0, -0.02), 0.01),
        (PURER, np.array([0.02, 0.0, -0.01])),
        (of_leds(-0.02, 0.0, 0.0) + of_camera(0.0, 0.0, 0.01) - 0.2, 0.02),
    ],
    ids=["nothing", "all", "leds", "camera", "primary", "everything"],
)
def test_a_known_change_is_recovered_within_its_errors(
    gain: FloatArray | float, exponent: FloatArray | float
) -> None:
    made = [measure_change(pairs_of(gain, exponent, seed=seed)) for seed in range(40)]
    off = np.array([(numbers(one) - truth(gain, exponent)) / errors(one) for one in made])
    assert np.abs(off).max() < 4.0
    assert np.abs(off.mean(axis=0)).max() < 0.5, "no bias to speak of"
    assert (np.abs(off) < 1.0).mean() > 0.68
    # They must also be small enough to be of use: of an LED colour in its own channel.
    assert errors(made[0])[[0, 4, 8, 9, 10, 11]].max() < 0.0015


def test_errors_are_as_large_as_what_they_are_errors_of() -> None:
    plain = measure_change(pairs_of(seed=None))
    allowed = plain.slack * light_of()
    rng = np.random.default_rng(5)
    off = []
    for _ in range(150):
        pairs = pairs_of(seed=None)
        change = measure_change(
            replace(pairs, now=pairs.now + allowed * rng.standard_normal(allowed.shape))
        )
        off.append(numbers(change) / errors(change))
    spread = np.std(off, axis=0)
    assert spread.min() > 0.8
    assert spread.max() < 1.2
    assert np.sqrt(np.mean(np.square(off))) == pytest.approx(1.0, abs=0.06)


def test_errors_grow_with_the_noise() -> None:
    noisy = [measure_change(pairs_of(seed=seed, noise=0.01)) for seed in range(100)]
    off = np.array([numbers(one)[:9] / errors(one)[:9] for one in noisy])
    assert np.sqrt(np.mean(off**2)) == pytest.approx(0.95, abs=0.1)
    assert errors(noisy[0])[0] > 8.0 * errors(measure_change(pairs_of()))[0]


def test_a_wall_that_holds_back_at_its_peak_pulls_nothing() -> None:
    held = np.ones((len(LEVEL), 1))
    held[row_of(1.0)] = 0.97
    change = measure_change(pairs_of(of_leds(-0.01, 0.0, 0.0), seed=None, off=held))
    np.testing.assert_allclose(change.gain, of_leds(-0.01, 0.0, 0.0), atol=6e-4)
    assert np.abs(change.exponent).max() < 6e-4
    assert change.misfit[row_of(1.0)] == pytest.approx(-0.03 * ALIKE, abs=0.002)
    assert change.slack[row_of(1.0)].min() > 0.009


def test_a_stray_patch_is_held_off_and_seen_in_what_is_left() -> None:
    stray = np.ones((len(LEVEL), 1))
    stray[row_of(0.25)] = 1.2
    change = measure_change(pairs_of(of_leds(0.0, 0.01, 0.0), seed=None, off=stray))
    np.testing.assert_allclose(change.gain, of_leds(0.0, 0.01, 0.0), atol=0.002)
    assert int(np.argmax(np.abs(change.misfit).min(axis=1))) == row_of(0.25)
    assert change.misfit[row_of(0.25)].min() > 0.17


@pytest.mark.parametrize(
    ("gain", "exponent"),
    [
        (-3.0, 0.0),
        (2.0, 0.0),
        (of_leds(-1.2, 0.0, 1.1), 0.0),
        (of_camera(0.7, 0.0, -0.9), 0.3),
        (0.0, np.array([0.5, -0.3, 0.4])),
    ],
)
def test_a_huge_change_is_found_too(gain: FloatArray | float, exponent: FloatArray | float) -> None:
    change = measure_change(pairs_of(gain, exponent, seed=None))
    off = numbers(change) - truth(gain, exponent)
    assert np.abs(off[[0, 4, 8, 9, 10, 11]]).max() < 0.01
    assert np.abs(off).max() < 0.03, "also where an LED colour gives next to nothing"


def test_what_the_patches_do_not_show_stays_near_nothing() -> None:
    singles = measure_change(pairs_of(of_leds(-0.02, 0.0, 0.0), seed=None, rows=[0, 1, 2]))
    assert np.abs(singles.exponent).max() < 0.05
    assert singles.covariance[9, 9] == pytest.approx(0.25, rel=0.2), "as if nothing were known"
    greys = measure_change(pairs_of(seed=None, rows=range(3, 10)))
    assert np.abs(numbers(greys)).max() < 1e-6
    assert errors(greys).max() > 0.2, "greys alone do not say which LED colour it was"


def test_what_each_led_colour_gives_need_not_be_pure() -> None:
    assert (PARTS > 0).all()
    change = measure_change(pairs_of(PURER, seed=None))
    np.testing.assert_allclose(change.gain, PURER, atol=1e-5)


def test_the_errors_belong_together() -> None:
    covariance = measure_change(pairs_of()).covariance
    np.testing.assert_allclose(covariance, covariance.T, rtol=1e-9)
    assert np.linalg.eigvalsh(covariance).min() > 0
