"""Predictions in words and as a chart."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.report.prediction import change_words, line_words, prediction_rows, span_text
from ledcal.report.risk_chart import save_risk_chart
from ledcal.values.prediction import (
    Advice,
    Band,
    BlurNull,
    Change,
    Danger,
    ExpectedLine,
    Prediction,
    RiskMap,
)

if TYPE_CHECKING:
    from pathlib import Path

LINE = ExpectedLine(
    order=(1, 0),
    kind="moire",
    colour="red-blue",
    fx_cpp=0.1,
    fy_cpp=0.0,
    true_frequency=(0.6, 0.0),
    reciprocal=(0.5, 0.0),
    contrast=0.17,
    contrast_bound=0.17,
    visibility=20.0,
    visibility_bound=20.0,
    period_px=10.0,
    at_px=(2000.0, 1000.0),
)


def prediction(**others: object) -> Prediction:
    """A prediction that is made up."""
    made = Prediction(
        distance_m=8.0,
        focal_mm=35.0,
        f_stop=2.8,
        focus_m=5.0,
        pitch_mm=2.3,
        photosite_um=6.0,
        led_frequency=0.6,
        blur_pitches=3.3,
        lines=(LINE,),
        advice=Advice(20.0, 20.0, 1.0, ()),
        distance_range_m=Band(4.0, 16.0),
        focal_range_mm=Band(17.5, 70.0),
        safe_distances_m=(),
        safe_focals_mm=(),
        focus_enough_m=None,
        stop_enough=None,
        dangers=(Danger(0.5, 6.66, 42.0),),
        assumptions=("a flat wall",),
    )
    return replace(made, **others)  # type: ignore[arg-type]


def text(made: Prediction) -> str:
    """The screen as one line."""
    return " ".join(" ".join(row.text for row in prediction_rows(made)).split())


@pytest.mark.parametrize(
    ("band", "words"),
    [
        (Band(9.413, 10.087), "9.42 to 10.08 m"),
        (Band(9.413, 11.087), "9.5 to 11 m"),
        (Band(9.413, 9.687), "9.42 to 9.68 m (narrow: try it)"),
        (Band(9.413, 16.0), "from 9.5 m on"),
        (Band(4.0, 9.413), "up to 9.4 m"),
        (Band(4.0, 16.0), "everywhere from 4 to 16 m"),
    ],
)
def test_ranges_are_rounded_inwards(band: Band, words: str) -> None:
    assert span_text(band, "m", Band(4.0, 16.0)) == words


def test_what_lines_look_like() -> None:
    assert line_words(LINE) == "orange/blue fringes 10 px wide"
    fine = replace(LINE, colour="luminance", period_px=2.44)
    assert line_words(fine) == "light/dark texture 2.4 px wide"
    assert line_words(replace(fine, kind="grid")) == "the LEDs themselves, 2.4 px apart"


def test_what_to_do() -> None:
    assert change_words(Change("distance", 8.0, 9.4, 0.9, True, 0.2)) == "move back to 9.40 m"
    assert change_words(Change("distance", 8.0, 7.4, 0.9, True, 0.2)) == "move forward to 7.40 m"
    assert change_words(Change("focus", 8.0, 5.339, 0.9, True, 0.2)).startswith("focus at 5.33 m")
    assert change_words(Change("stop", 4.0, 2.83, 0.9, True, 0.2)) == "open to T2.8"


def test_the_screen_says_it_in_order_of_weight() -> None:
    said = text(prediction())
    assert said.startswith("VISIBLE at 8 m with 35 mm: orange/blue fringes 10 px wide (order 1,0)")
    assert "no single change is enough" in said
    assert "no focus is near enough to hide the LEDs; focused at 5 m no iris" in said
    assert said.endswith("assumed a flat wall")


def test_a_null_is_warned_of() -> None:
    hidden = replace(LINE, visibility=0.1, visibility_bound=1.5)
    null = BlurNull(0.1, 1.5, 0.13)
    said = text(prediction(lines=(hidden,), advice=Advice(0.1, 1.5, 1.0, (), null)))
    assert said.startswith("DOUBTFUL")
    assert "up to 1.5x what an eye sees, 0.1x if ideal" in said
    assert "13 cm of focus bring it back" in said


def test_alike_lines_are_one() -> None:
    other = replace(LINE, order=(0, 1), fx_cpp=0.0, fy_cpp=0.1)
    assert "orders 1,0 and 0,1" in text(prediction(lines=(LINE, other)))


@pytest.mark.parametrize("least", [0.5, 2.0, 1e-9])
def test_a_chart_is_a_picture_with_words(tmp_path: Path, least: float) -> None:
    far, focal = np.geomspace(4.0, 16.0, 12), np.geomspace(17.5, 70.0, 9)
    seen = np.maximum(least, np.abs(far - 10.0)[None, :] * np.ones((9, 1)) * (least > 1e-6))
    chart = RiskMap(far, focal, seen, ((0.5, far * 35.0 / 6.66),))
    made = prediction(chart=chart)
    path = tmp_path / "risk.svg"
    save_risk_chart(made, path)
    root = ET.parse(path).getroot()
    assert root.tag.endswith("svg")
    assert len(path.read_bytes()) > 20_000


def test_no_chart_without_a_map(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="without a chart"):
        save_risk_chart(prediction(), tmp_path / "risk.png")
