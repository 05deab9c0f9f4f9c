"""One page: self-contained, whole whatever is missing, and drawn from the right numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from ledcal.colorimetry.space import gamut
from ledcal.report import figures
from ledcal.report.chart import Axis, Chart
from ledcal.report.evidence import Evidence, css_colour, uv
from ledcal.report.html import code_text, render_report
from ledcal.values.finding import Finding
from ledcal.values.measurement import PatchMeasurements
from ledcal.values.quality import Spread
from ledcal.values.stage import Target, Wall
from tests.profile.fake import (
    EXPONENTS,
    PEAK_NITS,
    fake_correct,
    fake_measurements,
    fake_predict,
    fake_profile,
    fake_quality_of,
    fake_stage,
)

VOID = {"meta", "br", "link", "img", "hr"}


class Outline(HTMLParser):
    """Keeps the tags, and notes those that are not closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at line {self.getpos()[0]}")

    def handle_data(self, data: str) -> None:
        self.words += data


def page_of(**changes: Any) -> Outline:
    profile = fake_profile(**changes)
    return Outline(render_report(profile, predict=fake_predict, correct=fake_correct))


def test_the_page_loads_nothing() -> None:
    text = render_report(fake_profile(), predict=fake_predict, correct=fake_correct)
    page = Outline(text)
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name in {"src", "href", "srcset", "action"}]
    assert "http" not in text
    assert "@import" not in text
    assert re.findall(r"url\((?!#clip-)", text) == []
    assert len(text) < 200_000


def test_the_page_is_well_formed_and_says_what_it_must() -> None:
    page = page_of()
    assert page.faults == []
    assert page.open == []
    for part in (
        "GOOD",
        "20.4 → 0.41",
        "Bühne 3, 1920 x 1080 px, pitch 2.6 mm",
        "P3-D65, ST 2084, 1500 nits",
        "target.gamut = 'P3-D65' (as the wall)",
        "close the iris by a third of a stop if highlights matter",
        "photosites at or above the sensor's white level",
        "not a standard",
        "DNG ColorMatrix1 and 2",
        "A001_0000.dng",
        "ab" * 32,
        "skin, medium",
        "that the maker's matrices are right for this camera",
        "a 10-bit link alone adds 0.25 (95 %: 0.29), a 12-bit one 0.04 (0.06)",
        "10-bit link",
        "· vivid",
        "--peak match (this profile)",
        "white stays bright and gives up neutrality",
    ):
        assert part in page.words, part
    assert page.tags.count("svg") == 4


@pytest.mark.parametrize("has_predict", [False, True])
def test_without_model_or_correction_the_page_shows_what_there_is(
    has_predict: bool,  # noqa: FBT001
) -> None:
    page = Outline(render_report(fake_profile(), predict=fake_predict if has_predict else None))
    assert page.faults == []
    assert page.tags.count("svg") == (4 if has_predict else 3)
    assert "skin, medium" not in page.words
    assert "after, predicted" not in page.words


def test_a_csv_with_six_columns_and_no_greys_still_gives_a_page() -> None:
    nan = float("nan")
    full = fake_measurements()
    keep = [i for i, kind in enumerate(full.kind) if kind == "mixed"]
    n = len(keep)
    bare = PatchMeasurements(
        code=full.code[keep],
        camera=full.camera[keep],
        sigma=np.full((n, 3), nan),
        n_samples=np.zeros(n, np.int64),
        saturated=np.zeros(n),
        flags=np.zeros(n, np.int64),
        kind=("",) * n,
        frame=("",) * n,
    )
    profile = fake_profile(
        measurements=bare,
        transform=None,
        findings=(),
        assumptions=(),
        quality=fake_quality_of(
            noise_floor=Spread(nan, nan, nan), peak_kept=nan, cross_validated=Spread(nan, nan, nan)
        ),
    )
    page = Outline(render_report(profile, predict=fake_predict, correct=fake_correct))
    assert page.faults == []
    assert "nan" not in re.findall(r"\w+", page.words)
    assert "came as scene-linear ACES2065-1" in page.words
    assert "Nothing: everything was stated." in page.words
    assert Outline(render_report(profile)).tags.count("svg") == 0


