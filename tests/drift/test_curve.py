"""Which curve the greys follow now: named where it is sure, and else not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.transfer import eotf, eotf_inverse
from ledcal.drift.curve import name_curve

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray

SHARES = np.array([1.0, 0.6, 0.25, 0.09, 0.03, 0.01, 0.003])
PEAKS = {"ST 2084": 1500.0, "gamma 2.4": 300.0, "sRGB": 200.0}
LOW, HIGH = 64 / 1023, 940 / 1023


def codes(declared: str) -> FloatArray:
    peak = PEAKS[declared]
    return np.asarray(eotf_inverse(declared, peak * SHARES, peak_nits=peak))


def shown(name: str, code: FloatArray, declared: str) -> FloatArray:
    """Light relative to peak of a wall that has been set to another curve."""
    return np.asarray(eotf(name, code, peak_nits=PEAKS[declared]) / PEAKS[declared])


@pytest.mark.parametrize(
    ("declared", "actual"),
    [
        ("ST 2084", "gamma 2.4"),
        ("ST 2084", "gamma 2.2"),
        ("ST 2084", "linear"),
        ("gamma 2.4", "ST 2084"),
        ("gamma 2.4", "gamma 2.2"),
        ("gamma 2.4", "sRGB"),
        ("sRGB", "gamma 2.2"),
        ("sRGB", "gamma 2.6"),
    ],
)
@pytest.mark.parametrize("gain", [1.0, 0.7], ids=["as bright", "dimmer"])
def test_another_curve_is_named_at_any_brightness(declared: str, actual: str, gain: float) -> None:
    code = codes(declared)
    kept = code < 0.999 * code.max() if actual == "ST 2084" else np.full(len(code), fill_value=True)
    ratio = gain * shown(actual, code[kept], declared) / SHARES[kept]
    named = name_curve(code[kept], ratio, declared=declared, peak_nits=PEAKS[declared])
    # BT.1886 without black is a gamma of 2.4.
    assert named in {actual, "BT.1886" if actual == "gamma 2.4" else actual}


@pytest.mark.parametrize("declared", sorted(PEAKS))
@pytest.mark.parametrize("kind", ["legal range taken for full", "full range taken for legal"])
def test_a_wrong_range_is_named(declared: str, kind: str) -> None:
    code = codes(declared)
    squeezed = LOW + code * (HIGH - LOW)
    stretched = np.clip((code - LOW) / (HIGH - LOW), 0.0, 1.0)
    light = shown(declared, squeezed if "for full" in kind else stretched, declared)
    seen = light > 0
    named = name_curve(
        code[seen], light[seen] / SHARES[seen], declared=declared, peak_nits=PEAKS[declared]
    )
    assert named == kind


@pytest.mark.parametrize("declared", sorted(PEAKS))
def test_noise_does_not_hide_it_and_does_not_make_it(declared: str) -> None:
    code, rng = codes(declared), np.random.default_rng(3)
    other = "linear" if declared == "ST 2084" else "gamma 1.8"
    for _ in range(10):
        noise = 1.0 + 0.01 * rng.standard_normal(len(code))
        ratio = shown(other, code, declared) / SHARES
        said = name_curve(code, ratio * noise, declared=declared, peak_nits=PEAKS[declared])
        assert said == other
        assert name_curve(code, noise, declared=declared, peak_nits=PEAKS[declared]) == ""


def test_a_curve_that_nobody_knows_has_no_name() -> None:
    code = codes("gamma 2.4")
    bent = np.exp(0.4 * np.sin(9.0 * code))
    assert name_curve(code, bent, declared="gamma 2.4", peak_nits=300.0) == ""
    between = shown("gamma 2.3", code, "gamma 2.4") / SHARES
    assert name_curve(code, between, declared="gamma 2.4", peak_nits=300.0) == ""


def test_a_curve_that_fits_better_than_others_and_still_badly_has_no_name() -> None:
    code = codes("gamma 2.4")
    ratio = shown("linear", code, "gamma 2.4") / SHARES
    rough = np.exp(0.12 * np.array([1, -1, 1, -1, 1, -1, 1]))
    assert name_curve(code, ratio, declared="gamma 2.4", peak_nits=300.0) == "linear"
    assert name_curve(code, ratio * rough, declared="gamma 2.4", peak_nits=300.0) == ""


def test_too_few_greys_and_none_that_are_dark_have_no_name() -> None:
    code = codes("ST 2084")
    ratio = shown("gamma 2.4", code, "ST 2084") / SHARES
    assert name_curve(code[:3], ratio[:3], declared="ST 2084", peak_nits=1500.0) == ""
    ratio[2] = 0.0
    assert name_curve(code, ratio, declared="ST 2084", peak_nits=1500.0) == ""


@pytest.mark.parametrize("declared", sorted(PEAKS))
def test_a_peak_that_is_cut_off_is_no_other_curve(declared: str) -> None:
    ratio = np.r_[0.9, np.ones(6)]
    assert name_curve(codes(declared), ratio, declared=declared, peak_nits=PEAKS[declared]) == ""
