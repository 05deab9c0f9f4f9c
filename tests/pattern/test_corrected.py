"""The pattern that a correction is verified with."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.space import P3_D65, aces_luminance
from ledcal.colorimetry.target import target_light
from ledcal.pattern import (
    CORRECTED_SIZES,
    CorrectedPattern,
    build_corrected,
    build_pattern,
    builtin,
)
from ledcal.values.marks import describe_pattern_id, is_corrected_id
from ledcal.values.pattern import FrameKind, PatchKind
from ledcal.values.stage import Target, Wall

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.pattern import Patch, Pattern

MEASURING = {PatchKind.ANCHOR, PatchKind.DARK, PatchKind.FLAT}


def wall_of(eotf: str, peak: float = 1500.0) -> Wall:
    return Wall("w", 960, 540, None, eotf, peak, P3_D65)


def corrected_by(code: FloatArray, red: float = 0.97) -> FloatArray:
    """A correction that is easily told from none."""
    mixed = code @ np.array([[0.95, 0.02, 0.0], [0.03, 0.96, 0.02], [0.02, 0.02, 0.98]])
    return np.asarray(mixed * [red, 1.0, 1.0], np.float64)


def build(
    name: str = "quick", layout: str = "grid", eotf: str = "ST 2084", *, red: float = 0.97
) -> CorrectedPattern:
    target = Target(P3_D65, eotf, 1500.0)
    return build_corrected(
        name,
        layout,
        wall_of(eotf),
        target,
        correct=partial(corrected_by, red=red),
        show=partial(target_light, target),
    )


def patches(pattern: Pattern) -> list[Patch]:
    return [
        patch
        for frame in pattern.frames
        if frame.kind is FrameKind.PATCHES
        for patch in frame.patches
        if patch.kind not in MEASURING
    ]


def codes(pattern: Pattern) -> FloatArray:
    return np.array([patch.code for patch in patches(pattern)])


@pytest.mark.parametrize("eotf", ["ST 2084", "gamma 2.4"])
@pytest.mark.parametrize("layout", ["single", "grid"])
@pytest.mark.parametrize("name", list(CORRECTED_SIZES))
def test_wall_codes_are_drawn_and_content_codes_kept(name: str, layout: str, eotf: str) -> None:
    made = build(name, layout, eotf)
    content, drawn = codes(made.content), codes(made.drawn)
    assert CORRECTED_SIZES[name] <= len(content) <= 1.36 * CORRECTED_SIZES[name]
    np.testing.assert_allclose(drawn, corrected_by(content), atol=0.51 / 65535)
    np.testing.assert_allclose(drawn * 65535, np.rint(drawn * 65535), atol=1e-6)
    np.testing.assert_allclose(content * 1023, np.rint(content * 1023), atol=1e-9)
    assert len(np.unique(content, axis=0)) == len(content)
    assert len(np.unique(drawn, axis=0)) == len(drawn)
    top = made.content.frames[0]
    assert top.kind is FrameKind.BLACK
    assert made.content.pattern_id == made.drawn.pattern_id
    assert 100.0 * target_light(Target(P3_D65, eotf, 1500.0), content).max() <= 1500.0 * 1.2


def test_what_only_measures_is_as_in_a_plain_pattern() -> None:
    made, plain = build(), build_pattern("quick", "grid", wall_of("ST 2084"))

    def measuring(pattern: Pattern) -> list[tuple[object, ...]]:
        return [
            (frame.index, patch.kind, patch.region, tuple(patch.code.tolist()))
            for frame in pattern.frames[:5]
            for patch in frame.patches
            if patch.kind in MEASURING
        ]

    assert measuring(made.drawn) == measuring(made.content) == measuring(plain)


@pytest.mark.parametrize(("fitted", "share"), [("quick", 0.03), ("standard", 0.05), ("full", 0.15)])
def test_hardly_a_colour_is_one_that_a_plain_set_shows(fitted: str, share: float) -> None:
    # On an ideal wall; the ramps of a full set hold one level in six, so some must meet.
    shown = codes(build_pattern(fitted, "grid", wall_of("ST 2084")))
    made = build("full", "single").content
    content = codes(made)
    same = np.abs(content[:, None] - shown[None]).max(axis=2).min(axis=1) < 0.5 / 1023
    assert same.mean() < share
    mixed = [patch.kind is PatchKind.MIXED and patch.code.min() > 0.0 for patch in patches(made)]
    assert not same[np.array(mixed)].any()


def test_greys_skin_shadows_and_edges_are_all_there() -> None:
    target = Target(P3_D65, "ST 2084", 1500.0)
    content = codes(build("standard", "single").content)
    nits = 100.0 * np.asarray(aces_luminance(target_light(target, content)))
    greys = np.ptp(content, axis=1) == 0.0
    assert greys.sum() >= 20
    assert nits[greys].min() < 3.0
    assert nits[greys].max() > 1490.0
    assert ((nits < 30.0) & ~greys).sum() >= 10
    assert (content.min(axis=1) == 0.0).sum() >= 30


def test_the_same_profile_gives_the_same_pattern_and_another_one_another_id() -> None:
    made = build()
    assert build().drawn.pattern_id == made.drawn.pattern_id
    np.testing.assert_array_equal(codes(build().drawn), codes(made.drawn))
    # A hundredth of a step of 10 bits at the top of one channel, which a still carries.
    again = build(red=0.970012).drawn
    np.testing.assert_array_equal(np.rint(codes(again) * 1023), np.rint(codes(made.drawn) * 1023))
    assert again.pattern_id != made.drawn.pattern_id
    assert build(layout="single").drawn.pattern_id != made.drawn.pattern_id


def test_its_id_says_that_a_correction_is_in_it_and_is_not_built_in() -> None:
    number = build().drawn.pattern_id
    assert is_corrected_id(number)
    assert describe_pattern_id(number).startswith("corrected quick grid (")
    assert builtin(number, wall_of("ST 2084")) is None
    assert not is_corrected_id(build_pattern("quick", "grid", wall_of("ST 2084")).pattern_id)


def test_a_correction_that_makes_everything_the_same_is_refused() -> None:
    target = Target(P3_D65, "ST 2084", 1500.0)
    with pytest.raises(ValueError, match="leaves only 1 different colours of 36"):
        build_corrected(
            *("quick", "single", wall_of("ST 2084"), target),
            correct=lambda code: np.full_like(code, 0.5),
            show=partial(target_light, target),
        )