@pytest.mark.parametrize("eotf", ["BT.1886", "sRGB", "gamma 2.2"])
def test_an_sdr_wall_gives_a_page(eotf: str) -> None:
    space = gamut("ITU-R BT.709")
    stage = replace(
        fake_stage(),
        wall=Wall("tv", 3840, 2160, None, eotf, 120.0, space),
        target=Target(space, eotf, 120.0),
    )
    page = page_of(stage=stage)
    assert page.faults == []
    assert page.tags.count("svg") == 4


def test_what_comes_from_files_is_escaped() -> None:
    nasty = "<script>alert(1)</script>"
    page = page_of(
        pattern=nasty,
        assumptions=(nasty,),
        findings=(Finding("x", "fail", nasty, nasty, 0.5, nasty, reshoot=True, frames=(nasty,)),),
        measurements=replace(fake_measurements(), frame=(nasty,) * 60, header={nasty: nasty}),
        stage=replace(fake_stage(), wall=replace(fake_stage().wall, eotf="ST 2084", name=nasty)),
    )
    assert "script" not in page.tags
    assert page.faults == []
    assert page.words.count(nasty) >= 8


def test_the_worst_flagged_patches_come_first_and_the_rest_is_counted() -> None:
    measured = fake_measurements(400)
    page = page_of(measurements=replace(measured, flags=np.full(400, 4)))
    assert "400 of 400 are flagged" in page.words
    assert page.words.count("brightness runs across the patch") == 40
    residuals = Evidence(fake_profile(measurements=measured), fake_predict).residuals()
    assert residuals is not None
    worst = measured.code[np.argmax(residuals)]
    assert page.words.split("off by")[1].split("gradient")[0].find(code_text(worst)) >= 0


def test_the_furthest_patches_are_shown_even_when_nothing_is_flagged() -> None:
    measured = fake_measurements()
    page = page_of(measurements=replace(measured, flags=measured.flags * 0))
    assert "None of 60 are flagged" in page.words
    assert page.words.count("among the furthest from the model") == 8


def test_patches_that_the_fit_did_not_believe_are_named_first() -> None:
    text = render_report(fake_profile(), predict=fake_predict, not_believed=np.array([33, 9]))
    page = Outline(text)
    assert "2 were not believed by the fit" in page.words
    rows = re.findall(r"<tr><td>A001.*?</tr>", text)
    codes = [code_text(fake_measurements().code[i]) for i in (33, 9)]
    assert all("not believed by the fit: it does not go with the others" in r for r in rows[:2])
    assert {code for code in codes for row in rows[:2] if code in row} == {*codes}
    assert "not believed" not in rows[2]
    # Number 9 is saturated too.
    assert any("others; photosites at or above" in row for row in rows[:2])
    assert "not believed" not in page_of().words


def test_dark_patches_are_not_among_the_furthest() -> None:
    """Below 1 nit a delta E ITP tells of noise."""
    measured = fake_measurements()
    dark = fake_predict(measured.code).sum(axis=1) < fake_predict(np.full((1, 3), 0.15)).sum()
    camera = np.where(dark[:, None], measured.camera + 2e-4, measured.camera)
    measured = replace(measured, camera=camera, flags=measured.flags * 0)
    evidence = Evidence(fake_profile(measurements=measured), fake_predict)
    bright = evidence.is_bright()
    assert 5 < np.sum(~bright) < 30
    assert bright[measured.code.min(axis=1) > 0.16].all()
    text = render_report(fake_profile(measurements=measured), predict=fake_predict)
    for code in measured.code[~bright]:
        assert f"<code>{code_text(code)}</code>" not in text


def test_the_eotf_ratio_is_that_of_the_wall() -> None:
    """Light goes with declared light to the power EXPONENTS, so its ratio with that minus one."""
    evidence = Evidence(fake_profile(), fake_predict)
    for channel in range(3):
        ramp = evidence.ramp(channel)
        light = evidence.predicted_light(ramp)
        assert light is not None
        level, ratio = evidence.channel_ratio(ramp, light, channel)
        expected = (level / PEAK_NITS) ** (EXPONENTS[channel] - 1)
        scale = np.median(expected[(level >= 75) & (level <= 750)])
        np.testing.assert_allclose(ratio, expected / scale, rtol=1e-6)


