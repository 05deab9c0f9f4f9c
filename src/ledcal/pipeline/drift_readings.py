"""Readings of drift takes against each other, with what the stage says of its wall."""

from __future__ import annotations

import itertools
import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.space import matrix_aces_to_xyz
from ledcal.colorimetry.transfer import eotf
from ledcal.drift.compare import average, compare_readings
from ledcal.drift.curve import name_curve
from ledcal.drift.split import restlessness
from ledcal.values.drift import DriftLimits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledcal.drift.compare import DriftComparison
    from ledcal.values.arrays import FloatArray
    from ledcal.values.camera import CameraTransform
    from ledcal.values.reading import DriftReading
    from ledcal.values.stage import Wall


def compare_takes(
    baseline: Sequence[DriftReading],
    now: DriftReading,
    wall: Wall,
    transform: CameraTransform,
    limits: DriftLimits,
    *,
    repeatability: Mapping[str, float] | None = None,
) -> DriftComparison:
    """Compare a take with the mean of those of the baseline.

    Parameters
    ----------
    baseline : sequence of DriftReading
        One or more.
    now : DriftReading
        Of the same pattern and camera.
    wall : Wall
        EOTF, peak and, where it is known, the size of a cabinet.
    transform : CameraTransform
        Camera RGB to ACES2065-1.
    limits : DriftLimits
        Of the stage.
    repeatability : mapping of str to float or None
        By component; from `repeatability_of`.

    Returns
    -------
    DriftComparison
        See there.

    Raises
    ------
    CaptureError
        If the take cannot be compared.
    """
    raster = wall.raster
    panel = None
    if raster.panel_width_px and raster.panel_height_px:
        panel = (raster.panel_width_px, raster.panel_height_px)
    return compare_readings(
        average(baseline),
        now,
        limits,
        to_xyz=np.asarray(matrix_aces_to_xyz() @ transform.combined(), np.float64),
        level=level_of(now.code, wall),
        repeatability=repeatability,
        panel_px=panel,
        name_curve=partial(name_curve, declared=wall.eotf, peak_nits=wall.peak_nits),
    )


def level_of(code: FloatArray, wall: Wall) -> FloatArray:
    """Light of each LED colour, relative to full, by the wall's nominal EOTF."""
    return np.asarray(eotf(wall.eotf, code, peak_nits=wall.peak_nits) / wall.peak_nits, np.float64)


def repeatability_of(
    readings: Sequence[DriftReading], wall: Wall, transform: CameraTransform
) -> dict[str, float]:
    """How far one take of a baseline is off by itself, by component.

    The root mean square over every two takes.

    Parameters
    ----------
    readings : sequence of DriftReading
        Of an unchanged stage.
    wall, transform
        As `compare_takes` takes them.

    Returns
    -------
    dict of str to float
        In each component's unit; empty of a single take.
    """
    found: dict[str, list[float]] = {}
    for one, other in itertools.combinations(readings, 2):
        made = compare_takes([one], other, wall, transform, DriftLimits())
        sizes = restlessness(made.pairs)
        sizes |= {
            component.name: abs(component.value) / math.sqrt(2.0)
            for component in made.components
            if component.name not in sizes and math.isfinite(component.value)
        }
        for name, size in sizes.items():
            found.setdefault(name, []).append(size)
    return {name: float(np.sqrt(np.mean(np.square(sizes)))) for name, sizes in found.items()}
