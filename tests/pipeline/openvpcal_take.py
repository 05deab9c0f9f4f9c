"""OpenVPCal's pattern played on a virtual stage, with what goes wrong on a real one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.transfer import eotf_inverse
from ledcal.files.dng import write_dng
from ledcal.files.images import write_image
from ledcal.pattern.openvpcal import build_openvpcal
from ledcal.simulate.sensor import dng_header
from ledcal.simulate.take import shoot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from ledcal.simulate.stage import VirtualStage
    from ledcal.values.foreign import ForeignPattern
    from ledcal.values.stage import Wall

    Picture = NDArray[np.float32]


# Files of one picture that are really taken; more of them are the same files again.
_EXPOSURES = 3


@dataclass(frozen=True)
class Shown:
    """One frame of the wall: its picture, and which patch it is (-1: none)."""

    code: Picture
    patch: int


def patch_box(wall: Wall) -> tuple[slice, slice]:
    """Rows and columns of the patch: 1000 x 1000 of 3840 x 2160, stretched to the wall."""
    rows = slice(round(580 / 2160 * wall.height_px), round(1580 / 2160 * wall.height_px))
    columns = slice(round(1420 / 3840 * wall.width_px), round(2420 / 3840 * wall.width_px))
    return rows, columns


class Player:
    """The frames of one wall, by name."""

    def __init__(self, wall: Wall, *, n_steps: int = 30, saturation: float = 0.7) -> None:
        self.wall = wall
        self.pattern: ForeignPattern = build_openvpcal(wall, n_steps=n_steps, saturation=saturation)
        self._rng = np.random.default_rng(7)

    def code(self, light: float | NDArray[np.float64]) -> Picture:
        nits = self.pattern.pattern_nits
        code = eotf_inverse(self.wall.eotf, np.asarray(light) * nits, peak_nits=nits)
        return np.asarray(code, np.float32)

    def black(self) -> Picture:
        return np.zeros((self.wall.height_px, self.wall.width_px, 3), np.float32)

    def patch(self, index: int) -> Shown:
        picture = self.black()
        picture[patch_box(self.wall)] = self.pattern.patches[index].code
        return Shown(picture, index)

    def slate(self) -> Shown:
        """Half of 18 % grey with a cross, text all round, a bar of greys, peak and 10000 nits."""
        picture = self.black()
        height, width = picture.shape[:2]
        marks = self._rng.random((height // 6, width // 6)) > 0.75
        text = np.kron(marks, np.ones((3, 6))).repeat(2, axis=0)[:height, :width]
        picture[: text.shape[0], : text.shape[1]][text > 0] = self.code(0.4)
        rows, columns = patch_box(self.wall)
        picture[rows, columns] = self.code(0.09)
        picture[(rows.start + rows.stop) // 2, columns] = 0.0
        picture[rows, (columns.start + columns.stop) // 2] = 0.0
        bar = slice(rows.stop + 2, rows.stop + height // 20)
        for k, part in enumerate(np.array_split(np.arange(columns.start, columns.stop), 11)):
            picture[bar, part] = self.code(0.1 * k)
        picture[height // 5 : height // 4, 2 * width // 3 : 3 * width // 4] = 1.0
        return Shown(picture, -1)

    def pictures(self) -> list[Shown]:
        """A chart, a saturation ramp, a chequered frame with its corners, a flat field."""
        rows, columns = patch_box(self.wall)
        chart = self.black()
        chart[rows, columns] = self.code(0.01)
        for part_rows in np.array_split(np.arange(rows.start + 3, rows.stop - 3), 4):
            for part in np.array_split(np.arange(columns.start + 3, columns.stop - 3), 6):
                colour = self.code(self._rng.uniform(0.02, 0.9, 3))
                chart[part_rows[1] : part_rows[-1], part[1] : part[-1]] = colour
        ramp = self.black()
        for k, part in enumerate(np.array_split(np.arange(columns.start, columns.stop), 12)):
            level, soft = (1.0, 1.0) if k == 0 else (0.18, 1.0 - 0.1 * max(k - 2, 0))
            for channel, part_rows in enumerate(
                np.array_split(np.arange(rows.start, rows.start + (rows.stop - rows.start) // 3), 3)
            ):
                light = np.full(3, level / 3 * (1.0 - soft))
                light[channel] += level * soft
                ramp[part_rows[0] : part_rows[-1] + 1, part[0] : part[-1] + 1] = self.code(light)
        y, x = np.mgrid[: self.wall.height_px, : self.wall.width_px] // (self.wall.width_px // 38)
        chequered = self.black()
        chequered[(x + y) % 2 == 1] = self.code(0.1 * 100.0 / self.pattern.pattern_nits)
        for row, column, corner in (
            (rows.start, columns.start, (1.0, 0.0, 0.0)),
            (rows.start, columns.stop - 4, (0.0, 1.0, 0.0)),
            (rows.stop - 4, columns.start, (0.0, 0.0, 1.0)),
            (rows.stop - 4, columns.stop - 4, (1.0, 1.0, 1.0)),
        ):
            chequered[row : row + 4, column : column + 4] = self.code(np.array(corner))
        flat = self.black() + self.code(0.5)
        return [Shown(picture, -1) for picture in (chart, ramp, chequered, flat)]

    def sequence(self) -> list[Shown]:
        """Everything once, in OpenVPCal's order."""
        n = len(self.pattern.patches)
        patches = [self.patch(k) for k in range(n)]
        return [self.slate(), *patches[:8], *self.pictures(), *patches[8:], self.slate()]


def held(frames: Sequence[Shown], count: int, *, blend: bool = False) -> list[Shown]:
    """Every frame for a while; with blends, the last one of each holds some of the next."""
    result: list[Shown] = []
    for k, frame in enumerate(frames):
        result += [frame] * count
        if blend and k + 1 < len(frames):
            mixed = 0.6 * frame.code + 0.4 * frames[k + 1].code
            result[-1] = Shown(np.asarray(mixed, np.float32), -1)
    return result


def dropped(frames: Sequence[Shown], share: float, seed: int = 3) -> list[Shown]:
    """A take that lost a share of its frames."""
    kept = np.random.default_rng(seed).random(len(frames)) >= share
    return [frame for frame, keep in zip(frames, kept, strict=True) if keep]


def write_frames(
    stage: VirtualStage, frames: Sequence[Shown], out: Path, *, output: str = "dng"
) -> None:
    """Photograph frames: ``A001_00000.dng`` and on; of long runs every third file is a new one."""
    out.mkdir(parents=True, exist_ok=True)
    paths = [out / f"A001_{i:05d}.{output}" for i in range(len(frames))]
    taken: dict[int, list[int]] = {}
    twins: dict[int, int] = {}
    for i, frame in enumerate(frames):
        same = taken.setdefault(id(frame.code), [])
        if len(same) < _EXPOSURES:
            same.append(i)
        else:
            twins[i] = same[i % _EXPOSURES]
    jobs = [(str(i), frame.code, i) for i, frame in enumerate(frames) if i not in twins]
    for shot in shoot(stage, jobs, output=output):
        path = paths[int(shot.name)]
        if output == "dng":
            write_dng(path, shot.pixels, dng_header(stage, shot.index), bits=stage.camera.bits)
        else:
            write_image(path, shot.pixels, bits=16, metadata={"colorspace": "ACES2065-1"})
    for i, twin in twins.items():
        paths[i].hardlink_to(paths[twin])
