"""What is strongest in every tile of a frame. Fast: 24 megapixels in a second or two.

Tiles overlap by half. In each, the spectra of all planes under one window are weighed by their
noise and added; the background is each tile's median times the shape that all tiles share. A peak
that noise would not show anywhere in the frame, and that is even over the tile, is a line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import fft
from scipy.special import gammainccinv, gammaincinv

from ledcal.moire.cosets import HALVES, MODES
from ledcal.moire.lattice import canonical, colour_of
from ledcal.moire.spectrum import blockwise_median, in_one_place
from ledcal.values.moire import COLOURS, MoireMap

if TYPE_CHECKING:
    from ledcal.moire.patch import Box
    from ledcal.values.arrays import FloatArray
    from ledcal.values.frame import LinearFrame, Plane

Float32 = NDArray[np.float32]
# Values of a plane along a tile.
SMALL = 64
_LEAST_WAVES = 4.0
# A tile is looked at where it has light, is not clipped, and is nearly flat.
_DARK, _NEAR_WHITE, _MOST_CLIPPED, _MOST_UNEVEN = 5e-4, 0.99, 0.01, 0.5
# Noise of a value, relative to the light, above which it is no flat light but cloth or carpet.
_TEXTURE_OF_PICTURE, _TEXTURE_OF_RAW = 0.05, 0.25
_CAUTION = 2.0
_PARTS, _FADING = 4, 3
# Blocks along a tile, by whose means it is judged and levelled.
_BLOCKS = 8
# Every so many cells of a spectrum count for its median.
_SKIP = 5
# Rows of tiles from which the shape of the noise is learnt.
_ROWS_OF_NOISE = 8


def map_tiles(
    frame: LinearFrame,
    box: Box | None = None,
    *,
    tile: int = SMALL,
    false_alarm: float = 1e-3,
    is_picture: bool = False,
    most_waves: float = np.inf,
) -> MoireMap:
    """The strongest line of every tile.

    Parameters
    ----------
    frame : LinearFrame
        Flat light, or nearly.
    box : tuple of float or None
        Part of the picture that is looked at: x, y, width, height; None is all of it.
    tile : int
        Values of a plane along a tile; in a small picture it is halved until some fit.
    false_alarm : float
        Probability that noise alone shows a line anywhere in the frame.
    is_picture : bool
        Channels lie on one another; otherwise the planes are those of a Bayer sensor.
    most_waves : float
        Waves across a tile that are looked for, at most.

    Returns
    -------
    MoireMap
        With NaN where a tile is dark, clipped or far from flat.
    """
    step = frame.planes[0].step
    x, y, width, height = box or (0.0, 0.0, float(frame.width), float(frame.height))
    left, top = (max(0, -(-round(start) // step)) for start in (x, y))
    cuts = [_cut(plane, left, top, x + width, y + height) for plane in frame.planes]
    rows = min(cut.shape[0] for cut in cuts)
    columns = min(cut.shape[1] for cut in cuts)
    n = tile
    while n > 16 and min(rows, columns) < 2 * n:
        n //= 2
    starts_y = np.arange(0, max(rows - n, 0) + 1, n // 2)
    starts_x = np.arange(0, max(columns - n, 0) + 1, n // 2)
    shape = (len(starts_y), len(starts_x))
    contrast = np.full(shape, np.nan)
    fx, fy = np.full(shape, np.nan), np.full(shape, np.nan)
    colour = np.full(shape, -1)
    found_map = MoireMap(
        x=step * (left + starts_x + n / 2),
        y=step * (top + starts_y + n / 2),
        tile_px=n * step,
        contrast=contrast,
        fx_cpp=fx,
        fy_cpp=fy,
        colour=colour,
    )
    if min(rows, columns) < n:
        return found_map  # one tile that does not fit
    look = _Look(
        frame,
        n,
        shape[0] * shape[1],
        false_alarm,
        is_picture=is_picture,
        most_waves=most_waves,
    )
    levels = _Levels(cuts, rows, columns, frame.planes, n)
    some = starts_y[:: max(1, len(starts_y) // _ROWS_OF_NOISE)]
    noise = look.shape_of_noise([look.spectra(levels.tiles(start))[0] for start in some])
    for i, start in enumerate(starts_y):
        tiles = levels.tiles(start)
        power, is_flat = look.spectra(tiles)
        tiles = _Tiles(tiles.values, tiles.is_sound & is_flat)
        contrast[i, tiles.is_sound] = 0.0
        found = look.lines(tiles, power, noise)
        contrast[i, found.column] = found.contrast
        fx[i, found.column], fy[i, found.column] = found.frequency.T
        colour[i, found.column] = found.colour
    return found_map


def _cut(plane: Plane, left: int, top: int, right: float, bottom: float) -> NDArray[Any]:
    end = max(left, int((right - plane.x - 1) // plane.step) + 1)
    last = max(top, int((bottom - plane.y - 1) // plane.step) + 1)
    return plane.values[top:last, left:end]


@dataclass(frozen=True, slots=True, eq=False)
class _Tiles:
    """Relative light of a row of tiles, (tiles, planes, n, n), and which can be looked at."""

    values: Float32
    is_sound: NDArray[np.bool_]


class _Levels:
    """Cuts rows of tiles out of planes, relative to each tile's own light."""

    def __init__(
        self, cuts: list[NDArray[Any]], rows: int, columns: int, planes: tuple[Plane, ...], n: int
    ) -> None:
        self._cuts = [cut[:rows, :columns] for cut in cuts]
        self._planes = planes
        self._n = n
        self._side = ((np.arange(n) + 0.5) / n - 0.5).astype(np.float32)

    def tiles(self, start: int) -> _Tiles:
        """The tiles that begin in a row."""
        n = self._n
        values = []
        is_sound: NDArray[np.bool_] | None = None
        for plane, cut in zip(self._planes, self._cuts, strict=True):
            strip = np.array(cut[start : start + n], np.float32)
            strip -= np.float32(plane.black)
            strip /= np.float32(plane.white - plane.black)
            top = (min(plane.saturation, 1e30) - plane.black) / (plane.white - plane.black)
            clipped = self._blocks((strip >= _NEAR_WHITE * top).astype(np.float32))
            blocks = self._blocks(strip)
            mean = blocks.mean(axis=(1, 2))
            spread = np.ptp(blocks, axis=(1, 2))
            sound = clipped.mean(axis=(1, 2)) <= _MOST_CLIPPED
            sound &= (mean > _DARK) & (spread < _MOST_UNEVEN * mean)
            is_sound = sound if is_sound is None else is_sound & sound
            scale = 1.0 / np.maximum(mean, np.float32(_DARK))
            # The slope of the light across the tile is no line.
            side = self._side.reshape(_BLOCKS, -1).mean(axis=1)
            norm = float(np.sum(side**2)) * _BLOCKS
            along = (blocks.sum(axis=1) @ side) * scale / norm
            down = (blocks.sum(axis=2) @ side) * scale / norm
            level = down[:, None, None] * self._side[None, :, None] + 1.0
            level = level + along[:, None, None] * self._side[None, None, :]
            view = sliding_window_view(strip, n, axis=1)[:, :: n // 2].transpose(1, 0, 2)
            tiles = view * scale[:, None, None]
            tiles -= level
            values.append(tiles)
        assert is_sound is not None
        return _Tiles(np.stack(values, axis=1), is_sound)

    def _blocks(self, strip: Float32) -> Float32:
        """Means of blocks of every tile in a strip: (tiles, blocks, blocks)."""
        m = self._n // _BLOCKS
        width = strip.shape[1] // m
        means = strip[:, : width * m].reshape(_BLOCKS, m, width, m).mean(axis=(1, 3))
        view = sliding_window_view(means, _BLOCKS, axis=1)[:, :: _BLOCKS // 2]
        return np.asarray(view.transpose(1, 0, 2), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    """Lines of a row of tiles."""

    column: NDArray[np.int64]
    contrast: FloatArray
    frequency: FloatArray
    colour: NDArray[np.int64]


class _Look:
    """What all tiles of a frame share: window, threshold, places of the planes."""

    def __init__(
        self,
        frame: LinearFrame,
        n: int,
        n_tiles: int,
        false_alarm: float,
        *,
        is_picture: bool,
        most_waves: float,
    ) -> None:
        self.n = n
        self.is_picture = is_picture
        self.step = frame.planes[0].step
        self.channels = [plane.channel for plane in frame.planes]
        self.offsets = np.array([[plane.x, plane.y] for plane in frame.planes], np.float64)
        side = np.hanning(n + 2)[1:-1]
        self.window = side
        self._flat = (side[:, None] * side[None, :]).astype(np.float32)
        down = fft.fftfreq(n) * n
        along = np.arange(n // 2 + 1, dtype=np.float64)
        self._down = down
        waves = np.hypot(down[:, None], along[None, :])
        allowed = (waves >= _LEAST_WAVES) & (waves <= most_waves)
        mirrored = (down < 0) & (2 * down > -n)  # the last row mirrors itself
        allowed[mirrored, 0] = False
        allowed[mirrored, -1] = False
        self._allowed = allowed
        beside = np.kron(np.eye(_PARTS), np.ones(n // _PARTS)) * (_PARTS / n)
        fading = np.hanning(n // 2 + 2)[1:-1]
        overlapping = np.zeros((_FADING, n))
        for part in range(_FADING):
            start = part * n // 4
            overlapping[part, start : start + n // 2] = fading / fading.sum()
        self._beside: Float32 = beside.astype(np.float32)
        self._fading: Float32 = overlapping.astype(np.float32)
        self._some = np.flatnonzero(allowed.ravel())[::_SKIP]
        looks = float(len(self.channels))
        cells = _CAUTION * n_tiles * int(allowed.sum())
        self._single = in_one_place(false_alarm, cells)
        self.middle = float(gammaincinv(looks, 0.5)) / looks
        self._limit = float(gammainccinv(looks, self._single)) / looks

    def spectra(self, tiles: _Tiles) -> tuple[Float32, NDArray[np.bool_]]:
        """Power of the tiles, planes weighed by their noise, and which are no texture.

        Shapes (tiles, n, n // 2 + 1) and (tiles,).
        """
        bins = fft.rfft2(tiles.values * self._flat, axes=(2, 3))
        power = bins.real**2 + bins.imag**2
        count = len(tiles.values)
        flat = power.reshape(count, power.shape[1], -1)
        usual = np.median(flat[:, :, self._some], axis=2) / np.log(2.0)
        power /= np.maximum(usual, 1e-20)[:, :, None, None]
        noise = np.sqrt(usual.mean(axis=1) / float(np.sum(self._flat**2)))
        most = _TEXTURE_OF_PICTURE if self.is_picture else _TEXTURE_OF_RAW
        return np.asarray(power.mean(axis=1), np.float32), noise < most

    def shape_of_noise(self, seen: list[Float32]) -> FloatArray:
        """Background of the tiles' spectra: what all share, smooth over frequencies. 1 if white."""
        every = np.concatenate(seen)
        some = every[:: max(1, len(every) // 400)]
        log = np.log(np.maximum(np.median(some, axis=0), 1e-12) / self.middle)
        order = np.argsort(self._down, kind="stable")
        smooth = np.empty_like(log)
        smooth[order] = blockwise_median(log[order])
        return np.asarray(np.exp(np.maximum(smooth, np.log(0.2))), np.float64)

    def lines(self, tiles: _Tiles, power: Float32, noise: FloatArray) -> _Lines:
        """The strongest line of each tile in which one stands out, and is even."""
        n = self.n
        ratio = np.where(self._allowed, power / noise, 0.0)
        flat = ratio.reshape(len(ratio), -1)
        best = flat.argmax(axis=1)
        height = flat[np.arange(len(flat)), best]
        column = np.flatnonzero((height > self._limit) & tiles.is_sound)
        i, j = np.divmod(best[column], n // 2 + 1)
        at = np.stack(
            [
                self._between(power, column, i, j, axis=1),
                self._between(power, column, i, j, axis=0),
            ],
            axis=-1,
        )
        values = tiles.values[column]
        is_even, amplitude = self._even(values, at / n)
        column, at, amplitude = column[is_even], at[is_even], amplitude[is_even]
        frequency = at / n / self.step
        # Phases in coordinates common to all planes.
        turned = amplitude * np.exp(-2j * np.pi * frequency @ self.offsets.T)
        colour, contrast = self._colour(turned)
        return _Lines(column, contrast, canonical(frequency).reshape(-1, 2), colour)

    def _between(
        self, power: Float32, tile: NDArray[Any], i: NDArray[Any], j: NDArray[Any], *, axis: int
    ) -> FloatArray:
        """Where between cells the peak has its top, in cycles per tile."""
        n = self.n
        last = n // 2
        if axis == 0:
            low, high = power[tile, (i - 1) % n, j], power[tile, (i + 1) % n, j]
            place = self._down[i]
        else:
            low = power[tile, i, np.abs(j - 1)]
            high = power[tile, i, np.minimum(j + 1, last)]
            place = j.astype(np.float64)
        a, b, c = (np.log(np.maximum(x, 1e-20)) for x in (low, power[tile, i, j], high))
        bend = np.minimum(a - 2 * b + c, -1e-6)
        return np.asarray(place + np.clip(0.5 * (a - c) / bend, -0.5, 0.5), np.float64)

    def _parts(
        self, values: Float32, turns: FloatArray, weights: Float32
    ) -> NDArray[np.complex128]:
        """Amplitudes of the lines in parts of their tiles: (tiles, planes, parts, parts)."""
        k = np.arange(self.n) - (self.n - 1) / 2
        across = np.exp(-2j * np.pi * turns[:, :1] * k).astype(np.complex64)
        down = np.exp(-2j * np.pi * turns[:, 1:] * k).astype(np.complex64)
        # Real and imaginary parts side by side: one product of real matrices.
        columns = across[:, :, None] * weights.T[None]
        both = np.concatenate([columns.real, columns.imag], axis=2)[:, None]
        inner = values @ both
        count = len(weights)
        complex_inner = inner[..., :count] + 1j * inner[..., count:]
        rows = weights[None] * down[:, None, :]
        return np.asarray(2.0 * (rows[:, None] @ complex_inner), np.complex128)

    def _even(
        self, values: Float32, turns: FloatArray
    ) -> tuple[NDArray[np.bool_], NDArray[np.complex128]]:
        """Whether parts agree, as `steady.unevenness` judges it; and the planes' amplitudes.

        Parts beside each other use all the light. Where another strong line disturbs them, parts
        that overlap and fade out at their edges are asked too.
        """
        doubt, mean = _doubt(self._parts(values, turns, self._beside))
        is_even = doubt < self._single
        again = np.flatnonzero(~is_even)
        if again.size:
            other, smooth = _doubt(self._parts(values[again], turns[again], self._fading))
            passed = other < self._single
            is_even[again[passed]] = True
            mean[again[passed]] = smooth[passed]
        return is_even, mean

    def _colour(self, amplitude: NDArray[np.complex128]) -> tuple[NDArray[np.int64], FloatArray]:
        """Colours, as places in `COLOURS`, and contrasts."""
        if self.is_picture:
            names = [channel[0] for channel in self.channels]
            strongest = np.abs(amplitude).max(axis=1, initial=0.0)
            if sorted(names) != ["B", "G", "R"]:
                return np.zeros(len(amplitude), np.int64), strongest
            ordered = amplitude[:, [names.index(name) for name in "RGB"]]
            sizes = np.abs(ordered @ np.array([MODES[name] for name in COLOURS]).T)
            return sizes.argmax(axis=1), strongest
        turns = np.exp(-2j * np.pi * HALVES @ self.offsets.T)
        sums = np.abs(amplitude @ turns.T) / amplitude.shape[1]
        best = sums.argmax(axis=1)
        colour = np.array([COLOURS.index(colour_of(half)) for half in HALVES])
        return colour[best], sums[np.arange(len(best)), best]


def _doubt(parts: NDArray[np.complex128]) -> tuple[FloatArray, NDArray[np.complex128]]:
    """Probability that what is uneven agrees as well from part to part; and the mean."""
    mean = parts.mean(axis=(2, 3))
    weight = np.maximum(np.sum(np.abs(mean) ** 2, axis=1), 1e-30)
    joint = np.einsum("tpij,tp->tij", parts, mean.conj()) / weight[:, None, None]
    count = parts.shape[2] * parts.shape[3]
    spread = np.sum(np.abs(joint - 1.0) ** 2, axis=(1, 2)) / (count - 1)
    ratio = count / np.maximum(spread, 1e-30)
    return np.exp(-(count - 1) * np.log1p(ratio / (count - 1))), mean
