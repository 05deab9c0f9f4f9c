"""Measured rows of a re-shoot to figures and a verdict, on the true light of a virtual stage."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.errors import CaptureError
from ledcal.files.measurements import write_measurements
from ledcal.files.stage import read_stage
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.pattern import build_pattern
from ledcal.pipeline.corrected import corrected_of_id, corrected_pattern, shown_light
from ledcal.pipeline.fit import fit_profile
from ledcal.pipeline.verify_figures import look_at, regions_of
from ledcal.pipeline.verify_verdict import judge_rows
from ledcal.simulate.scenes import scene_for
from ledcal.simulate.sensor import stage_transform
from ledcal.simulate.stage import with_values
from ledcal.simulate.truth import camera_response
from ledcal.values.measurement import MeasurementFlag, PatchMeasurements
from ledcal.values.pattern import PatchKind
from ledcal.values.stage import Tolerances
from ledcal.values.verify import HELD_OUT_DISTANCE

if TYPE_CHECKING:
    from ledcal.pattern import CorrectedPattern
    from ledcal.simulate.stage import VirtualStage
    from ledcal.values.arrays import FloatArray
    from ledcal.values.pattern import Pattern
    from ledcal.values.profile import Profile
    from ledcal.values.verify import Verification

MEASURING = {PatchKind.ANCHOR, PatchKind.DARK, PatchKind.FLAT}
NOISE = 2e-5


def codes_of(pattern: Pattern) -> tuple[FloatArray, list[str]]:
    patches = [p for frame in pattern.frames for p in frame.patches if p.kind not in MEASURING]
    return np.array([p.code for p in patches]), [p.kind.value for p in patches]


def rows_of(
    stage: VirtualStage, sent: FloatArray, keys: FloatArray, kinds: list[str], *, scale: float = 1.0
) -> PatchMeasurements:
    """What a perfect measurement finds of wall codes, in ACES2065-1, keyed by other codes."""
    seen = scale * camera_response(stage, np.vstack([sent, np.zeros((1, 3))]))
    n = len(seen)
    return PatchMeasurements(
        code=np.vstack([keys, np.zeros((1, 3))]),
        camera=seen,
        sigma=np.full((n, 3), scale * NOISE),
        n_samples=np.full(n, 400),
        saturated=np.zeros(n),
        flags=np.zeros(n, dtype=np.int64),
        kind=(*kinds, "black"),
        frame=("",) * n,
    )


@dataclass(frozen=True)
class Bench:
    """A stage, its profile, and the corrected pattern of that."""

    stage: VirtualStage
    profile: Profile
    made: CorrectedPattern

    def rows(self, stage: VirtualStage | None = None, *, scale: float = 1.0) -> PatchMeasurements:
        content, kinds = codes_of(self.made.content)
        return rows_of(
            stage or self.stage, codes_of(self.made.drawn)[0], content, kinds, scale=scale
        )

    def judged(self, rows: PatchMeasurements, profile: Profile | None = None) -> Verification:
        used = profile or self.profile
        return judge_rows(
            used,
            rows,
            drawn_by=used,
            transform=stage_transform(self.stage),
            others=dict,
        )


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    root = tmp_path_factory.mktemp("bench")
    (root / "stage.toml").write_text('[wall]\nname = "north"\n')
    declared = read_stage(root / "stage.toml")
    stage = scene_for(declared, seed=8)
    shown = build_pattern("quick", "grid", declared.wall)
    codes, kinds = codes_of(shown)
    write_measurements(root / "m.csv", rows_of(stage, codes, codes, kinds))
    profile, _ = fit_profile([root / "m.csv"], out=root / "profile", size=17)
    return Bench(stage, profile, corrected_pattern(profile, "quick", "grid"))


def ids(found: Verification) -> list[str]:
    return [one.id for one in found.findings]


def test_a_pattern_is_found_again_by_its_id(bench: Bench) -> None:
    found = corrected_of_id(bench.profile, bench.made.drawn.pattern_id)
    assert found is not None
    np.testing.assert_array_equal(codes_of(found.content)[0], codes_of(bench.made.content)[0])
    assert corrected_of_id(bench.profile, bench.made.drawn.pattern_id ^ 1) is None
    plain = build_pattern("quick", "grid", bench.profile.stage.wall)
    assert corrected_of_id(bench.profile, plain.pattern_id) is None


def test_an_unchanged_wall_passes_at_any_exposure(bench: Bench) -> None:
    for scale, stops in ((1.0, 0.0), (0.25, -2.0)):
        found = bench.judged(bench.rows(scale=scale))
        assert found.verdict == "pass", found.sentence
        assert ids(found) == []
        whole = found.regions["all"]
        assert whole.achieved.median < 0.6
        assert whole.achieved.p95 < 2.0 * whole.predicted.p95
        components = {one.name: one for one in found.components}
        assert components["exposure"].value == pytest.approx(stops, abs=0.01)


def test_regions_hold_what_they_say(bench: Bench) -> None:
    seen = look_at(bench.profile, bench.rows())
    regions = regions_of(bench.profile, seen)
    assert regions["all"].n + regions["beyond"].n == len(seen.content)
    grey = (np.ptp(seen.content, axis=1) == 0.0) & seen.makeable
    assert regions["greys"].n == grey.sum()
    # What the wall cannot make misses the target, and not the prediction.
    assert regions["beyond"].achieved.p95 > 5.0
    assert regions["beyond"].against_prediction.median < 1.0


def test_held_out_is_what_is_far_from_every_fitted_code(bench: Bench) -> None:
    # Through the host some wall codes are near those that were fitted.
    codes, kinds = codes_of(build_pattern("quick", "grid", bench.profile.stage.wall))
    sent = apply_tetrahedral(bench.profile.correction, codes)
    seen = look_at(bench.profile, rows_of(bench.stage, sent, codes, kinds))
    fitted = bench.profile.measurements.code
    away = np.array([np.linalg.norm(fitted - code, axis=1).min() for code in seen.wall])
    held_out = (away > HELD_OUT_DISTANCE) & seen.makeable
    regions = regions_of(bench.profile, seen)
    assert regions["held_out"].n == held_out.sum()
    assert 0 < held_out.sum() < regions["all"].n


@pytest.mark.parametrize(
    ("change", "component", "value"),
    [
        ("red", "channel_red", -4.0),
        ("exponent", "eotf", 3.0),
        ("black", "black", 0.2),
        ("lens", "camera_white", None),
    ],
)
def test_a_change_is_named_by_its_component(
    bench: Bench, change: str, component: str, value: float | None
) -> None:
    wall = bench.stage.wall
    red, green, blue = wall.gain
    changes: dict[str, dict[str, Any]] = {
        "red": {"gain": (0.96 * red, green, blue)},
        "exponent": {"exponent_error": tuple(v + 0.03 for v in wall.exponent_error)},
        "black": {"ambient_nits": wall.ambient_nits + 0.002 * wall.peak_nits},
        "lens": {"tint": (1.0, 1.0, 0.96)},
    }
    found = bench.judged(bench.rows(with_values(bench.stage, **changes[change])))
    assert found.verdict in {"warn", "fail"}
    assert ids(found) == ["wall-has-changed"]
    off = {one.name: one.value for one in found.components if one.verdict == "fail"}
    assert set(off) == {component}
    if value is not None:
        assert off[component] == pytest.approx(value, rel=0.15)


def test_flagged_and_dark_patches_are_left_out_and_counted(bench: Bench) -> None:
    rows = bench.rows()
    before = look_at(bench.profile, rows)
    flags = rows.flags.copy()
    flags[:3] = int(MeasurementFlag.SATURATED)
    flags[3] = int(MeasurementFlag.NOISY | MeasurementFlag.GREENS_DIFFER)
    spoilt = rows.camera.copy()
    spoilt[:4] *= 3.0
    seen = look_at(bench.profile, replace(rows, flags=flags, camera=spoilt))
    assert seen.left_out["saturated"] == 3
    assert seen.left_out["noisy"] == 1
    dark = before.left_out.get("under 1 nit", 0)
    assert len(seen.content) + 4 + seen.left_out.get("under 1 nit", 0) == len(rows) - 1
    assert seen.left_out.get("under 1 nit", 0) <= dark
    assert seen.scale == pytest.approx(before.scale, rel=0.02)


def test_too_few_patches_are_refused(bench: Bench) -> None:
    rows = bench.rows()
    flags = rows.flags.copy()
    flags[:-6] = int(MeasurementFlag.SATURATED)
    with pytest.raises(CaptureError, match=r"only \d patches could be measured"):
        bench.judged(replace(rows, flags=flags))


def test_noise_is_taken_off_before_the_limits_are_applied(bench: Bench) -> None:
    strict = Tolerances(median_itp=1.5, p95_itp=4.2)
    profile = replace(bench.profile, stage=replace(bench.profile.stage, tolerances=strict))
    rows = bench.rows()
    rng = np.random.default_rng(3)
    sigma = np.maximum(NOISE, 0.01 * np.abs(rows.camera - rows.camera[-1]))
    noisy = replace(rows, camera=rows.camera + sigma * rng.standard_normal(sigma.shape))
    known = bench.judged(replace(noisy, sigma=sigma), profile)
    whole = known.regions["all"]
    assert whole.achieved.median > strict.median_itp
    assert whole.noise.median > 0.5 * strict.median_itp
    assert known.verdict != "fail", known.sentence
    assert bench.judged(noisy, profile).verdict == "fail"


def test_a_profile_that_promises_no_better_is_said_to(bench: Bench) -> None:
    strict = Tolerances(median_itp=0.05, p95_itp=0.1)
    profile = replace(bench.profile, stage=replace(bench.profile.stage, tolerances=strict))
    found = bench.judged(bench.rows(), profile)
    assert found.verdict == "fail"
    assert ids(found) == ["profile-out-of-tolerance"]
    assert "the profile itself promises no better" in found.sentence


def test_what_the_profile_says_is_shown_is_what_its_stage_shows(bench: Bench) -> None:
    drawn, _ = codes_of(bench.made.drawn)
    black = camera_response(bench.stage, np.zeros((1, 3)))
    truth = bench.profile.quality.exposure_scale * (camera_response(bench.stage, drawn) - black)
    said = shown_light(bench.profile, drawn)
    assert float(np.median(np.abs(said / truth - 1.0))) < 0.01


def test_a_few_colours_that_are_off_are_no_changed_wall(bench: Bench) -> None:
    rows = bench.rows()
    spoilt = rows.camera.copy()
    made = look_at(bench.profile, rows).makeable
    content, _ = codes_of(bench.made.content)
    bright = np.flatnonzero(made & (content[: len(made)].max(axis=1) > 0.3))[:3]
    spoilt[bright] = spoilt[-1] + (spoilt[bright] - spoilt[-1]) * [1.4, 1.0, 0.8]
    found = bench.judged(replace(rows, camera=spoilt))
    assert found.verdict == "fail"
    assert ids(found) == ["some-colours-out-of-tolerance"]
    assert found.findings[0].seen.startswith("3 of ")
