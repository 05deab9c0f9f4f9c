"""`ledcal moire predict`: what moire to expect of a stage."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledcal.cli import options

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.values.prediction import Band

_NUMBER = r"(\d+(?:\.\d*)?|\.\d+)"
_SPAN = re.compile(rf"{_NUMBER}\s*(?:(?:-|\.\.|to)\s*{_NUMBER}\s*)?(?:mm|m)?")


def _span(
    low: float, high: float, unit: str, example: str
) -> Callable[[click.Context, click.Parameter, str | None], Band | None]:
    """Read one value or a range; one value has equal ends."""

    def read(_ctx: click.Context, _param: click.Parameter, value: str | None) -> Band | None:
        from ledcal.values.prediction import Band

        if value is None:
            return None
        match = _SPAN.fullmatch(value.strip().lower())
        if match is None:
            raise click.BadParameter(f"{value!r}: expected {example}")
        ends = [float(end) for end in match.groups() if end]
        if not all(low <= end <= high for end in ends):
            raise click.BadParameter(f"{value!r}: expected {low:g} to {high:g} {unit}")
        if len(ends) == 2 and ends[1] < 1.02 * ends[0]:
            raise click.BadParameter(f"{value!r}: the second must be larger, as in {example}")
        return Band(ends[0], ends[-1])

    return read


@click.command(name="predict")
@click.option(
    "--stage",
    type=click.Path(path_type=Path),
    metavar="stage.toml",
    help="Wall, lens and camera. [stage.toml here, or up to two folders above]",
)
@click.option(
    "--distance",
    callback=_span(0.05, 1000.0, "m", "8 or 3-12, in metres"),
    metavar="M[-M]",
    help="Where the camera stands, or the range in which it may. [stage.toml; half to double]",
)
@click.option(
    "--focal",
    callback=_span(0.5, 5000.0, "mm", "35 or 24-85, in millimetres"),
    metavar="MM[-MM]",
    help="Focal length, or the range of the lenses at hand. [stage.toml; half to double]",
)
@click.option(
    "--f-stop",
    type=click.FloatRange(0.3, 128.0),
    metavar="N",
    help="F-number. [stage.toml, or 2.8]",
)
@click.option(
    "--focus",
    type=click.FloatRange(0.05, 10000.0),
    metavar="M",
    help="What the lens is focused at, in metres from the camera. [stage.toml, or the wall]",
)
@click.option(
    "--chart",
    type=click.Path(path_type=Path),
    metavar="FILE.png|.svg",
    help="Draw the risk over distance and focal length.",
)
@options.overwrite
@click.option("--strict", is_flag=True, help="Exit with 4 where something may be visible.")
@options.as_json
def command(
    stage: Path | None,
    distance: Band | None,
    focal: Band | None,
    f_stop: float | None,
    focus: float | None,
    chart: Path | None,
    overwrite: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Say what moire a stage will show, where it is safe, and what to change.

    stage.toml must say wall.pitch_mm and camera.photosite_um; focal_mm and distance_m of the
    camera too, where --focal and --distance do not. What else it says of LEDs, lens and sensor
    makes the answer sharper; everything that is assumed is printed. A prediction is no measurement:
    the exit code is 0, but for --strict.
    """
    from ledcal.cli import output
    from ledcal.errors import ToleranceError
    from ledcal.pipeline.moire_predict import predict_moire, require_chart_name, write_chart
    from ledcal.report.prediction import prediction_json, prediction_rows

    if chart is not None:
        require_chart_name(chart, overwrite=overwrite)
    prediction = predict_moire(
        stage,
        distance_m=distance,
        focal_mm=focal,
        f_stop=f_stop,
        focus_m=focus,
        with_chart=chart is not None,
    )
    if chart is not None:
        write_chart(prediction, chart, overwrite=overwrite)
    if as_json:
        output.say_json(prediction_json(prediction, chart=chart))
    else:
        output.say_rows(prediction_rows(prediction, chart=chart))
    if strict and not prediction.advice.is_safe:
        raise click.exceptions.Exit(ToleranceError.exit_code)
