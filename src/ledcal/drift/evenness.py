"""Is the wall as even as it was? What the lens does is smooth, what a cabinet does is not."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.drift.box import find_box
from ledcal.values.arrays import FloatArray, readonly
from ledcal.values.marks import PAYLOAD_BITS

if TYPE_CHECKING:
    from ledcal.values.arrays import BoolArray, IntArray
    from ledcal.values.reading import DriftReading

_N_PASSES = 12
# Tukey's biweight, in standard deviations of what is left.
_TUKEY = 4.0
_LEAST_SIGMA = 0.0005
# A place that is known no better tells nothing.
_UNCLEAR = 0.2
# A cabinet needs so many places to be told, a box of any size some more.
_FEW, _FEW_OF_BOX = 2, 4
# A spot this large is looked at again: where a smooth change leaves less than this share of it,
# it is the lens, or heat.
_LARGE, _SMOOTHER = 0.005, 0.25
SMOOTH = "all over the wall, smoothly"
# Half a place and the blur, as a share of the wall's long side.
_BORDER = 0.0075
_CHANNELS = ("red", "green", "blue")


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """The part of the wall whose light changed most against the rest.

    Attributes
    ----------
    change : ndarray, shape (3,)
        In camera red, green and blue, relative.
    sigma : float
        Standard error of the largest of them.
    where : str
        ``cabinet r3c7``, or a box in wall pixels.
    """

    change: FloatArray
    sigma: float
    where: str

    @property
    def channel(self) -> int:
        """The camera channel that changed most."""
        return int(np.argmax(np.abs(self.change)))

    @property
    def value(self) -> float:
        """Its change."""
        return float(self.change[self.channel])

    @property
    def words(self) -> str:
        """Where, and how much in each channel."""
        each = ", ".join(
            f"{name} {100 * value:+.1f} %"
            for name, value in zip(_CHANNELS, self.change, strict=True)
        )
        return f"{self.where}: {each}"


@dataclass(frozen=True, slots=True, eq=False)
class Evenness:
    """Every place then and now.

    Attributes
    ----------
    rest : ndarray, shape (m, 3)
        Change of each place that is not smooth over the wall, natural logarithm; NaN where a
        place was not seen.
    spot : Spot or None
        None where nothing can be told.
    unseen : tuple of str
        Cabinets of which too little was seen, where their size is known.
    centre : ndarray, shape (3,)
        What such changes make of the mean of the wall's middle, natural logarithm.
    """

    rest: FloatArray
    spot: Spot | None
    centre: FloatArray
    unseen: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        rest = readonly(self.rest, shape=(None, 3), name="rest", finite=False)
        object.__setattr__(self, "rest", rest)
        object.__setattr__(self, "centre", readonly(self.centre, shape=(3,), name="centre"))


def compare_evenness(
    then: DriftReading,
    now: DriftReading,
    *,
    has_moved: bool,
    panel_px: tuple[int, int] | None = None,
) -> Evenness:
    """Compare the light all over the wall.

    Parameters
    ----------
    then, now : DriftReading
        Two takes of the same pattern on the same wall.
    has_moved : bool
        Whether the camera stands elsewhere: a smooth change over the wall is its doing then. Else
        only a change of everything is passed over.
    panel_px : (int, int) or None
        Width and height of a cabinet; None looks for a box of any size.

    Returns
    -------
    Evenness
        The part that changed most, and all changes.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log(now.even / then.even)
        sigma = np.hypot(now.even_sigma / now.even, then.even_sigma / then.even)
    sigma = np.hypot(sigma, _LEAST_SIGMA)
    known: BoolArray = np.all(np.isfinite(log) & (sigma < _UNCLEAR), axis=1)
    rest = np.full_like(log, np.nan)
    if known.sum() < 4 * _FEW_OF_BOX:
        return Evenness(rest, None, np.zeros(3))
    rest[known], scaled = _smoothed(then, log, sigma, known, has_moved=has_moved)
    spot, unseen = _spot(then, rest, scaled, known, panel_px)
    if spot is not None and not has_moved and abs(spot.value) > _LARGE:
        # A camera that stands where it stood: a part of the wall, or all of it, smoothly?
        over = np.full_like(log, np.nan)
        over[known], errors = _smoothed(then, log, sigma, known, has_moved=True)
        left, _ = _spot(then, over, errors, known, panel_px)
        if left is not None and abs(left.value) < _SMOOTHER * abs(spot.value):
            spot = replace(spot, where=f"{SMOOTH}, most at {spot.where}")
            rest = over
    centre = np.zeros(3)
    middle = known & _is_central(then)
    middle[then.n_flat :] = False
    if middle.any():
        centre = rest[middle].mean(axis=0)
    return Evenness(rest, spot, centre, unseen)


def _smoothed(
    reading: DriftReading,
    log: FloatArray,
    sigma: FloatArray,
    known: BoolArray,
    *,
    has_moved: bool,
) -> tuple[FloatArray, FloatArray]:
    """What a smooth change leaves of the places that are known, and everybody's error."""
    terms, kinds = _terms(reading, known, has_moved=has_moved)
    scaled, rest = sigma.copy(), np.zeros((int(known.sum()), 3))
    for channel in range(3):
        rest[:, channel], scale = _robust(terms, kinds, log[known, channel], sigma[known, channel])
        scaled[known, channel] *= scale
    return rest, scaled


