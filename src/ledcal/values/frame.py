"""One captured frame: linear camera planes, with what the file said of itself."""

from __future__ import annotations

from dataclasses import dataclass

from ledcal.values.arrays import AnyArray, FloatArray, readonly


@dataclass(frozen=True, slots=True)
class Exposure:
    """Camera settings the file states; None where it does not (0 and 1.0/1.0 count as unknown)."""

    time_s: float | None = None
    f_number: float | None = None
    iso: float | None = None
    when: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CameraColour:
    """What a raw file says of its camera's colour.

    Attributes
    ----------
    neutral : ndarray, shape (3,)
        Camera RGB of a neutral object (DNG AsShotNeutral): 1 / white balance gain.
    matrices : tuple of (float, ndarray of shape (3, 3))
        Correlated colour temperature in kelvin of the calibration illuminant, and the matrix
        from CIE XYZ to camera RGB (DNG ColorMatrix). One or two.
    source : str
        Where they came from, for the report: ``DNG ColorMatrix1 and 2``, ``LibRaw``.
    """

    neutral: FloatArray
    matrices: tuple[tuple[float, FloatArray], ...]
    source: str

    def __post_init__(self) -> None:
        neutral = readonly(self.neutral, shape=(3,), name="neutral")
        object.__setattr__(self, "neutral", neutral)
        checked = tuple(
            (float(cct), readonly(matrix, shape=(3, 3), name="ColorMatrix"))
            for cct, matrix in self.matrices
        )
        object.__setattr__(self, "matrices", checked)


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """The photosites of one colour of the CFA, or one channel of an image.

    Camera RGB, linear, is ``(values - black) / (white - black)``.

    Attributes
    ----------
    values : ndarray, shape (rows, columns)
        Sensor numbers (dn), or linear floats. A view; not to be written to.
    channel : str
        ``R``, ``G1``, ``G2`` or ``B`` (an image has ``R``, ``G1``, ``B``).
    x, y : int
        Where ``values[0, 0]`` lies in the frame's pixel coordinates.
    step : int
        Frame pixels from one value to the next, both ways: 1 image, 2 Bayer, 6 X-Trans.
    black, white : float
        The dn that means no light, and the dn that means 1.0.
    saturation : float
        A value at or above it is saturated; infinity for floats.
    """

    values: AnyArray
    channel: str
    x: int
    y: int
    step: int
    black: float
    white: float
    saturation: float


@dataclass(frozen=True, slots=True, eq=False)
class LinearFrame:
    """One file, read.

    Attributes
    ----------
    name : str
        File name, for messages.
    width, height : int
        Size in pixels of the visible area; pixel centres on integers, origin top-left.
    planes : tuple of Plane
        Raw: one for each photosite of the CFA's repeat. Image: one for each channel.
    space : str
        ``camera`` (native, not balanced) or the declared space such as ``ACES2065-1``.
    exposure : Exposure
        What the file states.
    colour : CameraColour or None
        None where the file says nothing of it.
    camera_model : str
        Make and model; empty where unknown.
    notes : tuple of str
        What was odd but harmless about the file.
    assumptions : tuple of str
        What its numbers were taken to mean, and how that is known; printed, so without the file's
        name.
    """

    name: str
    width: int
    height: int
    planes: tuple[Plane, ...]
    space: str
    exposure: Exposure
    colour: CameraColour | None
    camera_model: str = ""
    notes: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
