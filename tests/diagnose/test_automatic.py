"""What changed during a take: told from the strip and the files, each by its own name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.diagnose.automatic import changes
from tests.diagnose.cases import EXPOSURE, make_case, make_columns, make_take, said_by

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.finding import Finding

N = 12
# Light of the wall that goes up and down, so that nothing else runs with it.
LIGHT = 0.1 + 0.08 * np.sin(2.4 * np.arange(N))


def said(**changed: Any) -> dict[str, Finding]:
    """What is said of frames with these columns; of `n` frames, of pictures if not `is_raw`."""
    is_raw, n = changed.pop("is_raw", True), changed.pop("n", N)
    columns = make_columns(n, **({"mean_light": LIGHT[:n]} | changed))
    return said_by(changes, make_case(take=make_take(frames=columns, is_raw=is_raw)))


def gains(common: FloatArray, colour: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> FloatArray:
    return np.asarray(1.0 + common[:, None] * np.array(colour))


def zigzag(size: float) -> FloatArray:
    """Up and down without a trend, and not with the light."""
    return size / 2 * np.array([1, -1, 0.6, -0.4, -1, 1, 0.2, -0.8, 1, -1, -0.2, 0.9])


def test_a_take_that_held_still_is_silent() -> None:
    assert said() == {}
    assert said(is_raw=False) == {}
    assert said(gain=gains(zigzag(0.008))) == {}


def test_gains_within_their_errors_are_nothing() -> None:
    noisy = {"gain": gains(zigzag(0.04)), "gain_error": np.full((N, 3), 0.008)}
    assert said(**noisy) == {}
    assert set(said(**noisy | {"gain_error": np.full((N, 3), 0.002)})) == {"light-flickers"}


def test_one_covered_frame_is_no_change_of_the_take() -> None:
    gain = np.ones((N, 3))
    gain[4] = 0.7
    assert said(gain=gain) == {}
    gain[7] = 0.7
    assert set(said(gain=gain)) == {"light-flickers"}


@pytest.mark.parametrize(("size", "severity"), [(0.02, "warning"), (0.06, "fail")])
def test_a_steady_run_is_warming_up(size: float, severity: str) -> None:
    for way in (1.0, -1.0):
        run = way * size * (np.linspace(-0.5, 0.5, N) + 1e-3 * LIGHT)
        finding = said(gain=gains(run, (1.0, 0.4, 0.2)))["warm-up-drift"]
        assert finding.severity == severity
        assert finding.reshoot == (severity == "fail")
        assert "steadily from the first frame to the last" in finding.seen
        assert "(limit 1 %, and 3 % to fail)" in finding.seen
        red = float(finding.seen.split("changes by ")[1].split(" /")[0])
        # The two frames at the ends are cut off.
        assert 0.75 * 100 * size < red <= 101 * size


@pytest.mark.parametrize(("size", "severity"), [(0.01, "warning"), (0.1, "fail")])
def test_an_iris_that_follows_the_light_is_automatic(size: float, severity: str) -> None:
    gain = (0.1 / LIGHT) ** size
    finding = said(gain=gains(gain - 1.0), mean_light=LIGHT * gain)["auto-iris"]
    assert finding.severity == severity
    assert "bright frames come out darker" in finding.seen
    assert finding.frames
    assert "by hand" in finding.fix


def test_light_that_goes_up_and_down_flickers() -> None:
    finding = said(gain=gains(zigzag(0.05)))["light-flickers"]
    assert finding.severity == "fail"
    assert finding.seen.endswith("up and down")
    assert "genlock" in finding.fix
    warning = said(gain=gains(zigzag(0.02)))["light-flickers"]
    assert warning.severity == "warning"
    assert not warning.reshoot


def test_pictures_whose_channels_run_apart_are_balanced_by_themselves() -> None:
    apart = {"gain": gains(zigzag(0.06), (1.0, 0.0, -1.0))}
    finding = said(is_raw=False, **apart)["auto-white-balance"]
    assert "each channel by itself" in finding.seen
    assert finding.severity == "fail"
    assert finding.reshoot
    # A raw cannot be: its numbers are not balanced.
    assert "auto-white-balance" not in said(**apart)


def test_raws_that_state_other_balances_are_a_warning_with_their_names() -> None:
    neutral = np.tile([0.5, 1.0, 0.7], (N, 1))
    neutral[[3, 8], 0] *= 1.04
    finding = said(neutral=neutral)["auto-white-balance"]
    assert finding.seen == (
        "2 of 12 frames state another white balance than the rest (by up to 4.0 %, limit 0.5 %)"
    )
    assert finding.frames == ("0003.dng", "0008.dng")
    assert finding.severity == "warning"
    assert not finding.reshoot


@pytest.mark.parametrize("size", [0.001, 0.004])
def test_rounding_of_a_balance_is_nothing(size: float) -> None:
    neutral = np.tile([0.5, 1.0, 0.7], (N, 1))
    neutral[3, 0] *= 1.0 + size
    assert said(neutral=neutral) == {}


def test_pictures_that_state_no_balance_are_silent() -> None:
    assert said(neutral=np.full((N, 3), np.nan)) == {}
    some = np.full((N, 3), np.nan)
    some[2] = (0.5, 1.0, 0.7)
    assert said(neutral=some) == {}


def test_many_settings_are_automatic_and_two_are_a_hand() -> None:
    def shot(*times: float) -> tuple[Any, ...]:
        return tuple(replace(EXPOSURE, time_s=time) for time in times)

    touched = said(exposures=shot(*[1 / 48] * 9, *[1 / 96] * 3))["exposure-changed"]
    assert touched.seen == (
        "3 of 12 frames were shot with another shutter than the rest (2 settings in all)"
    )
    assert touched.severity == "warning"
    assert touched.frames == ("0009.dng", "0010.dng", "0011.dng")
    auto = said(exposures=shot(*[1 / 48] * 9, 1 / 96, 1 / 60, 1 / 50))["auto-exposure"]
    assert "(4 settings in all)" in auto.seen
    assert auto.severity == "fail"
    assert auto.reshoot


def test_what_was_changed_is_named() -> None:
    other = replace(EXPOSURE, f_number=5.6, iso=400.0)
    finding = said(exposures=(*[EXPOSURE] * 11, other))["exposure-changed"]
    assert "another iris and ISO than" in finding.seen


def test_stated_settings_are_said_instead_of_what_follows_from_them() -> None:
    exposures = (*[EXPOSURE] * 6, *[replace(EXPOSURE, time_s=1 / 96)] * 6)
    gain = np.repeat([[1.4], [0.7]], 6, axis=0) * np.ones(3)
    assert set(said(exposures=exposures, gain=gain)) == {"exposure-changed"}


def test_gains_that_could_not_be_measured_are_left_out() -> None:
    gain = np.ones((N, 3))
    gain[2] = np.nan
    assert said(gain=gain, gain_error=np.where(np.isnan(gain), np.nan, 1e-4)) == {}


def test_few_frames_say_nothing() -> None:
    gain = gains(np.array([0.1, -0.1, 0.1]))
    assert said(n=3, gain=gain) == {}
    assert said_by(changes, make_case()) == {}
