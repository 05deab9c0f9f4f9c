"""Everything that goes wrong at a shoot, by name: what to change of a virtual stage."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.transfer import canonical_eotf
from ledcal.simulate.optics import build_geometry, wall_corners, wall_to_sensor
from ledcal.simulate.stage import VirtualStage, with_values
from ledcal.values.marks import build_marks_layout

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.simulate.virtual_wall import Three


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    Attributes
    ----------
    name : str
        Kebab-case.
    about : str
        What happened, in the words of the stage.
    finding : str
        What `ledcal check` should say of it.
    strength : float
        How much, unless said otherwise.
    strengths : tuple of float
        From just worth saying to gross: what the tests and the table in docs/check.md use.
    unit : str
        What strength means.
    change : callable or None
        Makes the faulty stage of a sound one and a strength. None: the files are changed, see
        `ledcal.simulate.mess`.
    file_format : str
        ``dng`` or ``exr`` where it can happen in one only; empty for both.
    """

    name: str
    about: str
    finding: str
    strength: float
    strengths: tuple[float, ...]
    unit: str
    change: Callable[[VirtualStage, float], VirtualStage] | None = None
    file_format: str = ""


def _eotf(stage: VirtualStage, strength: float) -> VirtualStage:
    is_pq = canonical_eotf(stage.wall.eotf) == "ST 2084"
    if strength >= 1.0:
        return with_values(stage, eotf=f"gamma {strength:g}")
    return with_values(stage, eotf="gamma 2.4" if is_pq else "ST 2084")


def _scaled(triple: Three, factor: np.ndarray) -> Three:
    red, green, blue = (round(float(v), 6) for v in np.asarray(triple) * factor)
    return red, green, blue


def _white(stage: VirtualStage, strength: float) -> VirtualStage:
    # Towards 9300 K and beyond: red goes down, green half as much.
    factor = np.array([1.0 - strength, 1.0 - 0.5 * strength, 1.0])
    return with_values(stage, gain=_scaled(stage.wall.gain, factor))


def _cabinet(stage: VirtualStage, strength: float) -> VirtualStage:
    wall = stage.wall
    row, column = wall.panel_rows // 2, wall.panel_columns // 4
    rows, columns = max(wall.panel_rows, 3), max(wall.panel_columns, 6)
    if wall.panel_rows * wall.panel_columns == 1:
        row, column = 1, 1
    gain = (1.0 - strength, 1.0 - 0.6 * strength, 1.0 - 0.4 * strength)
    return with_values(
        stage, panel_rows=rows, panel_columns=columns, odd_cabinets=((row, column, gain),)
    )


def _off_axis(stage: VirtualStage, strength: float) -> VirtualStage:
    return with_values(stage, yaw_deg=strength, wall_share=0.8 * stage.optics.wall_share)


def _turn(stage: VirtualStage, strength: float) -> VirtualStage:
    return with_values(stage, roll_deg=stage.optics.roll_deg + strength)


def _heat(stage: VirtualStage, strength: float) -> VirtualStage:
    drift = (-strength, -0.4 * strength, -0.2 * strength)
    return with_values(stage, drift=drift, drift_frames=5.0)


def _values(**fixed: object) -> Callable[[VirtualStage, float], VirtualStage]:
    """Set these parameters; a callable of the strength gives its value."""

    def change(stage: VirtualStage, strength: float) -> VirtualStage:
        made = {name: v(strength) if callable(v) else v for name, v in fixed.items()}
        return with_values(stage, **made)

    return change


def _ambient(stage: VirtualStage, strength: float) -> VirtualStage:
    nits = strength * stage.wall.peak_nits
    return with_values(stage, ambient_nits=nits, surround_nits=0.5 * nits, ambient_illuminant="A")


def _brighter(stage: VirtualStage, stops: float) -> VirtualStage:
    return with_values(stage, exposure_stops=stage.camera.exposure_stops + stops)


def _cut(stage: VirtualStage, strength: float) -> VirtualStage:
    """Come nearer until the wall's corners are so many modules of the marks outside."""
    wall, camera = stage.wall, stage.camera
    module = build_marks_layout(wall.width_px, wall.height_px).module_px
    size = np.array([camera.width, camera.height])
    for _ in range(200):
        corners = wall_to_sensor(build_geometry(stage), wall_corners(stage))
        outside = np.maximum(-corners, corners - size).max()
        scale = np.hypot(*(corners[1] - corners[0])) / wall.width_px
        if outside > strength * module * scale:
            break
        stage = with_values(stage, wall_share=1.01 * stage.optics.wall_share)
    return stage


def _dimmer(led: int) -> Callable[[VirtualStage, float], VirtualStage]:
    """One LED colour with less light."""

    def change(stage: VirtualStage, strength: float) -> VirtualStage:
        factor = np.ones(3)
        factor[led] -= strength
        return with_values(stage, gain=_scaled(stage.wall.gain, factor))

    return change


