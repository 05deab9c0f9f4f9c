"""Light and lens: stray light, flare, bands, moire, defocus; below and above their limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.diagnose import optics
from ledcal.diagnose.optics import defocus, flare, moire, scan_lines, stray_light
from ledcal.values.evidence import Ripple
from ledcal.values.marks import build_marks_layout
from tests.diagnose.cases import (
    HEIGHT,
    WIDTH,
    found_in,
    make_case,
    make_columns,
    make_take,
    said_by,
)

if TYPE_CHECKING:
    from ledcal.diagnose.case import Case

PEAK = np.array([0.3, 0.6, 0.4])
STRAY, STRAY_FAIL, FLARE = optics._STRAY, optics._STRAY_FAIL, optics._FLARE
BAND, BAND_CLEAR = optics._BAND, optics._BAND_CLEARNESS
LINE, LINE_CLEAR = optics._LINE, optics._LINE_CLEARNESS


def band(name: str, amplitude: float, clearness: float = 9.0, period: float = 60.0) -> Ripple:
    return Ripple(name, amplitude, period, 90.0, clearness)


def line(name: str, amplitude: float, clearness: float = 9.0, angle: float = 33.0) -> Ripple:
    return Ripple(name, amplitude, 7.3, angle, clearness)


def rippled(bands: tuple[Ripple, ...] = (), lines: tuple[Ripple, ...] = ()) -> Case:
    return make_case(take=make_take(bands=bands, lines=lines))


@pytest.mark.parametrize(
    ("share", "severity"),
    [
        (0.9 * STRAY, ""),
        (1.1 * STRAY, "warning"),
        (0.9 * STRAY_FAIL, "warning"),
        (1.1 * STRAY_FAIL, "fail"),
    ],
)
def test_stray_light_is_a_share_of_the_peak(share: float, severity: str) -> None:
    said = said_by(stray_light, make_case(take=make_take(black=share * PEAK, peak=PEAK)))
    assert [finding.severity for finding in said.values()] == ([severity] if severity else [])
    if severity:
        finding = said["stray-light"]
        assert finding.seen == (
            f"the black wall shows {100 * share:.1f} % of the peak's light (limit "
            f"{100 * STRAY:.1f} %, {100 * STRAY_FAIL:.0f} % to fail)"
        )
        assert finding.reshoot == (severity == "fail")


def test_stray_light_that_fails_says_to_shoot_again() -> None:
    said = said_by(stray_light, make_case(take=make_take(black=0.05 * PEAK, peak=PEAK)))
    assert "shoot again" in said["stray-light"].fix


@pytest.mark.parametrize(
    ("tint", "words"),
    [
        ((1.6, 1.0, 0.6), "warmer than the wall's white"),
        ((0.7, 1.0, 1.4), "cooler than the wall's white"),
        ((1.02, 1.0, 0.99), ""),
    ],
)
def test_stray_light_says_whether_it_is_warm(tint: tuple[float, ...], words: str) -> None:
    take = make_take(black=0.01 * PEAK * np.array(tint), peak=PEAK)
    seen = said_by(stray_light, make_case(take=take))["stray-light"].seen
    assert (words in seen) if words else ("wall's white" not in seen)


def test_black_that_was_not_shot_is_no_stray_light() -> None:
    unknown = make_take(black=np.full(3, np.nan), peak=PEAK)
    assert said_by(stray_light, make_case(take=unknown)) == {}


@pytest.mark.parametrize(
    ("veil", "is_said"), [(0.9 * FLARE, False), (1.1 * FLARE, True), (0.2, True)]
)
def test_flare_is_a_share_of_the_mean_light(veil: float, *, is_said: bool) -> None:
    said = said_by(flare, make_case(take=make_take(veil=veil)))
    assert bool(said) == is_said
    if is_said:
        assert f"dark wall shows {100 * veil:.1f} % of the mean light" in said["flare"].seen
        assert "(limit " in said["flare"].seen


def test_a_wall_without_dark_places_has_no_flare() -> None:
    assert said_by(flare, make_case(take=make_take(veil=float("nan")))) == {}


@pytest.mark.parametrize(
    ("amplitude", "clearness", "is_said"),
    [
        (0.9 * BAND, 9.0, False),
        (1.1 * BAND, 0.9 * BAND_CLEAR, False),
        (1.1 * BAND, 1.1 * BAND_CLEAR, True),
        (0.1, 30.0, True),
    ],
)
def test_bands_count_where_they_are_high_and_clear(
    amplitude: float, clearness: float, *, is_said: bool
) -> None:
    said = said_by(scan_lines, rippled((band("a", amplitude, clearness),)))
    assert bool(said) == is_said
    if is_said:
        finding = said["scan-lines"]
        assert f"{100 * amplitude:.1f} % of the light, every 60 rows (limit" in finding.seen
        assert f"(limit {100 * BAND:.2f} %)" in finding.seen
        assert "genlock" in finding.fix
        assert finding.frames == ("a",)
        assert finding.reshoot


@pytest.mark.parametrize(
    ("amplitude", "clearness", "is_said"),
    [
        (0.9 * LINE, 9.0, False),
        (1.1 * LINE, 0.9 * LINE_CLEAR, False),
        (1.1 * LINE, 1.1 * LINE_CLEAR, True),
        (0.05, 30.0, True),
    ],
)
def test_lines_count_where_they_are_high_and_clear(
    amplitude: float, clearness: float, *, is_said: bool
) -> None:
    said = said_by(moire, rippled(lines=(line("a", amplitude, clearness),)))
    assert bool(said) == is_said
    if is_said:
        finding = said["moire"]
        assert "lines 7.3 photosites apart in flat light, 33 degrees from the rows" in finding.seen
        assert f"{100 * amplitude:.1f} % of the light (limit {100 * LINE:.1f} %)" in finding.seen
        assert "defocus" in finding.fix


def test_half_of_the_flat_frames_must_show_it_and_the_worst_is_told() -> None:
    low = [band(f"{i}", 0.001) for i in range(3)]
    assert said_by(scan_lines, rippled((*low, band("a", 0.02), band("b", 0.03)))) == {}
    said = said_by(scan_lines, rippled((*low[:2], band("a", 0.02), band("b", 0.03))))
    assert "3.0 % of the light" in said["scan-lines"].seen
    assert said["scan-lines"].frames == ("a", "b")
    calm = [line(f"{i}", 0.001) for i in range(3)]
    assert said_by(moire, rippled(lines=(*calm, line("a", 0.02), line("b", 0.03)))) == {}
    said = said_by(moire, rippled(lines=(*calm[:2], line("a", 0.02), line("b", 0.03))))
    assert said["moire"].frames == ("a", "b")


def test_bands_and_moire_are_two_things() -> None:
    case = rippled((band("a", 0.03),), (line("a", 0.03),))
    assert list(found_in(case)) == ["scan-lines", "moire"]


def test_bands_are_not_called_moire_as_well() -> None:
    case = rippled((band("a", 0.03, period=40.0),), (line("a", 0.03, angle=90.0),))
    assert list(found_in(case)) == ["scan-lines"]


@pytest.mark.parametrize(("gaps", "is_said"), [(0.9, False), (1.1, True), (3.0, True)])
def test_defocus_is_measured_in_gaps(gaps: float, *, is_said: bool) -> None:
    gap = 1.25 * build_marks_layout(WIDTH, HEIGHT).module_px
    columns = make_columns(blur_px=np.full(6, gaps * gap / 4.0))
    said = said_by(defocus, make_case(take=make_take(frames=columns)))
    assert bool(said) == is_said
    if is_said:
        finding = said["defocus-too-strong"]
        assert f"spread over {gaps * gap:.0f} wall pixels (limit {gap:.0f}," in finding.seen
        assert "focus nearer to the wall" in finding.fix


def test_a_table_has_no_optics() -> None:
    for rule in (stray_light, flare, scan_lines, moire, defocus):
        assert said_by(rule, make_case()) == {}
