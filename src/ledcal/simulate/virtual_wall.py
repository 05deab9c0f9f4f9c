"""Every physical parameter of a virtual wall, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass

Three = tuple[float, float, float]
Matrix = tuple[Three, Three, Three]
Knots = tuple[float, ...]
Xy = tuple[float, float]

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


Leds = tuple[Led, Led, Led]


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
    signal_range : str
        ``full``; ``legal``: code arrives squeezed into 64 to 940 of 1023; ``expanded``: it is taken
        for that, stretched and cut off.
    contrast : float
        How much of an S-curve the player puts on code: 0 none, 1 all of it.
    vividness : float
        What the player makes of code's distance from its own grey: 1 leaves it.
    signal_bits : int
        Bits of the link to the processor; codes are rounded to them.
    gain : tuple of float
        White balance error of each colour; 1 is none.
    exponent_error : tuple of float
        Light is raised to 1 + this.
    ripple : tuple of tuples of (float, float, float)
        For each colour, harmonics (number over the code range, relative amplitude, phase in
        radians) that multiply the light.
    roughness : tuple of tuples of float
        For each colour, relative deviations of the light at knots that are even over the ST 2084
        scale from black to peak, with a cubic spline through them. Empty: none.
        `ledcal.simulate.curve.draw_roughness` draws them.
    shadow_gain : float
        What is left of the light at 0.2 % of peak; with 0.55, 0.90 is left at 3 %. 1: all.
    processor_gamut : str or four (x, y)
        The processor takes code as encoded in this gamut (red, green, blue, white, or a name that
        `ledcal.colorimetry.space.gamut` knows): between EOTF and LEDs stand a 3x3 that keeps
        white, and a hard clip to 0..1. Empty: code drives the LEDs as it is.
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
    odd_cabinets : tuple of (row, column, (red, green, blue))
        Cabinets with a gain of their own beside that.
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
    leds: Leds = (
        Led(629.0, 9.0, 7.0),
        Led(525.0, 13.0, 16.0),
        Led(464.0, 8.0, 11.0),
    )
    signal_range: str = "full"
    contrast: float = 0.0
    vividness: float = 1.0
    signal_bits: int = 16
    gain: Three = ONES
    exponent_error: Three = NONE
    ripple: tuple[tuple[Three, ...], tuple[Three, ...], tuple[Three, ...]] = ((), (), ())
    roughness: tuple[()] | tuple[Knots, Knots, Knots] = ()
    shadow_gain: float = 1.0
    processor_gamut: str | tuple[Xy, Xy, Xy, Xy] = ""
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
    odd_cabinets: tuple[tuple[int, int, Three], ...] = ()
    off_axis: Three = NONE
    black_nits: float = 0.0
    ambient_nits: float = 0.0
    ambient_illuminant: str = "D65"
    surround_nits: float = 0.0
    drift: Three = NONE
    drift_frames: float = 100.0
