from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.measure.region import measure_polygon, measure_polygons
from ledcal.values.frame import Plane

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray


def outline(
    middle: tuple[float, float], half: tuple[float, float], turn_deg: float = 0.0
) -> FloatArray:
    """Rectangle with three points a side between its corners."""
    steps = (-1.0, -0.5, 0.0, 0.5)
    square = [(t, -1.0) for t in steps] + [(1.0, t) for t in steps]
    square += [(-t, 1.0) for t in steps] + [(-1.0, -t) for t in steps]
    angle = np.deg2rad(turn_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray(np.array(middle) + (np.array(square) * half) @ turn.T, dtype=np.float64)


def inside(plane: Plane, corners: FloatArray) -> np.ndarray:
    """Every photosite against every side of the polygon."""
    rows, columns = plane.values.shape
    x, y = np.meshgrid(np.arange(columns), np.arange(rows))
    x, y = plane.x + plane.step * x, plane.y + plane.step * y
    after = np.roll(corners, -1, axis=0)
    found = np.ones((rows, columns), dtype=bool)
    for (ax, ay), (bx, by) in zip(corners, after, strict=True):
        found &= (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= -1e-6
    return found


def noisy_plane(shape: tuple[int, int] = (90, 120), *, x: int = 1, y: int = 0) -> Plane:
    values = np.random.default_rng(3).normal(2000.0, 40.0, shape)
    return Plane(np.rint(values).astype(np.uint16), "G1", x, y, 2, 512.0, 16383.0, 16383.0)


@pytest.mark.parametrize("turn_deg", [0.0, 0.3, 2.0, 10.0, 45.0, 90.0, -33.0])
@pytest.mark.parametrize("half", [(60.0, 40.0), (9.0, 7.5), (30.2, 4.1)])
@pytest.mark.parametrize("middle", [(120.3, 91.8), (10.0, 6.0), (238.0, 178.0)])
def test_the_photosites_inside_are_measured(
    middle: tuple[float, float], half: tuple[float, float], turn_deg: float
) -> None:
    plane = noisy_plane()
    corners = outline(middle, half, turn_deg)
    values = plane.values[inside(plane, corners)].astype(np.float64)
    found = measure_polygon(plane, corners)
    assert found.n == pytest.approx(len(values), rel=0.006)
    mean = (values.mean() - plane.black) / (plane.white - plane.black)
    assert found.mean == pytest.approx(mean, abs=0.2 * found.deviation / len(values) ** 0.5)
    deviation = values.std() / (plane.white - plane.black)
    assert found.deviation == pytest.approx(deviation, rel=0.02)


def test_outliers_are_left_out_and_saturated_ones_counted() -> None:
    plane = noisy_plane()
    values = plane.values.copy()
    values[10:14, 20:25] = 16383
    spoilt = Plane(values, "G1", 1, 0, 2, 512.0, 16383.0, 16383.0)
    corners = outline((80.0, 60.0), (50.0, 50.0))
    clean, found = measure_polygon(plane, corners), measure_polygon(spoilt, corners)
    assert found.n == clean.n - 20
    assert found.saturated == pytest.approx(20 / clean.n)
    assert found.mean == pytest.approx(clean.mean, abs=0.3 * clean.deviation / clean.n**0.5)
    assert clean.saturated == 0.0


@pytest.mark.parametrize("turn_deg", [0.0, 20.0])
def test_a_slope_shows_in_the_gradient(turn_deg: float) -> None:
    y, x = np.indices((90, 120))
    values = 512.0 + 1000.0 + 5.0 * x + 1.0 * y
    plane = Plane(values.astype(np.uint16), "G1", 0, 0, 2, 512.0, 16383.0, 16383.0)
    found = measure_polygon(plane, outline((120.0, 90.0), (60.0, 60.0), turn_deg))
    kept = inside(plane, outline((120.0, 90.0), (60.0, 60.0), turn_deg))
    left, right = kept & (x < 60), kept & (x >= 60)
    apart = (values[right].mean() - values[left].mean()) / (values[kept].mean() - 512.0)
    assert found.gradient == pytest.approx(apart, rel=0.05)


def test_periodic_structure_does_not_bias_what_is_clipped() -> None:
    # Columns of three kinds: samples from every third would find the others far outside.
    values = np.full((210, 210), 600, dtype=np.uint16)
    values += np.random.default_rng(0).integers(0, 20, values.shape).astype(np.uint16)
    values[:, 1::3] += 150
    values[:, 2::3] += 300
    plane = Plane(values, "G1", 0, 0, 1, 512.0, 16383.0, 16383.0)
    found = measure_polygon(plane, outline((104.5, 104.5), (105.0, 105.0)))
    assert found.n == 210**2
    assert found.mean == pytest.approx((values.mean() - 512.0) / (16383.0 - 512.0), rel=1e-5)


def test_planes_are_measured_as_each_alone() -> None:
    planes = [noisy_plane((90, 120 - x), x=x, y=y) for x in (0, 1) for y in (0, 1)]
    corners = outline((40.3, 88.0), (39.0, 39.0), 4.0)
    together = measure_polygons(planes, corners)
    assert together == [measure_polygon(plane, corners) for plane in planes]
    assert len({found.n for found in together}) > 1


def test_outside_and_tiny_regions_have_no_samples() -> None:
    plane = noisy_plane()
    for corners in (outline((900.0, 40.0), (20.0, 20.0)), outline((50.0, -90.0), (20.0, 20.0))):
        assert measure_polygon(plane, corners).n == 0
        assert np.isnan(measure_polygon(plane, corners).mean)
    assert measure_polygon(plane, outline((51.0, 51.0), (1.5, 1.5))).n == 0
    assert measure_polygon(plane, outline((51.0, 51.0), (0.1, 0.1))).n == 0


def test_floats_are_measured_too() -> None:
    values = np.random.default_rng(1).normal(0.2, 0.01, (60, 60)).astype(np.float32)
    plane = Plane(values, "R", 0, 0, 1, 0.0, 1.0, float("inf"))
    found = measure_polygon(plane, outline((30.0, 30.0), (20.0, 20.0)))
    assert found.mean == pytest.approx(float(values[10:51, 10:51].mean()), abs=1e-6)
    assert found.saturated == 0.0