def _terms(
    reading: DriftReading, known: BoolArray, *, has_moved: bool
) -> tuple[FloatArray, list[BoolArray]]:
    """Levels of flat, fiducials and strip, and where the camera moved a cubic; and who is which."""
    size = np.array(reading.wall_px)
    x, y = ((reading.places[known] - (size - 1) / 2) / (size.max() / 2)).T
    index = np.flatnonzero(known)
    edges = (0, reading.n_flat, len(reading.places) - 2 * PAYLOAD_BITS, len(reading.places))
    kinds = [(index >= low) & (index < high) for low, high in itertools.pairwise(edges)]
    kinds = [kind for kind in kinds if kind.any()]
    columns = [kind.astype(np.float64) for kind in kinds]
    if has_moved:
        powers = [(i, j) for i in range(4) for j in range(4 - i) if i + j]
        columns += [x**i * y**j for i, j in powers]
    return np.stack(columns, axis=1), kinds


def _robust(
    terms: FloatArray, kinds: list[BoolArray], log: FloatArray, sigma: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """What a smooth change leaves, and by how much each sigma is too small."""
    pull, scale = np.ones(len(log)), np.ones(len(log))
    left = log - np.median(log)
    for turn in range(_N_PASSES):
        if turn:
            for kind in kinds:
                scale[kind] = max(1.4826 * float(np.median(np.abs(left / sigma)[kind])), 1.0)
            pull = np.maximum(1.0 - (left / sigma / (_TUKEY * scale)) ** 2, 1e-4) ** 2
        root = np.sqrt(pull) / (sigma * scale)
        answer = np.linalg.lstsq(terms * root[:, None], log * root, rcond=None)[0]
        left = log - terms @ answer
    return np.asarray(left, np.float64), scale


def _is_central(reading: DriftReading) -> BoolArray:
    """Places in the central tenth of the wall's area."""
    size = np.array(reading.wall_px)
    offset = np.abs(reading.places - (size - 1) / 2) / size
    return np.asarray((offset <= 0.5 * 0.1**0.5).all(axis=1))


def _spot(
    reading: DriftReading,
    rest: FloatArray,
    sigma: FloatArray,
    known: BoolArray,
    panel_px: tuple[int, int] | None,
) -> tuple[Spot | None, tuple[str, ...]]:
    """The part that changed most; and cabinets that were not seen."""
    if panel_px is not None:
        return _cabinet(reading, rest, sigma, known, panel_px)
    box = find_box(
        reading.places[known], rest[known], sigma[known], wall_px=reading.wall_px, least=_FEW_OF_BOX
    )
    if box is None:
        return None, ()
    (left, top, right, bottom), change, error = box
    spot = Spot(
        change=np.expm1(change),
        sigma=error,
        where=f"the part at x {left:.0f}-{right:.0f}, y {top:.0f}-{bottom:.0f} px of the wall",
    )
    return spot, ()


def _cabinet(
    reading: DriftReading,
    rest: FloatArray,
    sigma: FloatArray,
    known: BoolArray,
    panel_px: tuple[int, int],
) -> tuple[Spot | None, tuple[str, ...]]:
    """The cabinet that changed most, in standard errors and in size; and those not seen."""
    inside = (reading.places + 0.5) / np.array(panel_px)
    cell = np.floor(inside).astype(np.int64)
    # A place on the border shows two cabinets.
    margin = _BORDER * max(reading.wall_px) / np.array(panel_px)
    inner = (np.abs(inside - cell - 0.5) < 0.5 - margin).all(axis=1)
    columns, rows = (
        -(-length // side) for length, side in zip(reading.wall_px, panel_px, strict=True)
    )
    index: IntArray = cell[:, 1] * columns + cell[:, 0]
    best, largest, unseen = None, -1.0, []
    for number in range(columns * rows):
        row, column = divmod(number, columns)
        name = f"r{row + 1}c{column + 1}"
        own = known & (index == number)
        own = own & inner if (own & inner).sum() >= _FEW else own
        if own.sum() < _FEW:
            unseen.append(name)
            continue
        change, error = _weighted(rest[own], sigma[own])
        spot = Spot(np.expm1(change), error, f"cabinet {name}")
        # What is not clearer than noise does not count as large.
        size = max(abs(spot.value) - 3.0 * error, 0.0) + 1e-3 * abs(spot.value)
        if size > largest:
            best, largest = spot, size
    return best, tuple(unseen)


def _weighted(rest: FloatArray, sigma: FloatArray) -> tuple[FloatArray, float]:
    """Mean of the places of a cabinet in each channel, and the largest standard error."""
    weight = 1.0 / sigma**2
    total = weight.sum(axis=0)
    return (weight * rest).sum(axis=0) / total, float((1.0 / np.sqrt(total)).max())