def _exponent(stage: VirtualStage, strength: float) -> VirtualStage:
    red, green, blue = ((1.0 + e) * (1.0 + strength) - 1.0 for e in stage.wall.exponent_error)
    return with_values(stage, exponent_error=(red, green, blue))


def _reseated(stage: VirtualStage, strength: float) -> VirtualStage:
    optics = stage.optics
    return with_values(
        stage,
        yaw_deg=optics.yaw_deg + 2.0 * strength,
        wall_share=optics.wall_share * (1.0 - 0.05 * strength) ** 2,
        shift_x=optics.shift_x + 0.02 * strength,
    )


def _same(value: float) -> float:
    return value


_FAULTS = (
    Fault("wall-eotf", "the processor is set to another EOTF than declared",
          "eotf-not-as-declared", 0.0, (0.0, 1.8), "gamma; 0: PQ for gamma walls, gamma 2.4 for PQ",
          _eotf),
    Fault("legal-range", "the player sends legal range, the processor takes it for full",
          "signal-range", 1.0, (1.0,), "-", _values(signal_range="legal")),
    Fault("full-as-legal", "the player sends full range, the processor takes it for legal",
          "signal-range", 1.0, (1.0,), "-", _values(signal_range="expanded")),
    Fault("tone-curve", "the engine's tone mapping is left on", "tone-curve", 0.6, (0.5, 0.8, 1.0),
          "share of an S-curve on code", _values(contrast=_same)),
    Fault("saturation", "vibrance is left on in the graphics driver",
          "saturation-changes-with-level", 0.7, (0.6, 0.75, 0.85), "factor on saturation",
          _values(vividness=_same)),
    Fault("processor-gamut", "the processor is set to BT.2020 instead of native",
          "processor-mixes-channels", 1.0, (1.0,), "-", _values(processor_gamut="BT.2020")),
    Fault("wall-white", "a cold white preset of the processor", "white-not-as-declared", 0.4,
          (0.3, 0.4, 0.55), "red that is missing", _white),
    Fault("wall-peak", "the wall is dimmer than declared: it clips", "peak-not-as-declared", 0.5,
          (0.75, 0.6, 0.45), "share of the declared peak",
          _values(headroom=lambda top: (top, top, top))),
    Fault("wall-red", "red of the wall is dimmer than it was", "", 0.01, (0.01, 0.03),
          "light that is missing", _dimmer(0)),
    Fault("wall-green", "green of the wall is dimmer than it was", "", 0.01, (0.01, 0.03),
          "light that is missing", _dimmer(1)),
    Fault("wall-blue", "blue of the wall is dimmer than it was", "", 0.01, (0.01, 0.03),
          "light that is missing", _dimmer(2)),
    Fault("exponent", "the wall's tone curve has another exponent than it had", "", 0.02,
          (0.02, 0.05), "share of the exponent", _exponent),
    Fault("re-seated", "the camera stands elsewhere than it did", "", 1.0, (1.0, 2.0),
          "2 degrees, 5 % of the distance and 2 % of the picture", _reseated),
    Fault("cabinet", "a cabinet of another batch", "cabinet-differs", 0.1, (0.1, 0.15, 0.25),
          "red light that is missing", _cabinet),
    Fault("cold-wall", "the wall warms up during the take", "warm-up-drift", 0.06,
          (0.03, 0.06, 0.12), "red light lost in the long run", _heat),
    Fault("overexposed", "the iris is too wide", "saturated-patches", 1.0, (0.7, 1.0, 1.3), "stops",
          _brighter, "dng"),
    Fault("underexposed", "the iris is too narrow", "exposure-low", -4.0, (-3.7, -4.5), "stops",
          _brighter, "dng"),
    Fault("auto-exposure", "the shutter is automatic", "auto-exposure", 0.2, (0.1, 0.2, 0.4),
          "exponent", _values(auto_exposure=_same), "dng"),
    Fault("auto-iris", "the iris is automatic", "auto-iris", 0.1, (0.05, 0.1, 0.3), "exponent",
          _values(auto_exposure=_same, auto_iris=True)),
    Fault("auto-white", "the white balance is automatic", "auto-white-balance", 0.5,
          (0.2, 0.5, 1.0), "share of the way to grey", _values(auto_white=_same)),
    Fault("camera-balance", "the camera is balanced to tungsten", "camera-balance", 1.0, (1.0,),
          "-", _values(neutral_illuminant="A"), "dng"),
    Fault("camera-look", "a Rec.709 look is in the pictures", "camera-look", 1.0, (1.0,), "-",
          _values(look="BT.709"), "exr"),
    Fault("moire", "the focus is on the LEDs", "moire", 0.03, (0.015, 0.03, 0.08),
          "amplitude of the raster", _values(moire=_same)),
    Fault("scan-lines", "the shutter does not fit the refresh", "scan-lines", 0.03,
          (0.015, 0.03, 0.08), "depth", _values(scan_lines=_same)),
    Fault("defocus", "the focus is far off", "defocus-too-strong", 44.0, (42.0, 46.0),
          "wall pixels", _values(defocus_px=_same)),
    Fault("stray-light", "stage lights are on the wall", "stray-light", 0.02, (0.008, 0.02, 0.06),
          "share of the peak", _ambient),
    Fault("flare", "a diffusion filter is on the lens", "flare", 0.06, (0.05, 0.08, 0.12),
          "share of the light", _values(flare=_same)),
    Fault("vignetting", "the lens falls off", "vignetting", 0.95, (0.9, 0.98),
          "light lost in the corners", _values(vignetting=_same)),
    Fault("off-axis", "the camera stands to the side", "off-axis", 30.0, (25.0, 35.0), "degrees",
          _off_axis),
    Fault("mirrored", "the picture is flipped", "mirrored", 1.0, (1.0,), "-",
          _values(mirrored=True)),
    Fault("rotated", "the camera hangs upside down", "rotated", 180.0, (90.0, 180.0), "degrees",
          _turn),
    Fault("stretched", "the player scales the pattern", "pattern-stretched", 1.1, (0.9, 1.07, 1.2),
          "height over what it should be", _values(stretch=_same)),
    Fault("wall-cut", "the wall runs out of the picture", "wall-partly-outside", 0.6, (0.4, 0.7),
          "modules of the marks", _cut),
    Fault("correction-on", "the correction of --profile is on in the host",
          "correction-already-on", 1.0, (1.0,), "-"),
    Fault("correction-twice", "the correction of --profile is on twice",
          "correction-applied-twice", 1.0, (1.0,), "-"),
    Fault("lens-tint", "another lens or ND than the profile's", "profile-of-another-lens", 0.06,
          (0.04, 0.08), "blue light that is missing",
          _values(tint=lambda less: (1.0 - 0.3 * less, 1.0, 1.0 - less))),
    Fault("other-camera", "another camera than the profile's", "profile-of-another-camera", 1.0,
          (1.0,), "-", _values(model="Virtual Other")),
    Fault("blended", "no genlock: exposures see two frames", "blended-frames", 0.25, (0.1, 0.3),
          "share of the frames", _values(unsynced=_same)),
    Fault("torn", "processors out of step: parts of the wall are late", "torn-frames", 0.25,
          (0.1, 0.3), "share of the frames", _values(unsynced=_same, torn=True)),
    Fault("dropped", "frames were dropped", "missing-frames", 0.1, (0.1, 0.3),
          "share of the frames"),
    Fault("doubled", "frames come twice", "", 0.1, (0.1, 0.5), "share of the frames"),
    Fault("shuffled", "files are named out of order", "", 1.0, (1.0,), "-"),
    Fault("junk", "slates, hands and black frames before, between and after",
          "unidentified-frames", 4.0, (2.0, 6.0), "files"),
    Fault("growing-file", "the last file is still being copied", "files-still-growing", 1.0, (1.0,),
          "files"),
    Fault("cut-file", "a file whose copy was cut short", "unreadable-frames", 1.0, (1.0,), "files"),
    Fault("lost-numbers", "files were left on the card", "file-names", 2.0, (1.0, 3.0), "files"),
    Fault("mixed-types", "stills of another kind in the folder", "mixed-file-types", 2.0, (2.0,),
          "files"),
)  # fmt: skip
FAULTS: dict[str, Fault] = {fault.name: fault for fault in _FAULTS}


def parse_fault(text: str) -> tuple[Fault, float]:
    """Read ``NAME`` or ``NAME=STRENGTH``.

    Parameters
    ----------
    text : str
        As typed.

    Returns
    -------
    Fault, float
        The fault and its strength.

    Raises
    ------
    ValueError
        If the name is unknown or the strength no number; the message says what there is.

    Examples
    --------
    >>> fault, strength = parse_fault("flare=0.1")
    >>> fault.finding, strength
    ('flare', 0.1)
    """
    name, _, typed = text.partition("=")
    if name not in FAULTS:
        near = difflib.get_close_matches(name, list(FAULTS), n=1, cutoff=0.4)
        hint = f"; did you mean {near[0]!r}? There are" if near else "; there are"
        message = f"unknown fault {name!r}{hint} {', '.join(FAULTS)}"
        raise ValueError(message)
    fault = FAULTS[name]
    if not typed:
        return fault, fault.strength
    try:
        return fault, float(typed)
    except ValueError:
        message = f"fault {name!r}: strength {typed!r} is no number ({fault.unit})"
        raise ValueError(message) from None
