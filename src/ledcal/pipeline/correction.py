"""A fitted wall to its correction, and the figures that say how good it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.lut.build import build_lut
from ledcal.lut.check import interpolation_error, is_neutral_monotone
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.lut.optimise import optimise_nodes
from ledcal.model.evaluate import cross_validated_regions, fit_residual, noise_floor
from ledcal.model.exposure import exposure_scale
from ledcal.model.invert import correct, node_function
from ledcal.model.predict import shown
from ledcal.model.samples import node_samples
from ledcal.model.trial import before_after, peak_choices, shown_codes
from ledcal.model.uncertainty import draw_models
from ledcal.values.finding import Finding
from ledcal.values.quality import Quality

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.display import DisplayModel
    from ledcal.values.lut import Lut3d
    from ledcal.values.measurement import PatchMeasurements
    from ledcal.values.stage import Stage, Target


# Ours. Walls without correction are off by 5 to 30 delta E ITP.
_IMPLAUSIBLE_ITP = 50.0
# Times the limit for held-out patches: the noise of single patches averages out in the fit.
_NOISY = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """C of DESIGN.md section 1: content code to wall code.

    Attributes
    ----------
    model : DisplayModel
        The wall.
    target : Target
        What the content is encoded in.
    exposure_scale : float
        k.
    peak : str
        What white gives up where the wall cannot make it: ``match`` brightness, ``keep``
        neutrality.
    """

    model: DisplayModel
    target: Target
    exposure_scale: float
    peak: str = "match"

    def apply(self, code: FloatArray) -> FloatArray:
        """The exact correction of content codes, shape (n, 3)."""
        return correct(self.model, self.target, self.exposure_scale, code, peak=self.peak)[0]

    def table(self, size: int) -> Lut3d:
        """The correction on a grid of `size` nodes along an edge."""
        return table_of(self.model, self.target, self.exposure_scale, size, peak=self.peak)


def table_of(
    model: DisplayModel, target: Target, k: float, size: int, *, peak: str = "match"
) -> Lut3d:
    """The correction on a grid, its nodes set so that what lies between them is right too."""
    plain = build_lut(node_function(model, target, k, size, peak=peak), size)
    return optimise_nodes(plain, node_samples(model, target, k, peak=peak))


def correction_of(model: DisplayModel, stage: Stage, *, peak: str = "match") -> Correction:
    """The correction of a wall for its stage's target."""
    return Correction(model, stage.target, exposure_scale(model, stage.target), peak)


def judge_fit(correction: Correction, table: Lut3d, measurements: PatchMeasurements) -> Quality:
    """Every figure that a profile says of itself.

    Parameters
    ----------
    correction : Correction
        The fit.
    table : Lut3d
        What will be written.
    measurements : PatchMeasurements
        What was fitted.

    Returns
    -------
    Quality
        In delta E ITP.
    """
    model, target, k = correction.model, correction.target, correction.exposure_scale

    def apply(code: FloatArray) -> FloatArray:
        return apply_tetrahedral(table, code)

    def apart(one: FloatArray, other: FloatArray) -> FloatArray:
        return delta_e_itp(shown(model, k, one), shown(model, k, other))

    others = draw_models(measurements, model)
    trial = before_after(model, target, k, apply, peak=correction.peak, others=others)
    codes = shown_codes(model, target, k, peak=correction.peak)
    regions = cross_validated_regions(measurements, model, k)
    return Quality(
        before=trial.before,
        after=trial.after,
        before_de2000=trial.before_de2000,
        after_de2000=trial.after_de2000,
        cross_validated=regions.pop("all"),
        noise_floor=noise_floor(measurements, model, k),
        interpolation=interpolation_error(table, correction.apply, codes, apart),
        fit_residual=fit_residual(measurements, model, k),
        exposure_scale=k,
        peak_kept=trial.peak_kept,
        gamut_clipped=trial.gamut_clipped,
        neutral_monotone=is_neutral_monotone(table),
        link_10bit=trial.link_10bit,
        link_12bit=trial.link_12bit,
        regions=regions,
        peak_choices=peak_choices(model, target, k, apply, size=table.size, peak=correction.peak),
    )


def figure_findings(quality: Quality, stage: Stage) -> tuple[Finding, ...]:
    """What the figures say that the user should know.

    Parameters
    ----------
    quality : Quality
        From `judge_fit`.
    stage : Stage
        Holds the limits.

    Returns
    -------
    tuple of Finding
        ``before-implausible``, ``fit-out-of-tolerance``, ``noise-limits-the-fit``.
    """
    findings = []
    limits, measured, noise = stage.tolerances, quality.cross_validated, quality.noise_floor
    over = quality.over_limits(limits)
    if quality.before.median > _IMPLAUSIBLE_ITP:
        findings.append(
            Finding(
                id="before-implausible",
                severity="warning",
                seen=f"the uncorrected wall is off by {quality.before.median:.0f} delta E ITP "
                f"(median), which hardly any wall is (limit {_IMPLAUSIBLE_ITP:g})",
                cause="an IDT or camera space of another camera, swapped channels, or a wall that "
                "is set to another EOTF than stage.toml says",
                confidence=0.7,
                fix="check --idt or --camera-space, and the EOTF of wall and target in stage.toml",
                reshoot=False,
            )
        )
    if over:
        findings.append(
            Finding(
                id="fit-out-of-tolerance",
                severity="warning",
                seen=f"patches left out of the fit are off by {measured.median:.2f} median, "
                f"{measured.p95:.2f} p95 delta E ITP, of which their noise explains "
                f"{noise.median:.2f} and {noise.p95:.2f}; limits {limits.median_itp:g} and "
                f"{limits.p95_itp:g} beyond it",
                cause="a wall, player or camera that did not hold still, or one that transforms "
                "colour",
                confidence=0.5,
                fix="look at the patches with the largest residual in the report, check player "
                "and processor for colour transforms, then shoot again",
                reshoot=True,
            )
        )
    if noise.median > limits.median_itp or noise.p95 > _NOISY * limits.p95_itp:
        findings.append(
            Finding(
                id="noise-limits-the-fit",
                severity="warning",
                seen=f"the captures are noisy: noise alone makes {noise.median:.2f} median, "
                f"{noise.p95:.2f} p95 delta E ITP",
                cause="underexposure, a small wall in the picture, or light that is scattered "
                "over dark patches",
                confidence=0.6,
                fix="expose white just below clipping, fill the frame with the wall, take other "
                "lights off, and shoot again",
                reshoot=True,
            )
        )
    return tuple(findings)
