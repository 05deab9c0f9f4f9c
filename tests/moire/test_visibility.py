"""What an eye sees of fringes: published thresholds, and the worst of all viewing distances."""

from __future__ import annotations

import time

import numpy as np
import pytest

from ledcal.colorimetry.vision import (
    chromatic_sensitivity,
    luminance_threshold,
    opponent_contrast,
    pixels_per_degree,
)
from ledcal.moire import visibility as module
from ledcal.moire.visibility import visibility

PERIODS = np.array([2.5, 4, 6, 10, 20, 50, 100, 200, 500])
# Thresholds in % by period: heights of the picture, its rows, cd/m2.
TABLE = {
    (1.5, 2160, 100.0): [1.27, 0.457, 0.262, 0.171, 0.139, 0.181, 0.302, 0.570, 1.40],
    (3.0, 2160, 100.0): [39.9, 2.66, 0.801, 0.327, 0.171, 0.141, 0.181, 0.302, 0.708],
    (3.0, 1080, 100.0): [1.27, 0.457, 0.262, 0.171, 0.139, 0.181, 0.302, 0.570, 1.40],
    (1.0, 2160, 48.0): [0.62, 0.310, 0.209, 0.157, 0.150, 0.240, 0.435, 0.846, 2.10],
}
WORST = [0.327, 0.199, 0.156, 0.139, 0.139, 0.139, 0.157, 0.238, 0.536]


@pytest.mark.parametrize("view", TABLE)
def test_thresholds_of_a_viewing_distance(view: tuple[float, int, float]) -> None:
    heights, rows, nits = view
    cpd = pixels_per_degree(rows, heights) / PERIODS
    # The table is printed to three digits.
    np.testing.assert_allclose(luminance_threshold(cpd, nits=nits) * 100, TABLE[view], rtol=4e-3)


@pytest.mark.parametrize(
    ("nits", "least"), [(5.0, 0.191), (48.0, 0.146), (100.0, 0.139), (300.0, 0.133)]
)
def test_the_least_contrast_at_any_frequency(nits: float, least: float) -> None:
    found = luminance_threshold(np.geomspace(0.05, 60, 2000), nits=nits).min() * 100
    assert found == pytest.approx(least, abs=5e-4)


def test_the_worst_viewing_distance() -> None:
    seen = visibility(0.01, PERIODS, "luminance", gamma=1.0)
    np.testing.assert_allclose(1.0 / seen, WORST, rtol=5e-3)


def test_the_table_at_100_nits_is_what_colour_science_says() -> None:
    np.testing.assert_allclose(
        module._LEAST_AT_100_NITS * 1e-5, module.least_luminance(), rtol=4e-4
    )


def test_between_the_nodes_of_the_table() -> None:
    rng = np.random.default_rng(4)
    period = 2160 * 2.0 ** rng.uniform(-9.9, -0.7, 200)
    heights = np.geomspace(module.NEAREST_HEIGHTS, module.FARTHEST_HEIGHTS, 300)
    cpd = pixels_per_degree(2160, heights) / period[:, None]
    least = luminance_threshold(cpd).min(axis=1)
    np.testing.assert_allclose(
        visibility(1.0, period, "luminance", gamma=1.0) * least, 1, rtol=3e-3
    )


def test_what_rows_and_gamma_and_luminance_do() -> None:
    one = visibility(0.02, 30.0, "luminance")
    assert visibility(0.02, 15.0, "luminance", rows=1080) == pytest.approx(one)
    assert visibility(0.02, 30.0, "luminance", gamma=2.4) == pytest.approx(2 * one)
    at_48 = visibility(0.02, 30.0, "luminance", luminance=48.0)
    assert at_48 == pytest.approx(0.02 * 1.2 / 0.00146, rel=5e-3)


def test_fringes_wider_than_the_picture_are_shading() -> None:
    wide = visibility(0.5, [1439.0, 1441.0, np.inf], "red-blue")
    assert wide[0] > 1
    assert wide[1:].tolist() == [0.0, 0.0]


def test_colours_are_weighed_by_their_luminance_where_fringes_are_fine() -> None:
    grey = visibility(0.01, 8.0, "luminance")
    assert visibility(0.01, 8.0, "red-blue") / grey == pytest.approx(0.2126 - 0.0722, abs=1e-3)
    magenta = visibility(0.01, 8.0, "green-magenta") / grey
    assert magenta == pytest.approx(0.7152 - 0.2126 - 0.0722, abs=1e-3)


def test_broad_fringes_are_seen_by_their_colour() -> None:
    grey = 0.01 * 1.2 * 0.1404 / 0.00536
    assert visibility(0.01, 500.0, "red-blue") > 2 * grey


def test_white_light_has_no_colour() -> None:
    # Two sets of colour matching functions that do not quite agree leave a hundredth.
    np.testing.assert_allclose(opponent_contrast([1, 1, 1]), [1, 0, 0], atol=0.011)


def test_sensitivity_to_colour_is_low_pass() -> None:
    sensitivity = chromatic_sensitivity(np.geomspace(0.5, 32, 40))
    assert (np.diff(sensitivity, axis=0) < 0).all()
    grey = 1 / luminance_threshold([0.25, 12.0])
    # In cone contrast colour wins below half a cycle and loses above.
    assert chromatic_sensitivity(0.25)[0] > grey[0]
    assert chromatic_sensitivity(12.0)[0] < grey[1]


def test_several_colours_at_once() -> None:
    names = np.array(["luminance", "red-blue", "green-magenta"])
    together = visibility(0.01, 20.0, names)
    alone = [float(visibility(0.01, 20.0, name)) for name in names]
    assert together.tolist() == alone
    with pytest.raises(ValueError, match="colour 'green'"):
        visibility(0.01, 20.0, "green")


def test_a_million_are_quick() -> None:
    period = np.geomspace(2, 1000, 1_000_000)
    visibility(0.01, period[:2], "red-blue")
    best = np.inf
    for _ in range(3):
        began = time.perf_counter()
        visibility(0.01, period, "red-blue")
        best = min(best, time.perf_counter() - began)
    assert best < 0.5
