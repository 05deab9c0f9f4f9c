"""Every physical parameter of a virtual stage, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

Three = tuple[float, float, float]
Matrix = tuple[Three, Three, Three]

NONE: Three = (0.0, 0.0, 0.0)
ONES: Three = (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Led:
    """Emission of one colour of the wall at full drive: a bell with two different sides.

    Attributes
    ----------
    peak_nm : float
        Where it emits most.
    sd_short_nm, sd_long_nm : float
        Standard deviation below and above the peak.
    """

    peak_nm: float
    sd_short_nm: float
    sd_long_nm: float


@dataclass(frozen=True, slots=True)
class VirtualWall:
    """An LED wall, or a TV that serves as one. Triples are red, green, blue.

    Attributes
    ----------
    width_px, height_px : int
        Resolution.
    eotf : str
        What it is set to.
    peak_nits : float
        Luminance of full white at the wall's centre that it is set to. Light below is a share of
        it, channel by channel (1.0 is the channel's part in that white).
    white_xy : tuple of float
        Chromaticity that equal drive of the three colours gives.
    leds : tuple of Led
        Emission at full drive.
    signal_bits : int
        Bits of the link to the processor; codes are rounded to them.
    gain : tuple of float
        White balance error of each colour; 1 is none.
    exponent_error : tuple of float
        Light is raised to 1 + this.
    ripple : tuple of tuples of (float, float, float)
        For each colour, harmonics (number over the code range, relative amplitude, phase in
        radians) that multiply the light.
    toe_depth, toe_nits : tuple of float, float
        Share of the light that is missing at black, and over how many nits that dies away.
    threshold_nits : tuple of float
        Light that is asked for up to this gives none, and is missing above it.
    headroom : tuple of float
        Where each colour tops out, as a share of full drive.
    knee : float
        Width of the turn into the top, as a share of full drive; 0 is a corner.
    pwm_steps, pwm_dither : int, float
        Steps of drive from black to full, and which share of the step dithering takes away.
        0 steps: continuous.
    additivity : float
        Luminance of white over the sum of its three parts: 0.97 is a supply that droops,
        1.04 a white that is brighter than its parts.
    droop_power : float
        How the droop grows with the load.
    crosstalk : 3x3 tuple
        Row c: how the light of c changes, relative, with the square root of the others' drive.
    wavelength_shift_nm : tuple of float
        How far the emission moves from full drive to none (negative: to shorter waves).
    panel_columns, panel_rows : int
        Cabinets.
    panel_sd : float
        Relative spread of the cabinets' gains, each colour of each cabinet by itself.
    off_axis : tuple of float
        Light goes with this power of the cosine of the viewing angle.
    black_nits : float
        What the wall still emits at code 0, in the colour of its white.
    ambient_nits, ambient_illuminant : float, str
        Room light that comes back from the wall, and its spectrum.
    surround_nits : float
        Room light that comes back from around the wall.
    drift, drift_frames : tuple of float, float
        Relative change of the colours' gains that warming up brings in the long run, and after
        how many frames two thirds of it have come.
    """

    width_px: int = 1920
    height_px: int = 1080
    eotf: str = "ST 2084"
    peak_nits: float = 1500.0
    white_xy: tuple[float, float] = (0.3127, 0.3290)
    leds: tuple[Led, Led, Led] = (
        Led(629.0, 9.0, 7.0),
        Led(525.0, 13.0, 16.0),
        Led(464.0, 8.0, 11.0),
    )
    signal_bits: int = 16
    gain: Three = ONES
    exponent_error: Three = NONE
    ripple: tuple[tuple[Three, ...], tuple[Three, ...], tuple[Three, ...]] = ((), (), ())
    toe_depth: Three = NONE
    toe_nits: float = 0.3
    threshold_nits: Three = NONE
    headroom: Three = ONES
    knee: float = 0.0
    pwm_steps: int = 0
    pwm_dither: float = 0.0
    additivity: float = 1.0
    droop_power: float = 1.5
    crosstalk: Matrix = (NONE, NONE, NONE)
    wavelength_shift_nm: Three = NONE
    panel_columns: int = 8
    panel_rows: int = 4
    panel_sd: float = 0.0
    off_axis: Three = NONE
    black_nits: float = 0.0
    ambient_nits: float = 0.0
    ambient_illuminant: str = "D65"
    surround_nits: float = 0.0
    drift: Three = NONE
    drift_frames: float = 100.0


@dataclass(frozen=True, slots=True)
class VirtualOptics:
    """Where the camera stands, and its lens.

    Attributes
    ----------
    wall_share : float
        The wall's part of the picture's area.
    distance_widths : float
        Camera to wall's centre, in widths of the wall.
    yaw_deg, pitch_deg, roll_deg : float
        How the wall is turned against the camera: about its vertical, its horizontal, and
        clockwise in the picture.
    shift_x, shift_y : float
        The wall's centre off the picture's centre, in widths and heights of the picture.
    mirrored : bool
        The picture is flipped left to right, as behind a mirror.
    k1, k2 : float
        Radial distortion: a picture point at radius r (half diagonals) shows what an ideal lens
        shows at ``r (1 + k1 r^2 + k2 r^4)``.
    vignetting : float
        Light lost in the corners; it goes with the radius squared.
    flare : float
        Share of the light that the lens spreads evenly over the picture. The exposure is that of
        the light that stays, so flare adds and takes nothing.
    halo, halo_width : float
        Share of the light that it spreads in a broad glow, and the glow's standard deviation in
        picture widths.
    defocus_px : float
        Diameter of the disc of confusion in wall pixels.
    """

    wall_share: float = 0.6
    distance_widths: float = 1.5
    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    shift_x: float = 0.0
    shift_y: float = 0.0
    mirrored: bool = False
    k1: float = 0.0
    k2: float = 0.0
    vignetting: float = 0.0
    flare: float = 0.0
    halo: float = 0.0
    halo_width: float = 0.06
    defocus_px: float = 3.0


@dataclass(frozen=True, slots=True)
class VirtualCamera:
    """The camera's sensor, and what its files say.

    Attributes
    ----------
    make, model : str
        As the file says it.
    sensitivities : str
        One of `ledcal.colorimetry.spectra.CAMERAS`.
    filter_shift_nm : float
        How far this specimen's curves lie off the published ones.
    width, height : int
        Photosites of the visible area; even.
    margin : tuple of int
        Photosites left of and above the visible area that see no light; even.
    bits : int
        12, 14 or 16.
    black : tuple of float
        Black level in dn of the four positions of the CFA, row by row.
    white : int
        White level in dn.
    pattern : str
        ``RGGB``, ``BGGR``, ``GRBG`` or ``GBRG``.
    full_well_e : float
        Electrons at the white level.
    read_noise_e : float
        Standard deviation of the read noise, in electrons.
    photosite_sd : float
        Relative spread of the photosites' sensitivity, the same in every frame.
    saturation : tuple of float
        Where red, green and blue photosites stop, as a share of the white level.
    exposure_level : float
        What the wall's peak white at the centre reaches, in the largest channel, as a share of
        the white level, with `exposure_stops` at 0.
    exposure_stops : float
        More or less light than that.
    neutral_illuminant : str
        What the camera was balanced to.
    time_s, f_number, iso : float
        As the file says, with `exposure_stops` at 0; the shutter takes the stops.
    date : str
        Of the first frame, in EXIF's form.
    interval_s : float
        From frame to frame.
    orientation : int
        1..8, as the file says; the mosaic is not turned.
    compression : str
        ``none`` or ``lossless-jpeg``.
    """

    make: str = "Ledcal"
    model: str = "Virtual Cine"
    sensitivities: str = "Cinema"
    filter_shift_nm: float = 0.0
    width: int = 1440
    height: int = 960
    margin: tuple[int, int] = (0, 0)
    bits: int = 14
    black: tuple[float, float, float, float] = (512.0, 512.0, 512.0, 512.0)
    white: int = 16383
    pattern: str = "RGGB"
    full_well_e: float = 40000.0
    read_noise_e: float = 3.0
    photosite_sd: float = 0.002
    saturation: Three = ONES
    exposure_level: float = 0.7
    exposure_stops: float = 0.0
    neutral_illuminant: str = "D65"
    time_s: float = 1 / 48
    f_number: float = 4.0
    iso: float = 800.0
    date: str = "2026:01:31 10:00:00"
    interval_s: float = 1.0
    orientation: int = 1
    compression: str = "none"


@dataclass(frozen=True, slots=True)
class VirtualStage:
    """Wall, optics and camera, with the seed of what is random about them.

    Attributes
    ----------
    name : str
        Which scene it was made from.
    seed : int
        Of the panels' gains, the photosites' spread and the noise. The same stage gives the same
        bytes.
    wall, optics, camera
        The three parts.
    """

    name: str = "custom"
    seed: int = 0
    wall: VirtualWall = field(default_factory=VirtualWall)
    optics: VirtualOptics = field(default_factory=VirtualOptics)
    camera: VirtualCamera = field(default_factory=VirtualCamera)

    def __post_init__(self) -> None:
        _require_sound(self)


def _require_sound(stage: VirtualStage) -> None:
    wall, optics, camera = stage.wall, stage.optics, stage.camera
    wrong = {
        "camera.width and height are even and at least 16": camera.width % 2 == 0
        and camera.height % 2 == 0
        and min(camera.width, camera.height) >= 16,
        "camera.margin is even": all(m >= 0 and m % 2 == 0 for m in camera.margin),
        "camera.white fits into camera.bits": max(camera.black) < camera.white < 1 << camera.bits,
        "wall has pixels": min(wall.width_px, wall.height_px) >= 1,
        "wall.peak_nits and additivity are positive": min(wall.peak_nits, wall.additivity) > 0,
        "optics.wall_share is positive": optics.wall_share > 0,
        "optics.distance_widths is more than half": optics.distance_widths > 0.5,
        "optics.flare + halo is a share": 0 <= optics.flare + optics.halo < 1,
        "wall.pwm_dither is a share": 0 <= wall.pwm_dither <= 1,
        "wall.signal_bits is 8..16": 8 <= wall.signal_bits <= 16,
    }
    broken = [rule for rule, holds in wrong.items() if not holds]
    if broken:
        message = f"virtual stage {stage.name!r}: not so that " + "; ".join(broken)
        raise ValueError(message)


def with_values(stage: VirtualStage, **values: Any) -> VirtualStage:
    """The stage with some parameters changed, each named without its part.

    Parameters
    ----------
    stage : VirtualStage
        Not changed.
    **values
        Fields of `VirtualStage`, `VirtualWall`, `VirtualOptics` or `VirtualCamera`.

    Returns
    -------
    VirtualStage
        A new one.

    Raises
    ------
    ValueError
        If no part has a parameter of that name.

    Examples
    --------
    >>> stage = with_values(VirtualStage(), flare=0.01, bits=12, white=4095, seed=7)
    >>> stage.optics.flare, stage.camera.bits, stage.seed
    (0.01, 12, 7)
    """
    parts: dict[str, dict[str, Any]] = {"wall": {}, "optics": {}, "camera": {}}
    own: dict[str, Any] = {}
    homes = {parameter.name: part for part in parts for parameter in fields(getattr(stage, part))}
    whole = {parameter.name for parameter in fields(stage)}
    for name, value in values.items():
        if name in whole:
            own[name] = value
        elif name in homes:
            parts[homes[name]][name] = value
        else:
            message = f"a virtual stage has no parameter {name!r}"
            raise ValueError(message)
    for part, changes in parts.items():
        if changes:
            own[part] = replace(own.get(part, getattr(stage, part)), **changes)
    return replace(stage, **own)