def test_without_single_channels_the_eotf_comes_from_the_greys() -> None:
    evidence = Evidence(fake_profile(), fake_predict)
    ramp = evidence.ramp(None)
    light = evidence.predicted_light(ramp)
    assert light is not None
    for channel in range(3):
        level, ratio = evidence.channel_ratio(ramp, light, channel)
        expected = (level / PEAK_NITS) ** (EXPONENTS[channel] - 1)
        scale = np.median(expected[(level >= 75) & (level <= 750)])
        np.testing.assert_allclose(ratio, expected / scale, rtol=1e-6)
    assert len(Evidence(fake_profile()).channel_ratio(ramp, light, 0)[0]) == 0


def test_black_is_taken_off_and_the_exposure_put_on() -> None:
    evidence = Evidence(fake_profile(), fake_predict, fake_correct)
    half = np.full((1, 3), 0.5)
    after = evidence.predicted_light(half, corrected=True)
    assert after is not None
    np.testing.assert_allclose(after, 0.9224571, rtol=1e-6)  # ST 2084 of 0.5 is 92.25 nits
    residuals = evidence.residuals()
    assert residuals is not None
    assert np.median(residuals) < 1.0
    measured_only = Evidence(fake_profile())
    np.testing.assert_allclose(measured_only.black(), evidence.black(), rtol=0.1)


def test_corners_are_those_of_the_wall_before_and_of_the_target_after() -> None:
    profile = fake_profile()
    evidence = Evidence(profile, fake_predict, fake_correct)
    seen, after = evidence.corners(), evidence.corners(corrected=True)
    assert seen is not None
    assert after is not None
    np.testing.assert_allclose(after, evidence.target_corners(), atol=5e-3)
    assert np.linalg.norm(seen - evidence.target_corners(), axis=-1).min() > 0.01
    from_patches = Evidence(profile).corners()
    assert from_patches is not None
    np.testing.assert_allclose(from_patches, seen, atol=2e-3)


def test_swatches_are_right_after_and_wrong_before() -> None:
    swatches = Evidence(fake_profile(), fake_predict, fake_correct).swatches()
    assert len(swatches) == 18
    assert max(swatch.error_after for swatch in swatches) < 0.1
    assert min(swatch.error_before for swatch in swatches) > 1.0
    assert all(re.fullmatch("#[0-9a-f]{6}", swatch.before) for swatch in swatches)


def test_screen_colours() -> None:
    assert css_colour(np.ones(3), 100.0) == "#ffffff"
    assert css_colour(np.full(3, 0.21586), 100.0) == "#808080"
    assert css_colour(np.zeros(3), 100.0) == "#000000"
    np.testing.assert_allclose(uv(np.full(3, 0.3)), [0.1978, 0.4683], atol=1e-4)
    assert np.isnan(uv(np.zeros(3))).all()


def test_charts_are_well_formed_drawings() -> None:
    evidence = Evidence(fake_profile(), fake_predict, fake_correct)
    for chart in (
        figures.eotf_chart(evidence),
        figures.white_chart(evidence),
        figures.gamut_chart(evidence),
        figures.residual_chart(evidence),
    ):
        assert chart is not None
        svg = ET.fromstring(chart.svg())
        assert "nan" not in chart.svg()
        for mark in svg.iter("circle"):
            assert 0 <= float(mark.attrib["cx"]) <= chart.width
            assert 0 <= float(mark.attrib["cy"]) <= chart.height


def test_a_chart_puts_marks_where_they_belong() -> None:
    chart = Chart("t", Axis("x", 1.0, 100.0, is_log=True), Axis("y", 0.0, 2.0), 462.0, 270.0)
    chart.dots([10.0, float("nan"), 10.0, 1000.0], [1.0, 1.0, 5.0, 1.0], style="red", label="r <1>")
    svg = ET.fromstring(chart.svg())
    marks = [(c.attrib["cx"], c.attrib["cy"]) for c in svg.iter("circle")]
    assert marks == [("254.0", "130.0"), ("66", "14")]  # the second is the legend's
    assert "r &lt;1&gt;" in chart.svg()


@pytest.mark.parametrize("reach", [1e-3, 0.05, 0.3, 1.0, 7.0, 1234.0])
def test_an_axis_has_a_handful_of_round_marks(reach: float) -> None:
    ticks = Axis("y", 1 - reach, 1 + reach).ticks()
    assert 4 <= len(ticks) <= 11
    labels = [text for _, text in ticks]
    assert len(set(labels)) == len(labels)
    for value, text in ticks:
        assert float(text) == pytest.approx(value, abs=1e-9)
