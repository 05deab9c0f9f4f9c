"""Takes made by hand for the rules: a sound one, and what it is to be changed in."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.colorimetry.space import P3_D65, matrix_rgb_to_aces
from ledcal.colorimetry.transfer import eotf, eotf_inverse
from ledcal.diagnose.case import Case
from ledcal.diagnose.registry import RULES, diagnose
from ledcal.pattern import build_pattern
from ledcal.values.evidence import FrameColumns, Sorting, TakeEvidence, WallLight
from ledcal.values.frame import Exposure
from ledcal.values.measurement import PatchMeasurements
from ledcal.values.stage import Camera, Stage, Target, Wall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ledcal.measure import Combined
    from ledcal.values.arrays import FloatArray
    from ledcal.values.camera import CameraTransform
    from ledcal.values.finding import Finding
    from ledcal.values.folder import FolderFacts
    from ledcal.values.pattern import Pattern

TO_ACES = matrix_rgb_to_aces(P3_D65)
# Neutral stays neutral, colours are purer than declared: such a wall is not corrected already.
WALL_TO_ACES = TO_ACES @ (1.25 * np.eye(3) - 0.25 / 3.0)
PEAK_NITS = 1500.0
WIDTH, HEIGHT = 640, 360
EXPOSURE = Exposure(1 / 48, 4.0, 800.0)
# What may stand in a sentence for a user, and nothing that a program left in it.
_LEFT_BEHIND = re.compile(r"\b(nan|inf|None|True|False|e-\d\d)\b|[{}\[\]]|  |\bcolor\b|\bgray\b")
_SEVERITIES = ("note", "warning", "fail")


def make_stage(eotf_name: str = "ST 2084", peak_nits: float = PEAK_NITS) -> Stage:
    wall = Wall("test", WIDTH, HEIGHT, None, eotf_name, peak_nits, P3_D65)
    return Stage(wall, Camera(), Target(P3_D65, eotf_name, peak_nits))


@cache
def make_pattern(layout: str = "grid", width: int = WIDTH, height: int = HEIGHT) -> Pattern:
    wall = Wall("test", width, height, None, "ST 2084", PEAK_NITS, P3_D65)
    return build_pattern("quick", layout, wall)


def make_codes(stage: Stage, top: float = 1.0) -> FloatArray:
    """Black, ramps of grey, red, green and blue, their pairs at the top, and mixtures.

    `top` is the share of the peak's light that the ramps reach.
    """
    wall = stage.wall
    nits = np.array([top * wall.peak_nits])
    highest = float(eotf_inverse(wall.eotf, nits, peak_nits=wall.peak_nits)[0])
    level = np.linspace(0.15, 1.0, 14) * highest
    ramps = [level[:, None] * np.array(way, float) for way in ((1, 1, 1), *np.eye(3))]
    pairs = highest * np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]])
    mixed = highest * np.random.default_rng(8).uniform(0.25, 0.9, (24, 3))
    return np.concatenate([np.zeros((1, 3)), *ramps, pairs, mixed])


def wall_light(code: FloatArray, stage: Stage) -> FloatArray:
    """What an ideal wall shows: ACES2065-1, 1.0 is its peak."""
    wall = stage.wall
    light = eotf(wall.eotf, code, peak_nits=wall.peak_nits) / wall.peak_nits
    return np.asarray(light @ TO_ACES.T, np.float64)


def make_measurements(
    stage: Stage | None = None,
    light_of: Callable[[FloatArray, Stage], FloatArray] | None = None,
    code: FloatArray | None = None,
    **changes: Any,
) -> PatchMeasurements:
    """What a camera that exposes white to 0.3 sees of codes, `light_of` them and a bit of black."""
    of = stage or make_stage()
    codes = make_codes(of) if code is None else code
    light = (light_of or uncorrected)(codes, of)
    n = len(codes)
    is_grey = np.ptp(codes, axis=1) == 0
    values: dict[str, Any] = {
        "code": codes,
        "camera": 0.3 * light + 1e-5,
        "sigma": np.full((n, 3), 1e-7),
        "n_samples": np.full(n, 400),
        "saturated": np.zeros(n),
        "flags": np.zeros(n, np.int64),
        "kind": tuple("neutral" if grey else "mixed" for grey in is_grey),
        "frame": tuple(f"{i // 12:04d}.dng" for i in range(n)),
    }
    return PatchMeasurements(**values | changes)


def uncorrected(code: FloatArray, stage: Stage) -> FloatArray:
    """A wall that follows its EOTF and has colours of its own, so that nothing is to be said."""
    lights = eotf(stage.wall.eotf, code, peak_nits=stage.wall.peak_nits) / stage.wall.peak_nits
    return np.asarray(lights @ WALL_TO_ACES.T, np.float64)


def make_columns(n: int = 6, **changes: Any) -> FrameColumns:
    """`n` frames that were shot alike, straight on, in the middle of 960 x 540 pixels."""
    middle = np.array([[1.0, 0.0, 160.0], [0.0, 1.0, 90.0], [0.0, 0.0, 1.0]])
    values: dict[str, Any] = {
        "names": tuple(f"{i:04d}.dng" for i in range(n)),
        "numbers": np.arange(n),
        "exposures": (EXPOSURE,) * n,
        "neutral": np.tile([0.5, 1.0, 0.7], (n, 1)),
        "brightest": np.full(n, 0.5),
        "clipped": np.zeros(n),
        "outside": np.zeros(n),
        "blur_px": np.full(n, 1.5),
        "homography": np.tile(middle, (n, 1, 1)),
        "gain": np.ones((n, 3)),
        "gain_error": np.full((n, 3), 1e-4),
        "mean_light": np.linspace(0.02, 0.2, n),
    }
    return FrameColumns(**values | changes)


def make_take(**changes: Any) -> TakeEvidence:
    """A sound raw take of the quick pattern; `changes` go to it and to its parts."""
    pattern = changes.pop("pattern", make_pattern())
    frames = changes.pop("frames", None) or make_columns(len(pattern.frames))
    light = {
        name: changes.pop(name, default)
        for name, default in {
            "black": np.full(3, 1e-4),
            "peak": np.full(3, 0.5),
            "veil": 0.004,
            "fields": (np.ones((10, 30, 3)),),
        }.items()
    }
    values: dict[str, Any] = {
        "pattern": pattern,
        "is_raw": True,
        "frame_px": (960, 540),
        "sorting": Sorting(n_used=len(frames.names)),
        "frames": frames,
        "light": WallLight(**light),
    }
    return TakeEvidence(**values | changes)


def make_case(
    measurements: PatchMeasurements | None = None,
    *,
    stage: Stage | None = None,
    take: TakeEvidence | None = None,
    transform: CameraTransform | None = None,
    folder: FolderFacts | None = None,
) -> Case:
    """A case of which only what is given is unusual; without a take it is a table."""
    of = stage or make_stage()
    table = make_measurements(of) if measurements is None else measurements
    return Case(of, table, transform=transform, take=take, folder=folder)


def case_of(measured: Combined, to_aces: CameraTransform, stage: Stage) -> Case:
    """What the pipeline makes of a combined take that is still in camera RGB."""
    return Case(
        stage,
        replace(to_aces.carry(measured.measurements)),
        transform=to_aces,
        take=measured.evidence,
    )


def found_in(case: Case) -> dict[str, Finding]:
    """All findings of a case by id, each as plain as it has to be."""
    found = diagnose(case)
    names = [finding.id for finding in found]
    assert len(set(names)) == len(names), names
    for finding in found:
        require_plain(finding)
    return {finding.id: finding for finding in found}


def said_by(examine: Callable[[Case], Iterable[Finding]], case: Case) -> dict[str, Finding]:
    """What one rule says of a case, each finding one of those that the registry expects of it."""
    (rule,) = (rule for rule in RULES if rule.examine is examine)
    found = list(rule.examine(case))
    for finding in found:
        require_plain(finding)
        assert finding.id in rule.ids
    assert len({finding.id for finding in found}) == len(found)
    return {finding.id: finding for finding in found}


def require_plain(finding: Finding) -> None:
    """Fail where a message is not one that can be read out at a shoot."""
    assert finding.severity in _SEVERITIES
    assert 0.0 < finding.confidence <= 1.0
    for text in (finding.seen, finding.cause, finding.fix):
        assert text == text.strip(), text
        assert text, finding.id
        assert not text.endswith("."), text
        left = _LEFT_BEHIND.search(text)
        assert left is None, (left, text)
    assert finding.fix[0].islower(), finding.fix
    # Stray light says only how to get rid of it; test_optics expects more.
    if finding.reshoot:
        assert "shoot" in finding.fix, finding.fix
