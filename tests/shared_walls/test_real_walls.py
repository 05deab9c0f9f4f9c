"""Real walls, held-out ColorChecker. The files stay outside the project; absent, it is skipped."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]
WALLS = ROOT.parent / "shared" / "data" / "real_walls"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not WALLS.is_dir(), reason="no measurements of real walls in ../shared"),
]

# Better of curve + matrix least squares and OpenVPCal, as given; within 15 % of it.
LIMITS = {"roe_balanced": 1.15 * 1.9, "aoto_pretest": 1.15 * 4.4, "srgb_wall": 1.15 * 5.5}


@pytest.fixture(scope="module")
def benchmark_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("real_walls", ROOT / "benchmarks/real_walls.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["real_walls"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", LIMITS)
def test_the_held_out_chart_is_predicted(benchmark_module: ModuleType, name: str) -> None:
    wall = benchmark_module.read_wall(WALLS / f"{name}.csv")
    predicted, n_outliers = benchmark_module.predict_with_ledcal(wall)
    errors = benchmark_module.held_out_errors(wall, predicted)
    assert errors.shape == (24,)
    assert errors.mean() < LIMITS[name]
    assert n_outliers <= 6


@pytest.mark.parametrize("name", LIMITS)
def test_the_fitted_ramp_is_followed(benchmark_module: ModuleType, name: str) -> None:
    wall = benchmark_module.read_wall(WALLS / f"{name}.csv")
    predicted, _ = benchmark_module.predict_with_ledcal(wall)
    shown = ~wall.held_out & (wall.camera.min(axis=1) > 0.02)
    ratio = predicted[shown] / wall.camera[shown]
    assert np.median(np.abs(ratio - 1)) < 0.01
    assert np.percentile(np.abs(ratio - 1), 90) < 0.05
