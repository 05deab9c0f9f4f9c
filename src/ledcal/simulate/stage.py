"""Every physical parameter of a virtual stage, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

from ledcal.simulate.curve import LEAST_SHADOW_GAIN
from ledcal.simulate.virtual_wall import ONES, Led, Three, VirtualWall

__all__ = ["Led", "VirtualCamera", "VirtualOptics", "VirtualStage", "VirtualWall", "with_values"]


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
    stretch : float
        Height of the pattern on the wall over what its pixels would be if they were square.
    tint : tuple of float
        What lens and filters let through of the camera's red, green and blue.
    chart, chart_nits : tuple of float, float
        A white card in the picture, lit by a light of its own in the colour of the room's: left,
        top, width and height in shares of the picture, and its luminance. Empty: none.
    moire : float
        Amplitude of the raster of the LEDs that the photosites still see, relative to the light:
        it beats with theirs.
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
    stretch: float = 1.0
    tint: Three = ONES
    chart: tuple[()] | tuple[float, float, float, float] = ()
    chart_nits: float = 0.0
    moire: float = 0.0


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
    roll : int
        Another take of the same has other noise.
    auto_exposure : float
        0: none. Else the exposure of a frame goes with this power of a twentieth of the white
        level over the frame's mean.
    auto_iris : bool
        That exposure is set by the iris and is not in the file; otherwise by the shutter.
    auto_white : float
        0: none. 1: each frame is balanced to its own mean. A raw says so, a picture is changed.
    scan_lines, scan_period_rows : float
        Depth of dark and bright bands along the rows, and rows from one to the next. They move
        from frame to frame.
    look : str
        What is baked into pictures (not into raws): ``BT.709`` is its gamut, curve and clip.
    unsynced : float
        Share of the frames whose exposure sees the end of the pattern frame before.
    torn : bool
        They show it on the upper part of the wall, instead of everywhere for a part of the time.
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
    roll: int = 0
    auto_exposure: float = 0.0
    auto_iris: bool = False
    auto_white: float = 0.0
    scan_lines: float = 0.0
    scan_period_rows: float = 60.0
    look: str = ""
    unsynced: float = 0.0
    torn: bool = False


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
        "wall.shadow_gain leaves light, and is at most 2": LEAST_SHADOW_GAIN
        <= wall.shadow_gain
        <= 2.0,
        "wall.roughness has knots for three colours": not wall.roughness
        or (len(wall.roughness) == 3 and min(map(len, wall.roughness)) >= 2),
        "wall.processor_gamut is a name or four (x, y)": isinstance(wall.processor_gamut, str)
        or [len(xy) for xy in wall.processor_gamut] == [2, 2, 2, 2],
        "wall.signal_range is full, legal or expanded": wall.signal_range
        in {"full", "legal", "expanded"},
        "camera.look is empty or BT.709": camera.look in {"", "BT.709"},
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
