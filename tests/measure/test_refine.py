from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.measure.refine import fit_view
from ledcal.measure.strip import StripEdges
from tests.measure.camera import Camera

if TYPE_CHECKING:
    from ledcal.measure.view import WallView

GRID = np.stack(np.meshgrid(np.linspace(60, 1860, 24), [60.0, 110.0, 970.0, 1020.0]), -1)
POINTS = GRID.reshape(-1, 2)


def edges_of(start: WallView, truth: WallView) -> StripEdges:
    """What a picture taken through `truth` shows to somebody who believes `start`."""
    wall = np.repeat(POINTS, 2, axis=0)
    normal = np.tile([[1.0, 0.0], [0.0, 1.0]], (len(POINTS), 1))
    seen = truth.to_frame(wall)
    here = start.to_frame(wall)
    direction = start.to_frame(wall + normal) - here
    offset = ((seen - here) * direction).sum(axis=1) / (direction**2).sum(axis=1)
    return StripEdges(wall, normal, offset, 1.0)


def worst(found: WallView, truth: WallView) -> float:
    error = found.to_frame(POINTS) - truth.to_frame(POINTS)
    return float(np.linalg.norm(error, axis=1).max())


@pytest.mark.parametrize("k1", [0.0, -0.05, 0.05])
@pytest.mark.parametrize("turn", [0.0, 10.0, 180.0])
def test_a_moved_view_is_found(k1: float, turn: float) -> None:
    truth = Camera(k1=k1, rotation_deg=turn, yaw=0.1).view(1920, 1080)
    start = Camera(rotation_deg=turn + 0.1, yaw=0.1, shift=(2.0, -1.5)).view(1920, 1080)
    found = start
    for _ in range(3):
        found = fit_view(found, edges_of(found, truth))
    assert worst(start, truth) > 3.0
    assert worst(found, truth) < 0.05
    assert found.k1 == pytest.approx(k1, abs=0.002)


def test_outliers_fade() -> None:
    truth = Camera(shift=(1.0, 1.0)).view(1920, 1080)
    start = Camera().view(1920, 1080)
    edges = edges_of(start, truth)
    offset = edges.offset.copy()
    offset[::17] += 25.0
    spoilt = StripEdges(edges.wall, edges.normal, offset, 1.0)
    assert worst(fit_view(start, spoilt), truth) < 0.6 < worst(start, truth)


def test_markers_hold_what_edges_do_not_show() -> None:
    truth = Camera(shift=(3.0, 0.0)).view(1920, 1080)
    start = Camera().view(1920, 1080)
    edges = edges_of(start, truth)
    only_down = StripEdges(edges.wall[1::2], edges.normal[1::2], edges.offset[1::2], 1.0)
    found = fit_view(start, only_down, (POINTS, truth.to_frame(POINTS)))
    assert worst(found, truth) < 0.3


def test_a_good_view_stays_and_few_edges_change_nothing() -> None:
    view = Camera().view(1920, 1080)
    edges = edges_of(view, view)
    assert worst(fit_view(view, edges), view) < 1e-6
    few = StripEdges(edges.wall[:3], edges.normal[:3], np.full(3, 5.0), 1.0)
    assert fit_view(view, few) is view
