"""Frames in which moire is looked for: which ones, what their numbers are, where the wall is."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.capture.folder import scan
from ledcal.capture.source import open_captures
from ledcal.colorimetry.space import ACES
from ledcal.errors import AmbiguousInputError, CaptureError, InputError, LedcalError
from ledcal.imaging.homography import apply_homography
from ledcal.measure import sample_frame
from ledcal.measure.samples import CENTRAL
from ledcal.measure.view import undistort
from ledcal.moire.banding import row_profiles
from ledcal.pipeline.context import read_context
from ledcal.pipeline.sampling import COMMON_SIZES, known_pattern
from ledcal.values.moire import DISPLAY, LINEAR, RAW
from ledcal.values.pattern import FrameKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ledcal.measure import WallView
    from ledcal.moire.patch import Box
    from ledcal.pipeline.context import Context
    from ledcal.values.arrays import FloatArray
    from ledcal.values.banding import RowProfiles
    from ledcal.values.frame import LinearFrame
    from ledcal.values.pattern import Pattern

# Frames that are averaged: at most, and by their bytes.
_MOST_FRAMES, _MOST_BYTES = 16, 1_200_000_000
# A frame's marks are searched in so many frames before the take is taken to show none.
_SEARCHED = 3
# Pixels along a side of a region, at least, with room for its first whole repeat.
_SMALLEST = 68


@dataclass(frozen=True, slots=True, eq=False)
class MoireFrames:
    """What was read.

    Attributes
    ----------
    frames : tuple of LinearFrame
        Flat ones, at most as many as are averaged.
    names : tuple of str
        Of all flat frames.
    profiles : tuple of RowProfiles
        Of all flat frames; empty of numbers made for a display.
    view : WallView or None
        Where the wall is, if its marks were found.
    pattern : Pattern or None
        What it shows.
    box : tuple of float or None
        Where the patches lie: what was typed, the wall's middle, or None for all of the frame.
    region : tuple of float or None
        What the map covers.
    source : str
        As `MoireTake.source`.
    context : Context
        What stands beside the frames.
    said : tuple of str
        What the numbers were taken to mean.
    """

    frames: tuple[LinearFrame, ...]
    names: tuple[str, ...]
    profiles: tuple[RowProfiles, ...]
    view: WallView | None
    pattern: Pattern | None
    box: Box | None
    region: Box | None
    source: str
    context: Context
    said: tuple[str, ...]

    def to_wall(self) -> Callable[[FloatArray], FloatArray]:
        """Points of the picture to LED pixels; only where the marks were found."""
        view = self.view
        assert view is not None
        back = np.asarray(np.linalg.inv(view.homography), np.float64)

        def points_to_wall(points: FloatArray) -> FloatArray:
            straight = undistort(points, view.k1, view.width, view.height)
            return apply_homography(back, straight)

        return points_to_wall

    def outline(self) -> FloatArray | None:
        """Corners of the wall in the picture."""
        if self.view is None or self.pattern is None:
            return None
        right, bottom = self.pattern.width_px - 0.5, self.pattern.height_px - 0.5
        corners = np.array([[-0.5, -0.5], [right, -0.5], [right, bottom], [-0.5, bottom]])
        return self.view.to_frame(corners)


def read_moire_frames(
    captures: Sequence[Path],
    *,
    region: Box | None = None,
    stage_path: Path | None = None,
    camera_space: str | None = None,
    encoding: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
) -> MoireFrames:
    """Read frames of flat light: of a pattern its flat grey ones, else all.

    Parameters
    ----------
    captures : sequence of Path
        Files, folders or a clip; the camera did not move.
    region : tuple of float or None
        x, y, width and height in pixels: where it is flat.
    stage_path : Path or None
        None looks beside the captures.
    camera_space, encoding : str or None
        As for `measure`; pictures that say nothing are read all the same, as made for a display.
    progress : callable
        Called with (files read, files in all).

    Returns
    -------
    MoireFrames
        At least one frame.

    Raises
    ------
    CaptureError
        If no frame can be read, or a pattern's flat frames are missing.
    InputError
        If an option or a document is wrong.
    """
    files = list(scan(captures).paths)
    context = read_context(
        files,
        plan_path=None,
        stage_path=stage_path,
        idt_path=None,
        camera_space=camera_space,
        encoding=encoding,
    )
    try:
        return _read(files, context, region, progress, is_display=False)
    except AmbiguousInputError:
        # Nothing says what the numbers of the first file mean.
        return _read(files, context, region, progress, is_display=True)


def _read(
    files: Sequence[Path],
    context: Context,
    region: Box | None,
    progress: Callable[[int, int], None],
    *,
    is_display: bool,
) -> MoireFrames:
    """Read the files, once each.

    Raises
    ------
    AmbiguousInputError
        If nothing says what the first file's numbers mean.
    """
    take = _Take(context, region, is_display=is_display)
    space, coding = context.picture_space, context.picture_encoding
    if is_display:
        space, coding = ACES.name, "linear"
    with closing(open_captures(files, image_space=space, encoding=coding, every=True)) as opened:
        for done, capture in enumerate(opened, start=1):
            try:
                frame = capture.load()
            except LedcalError as error:
                if done == 1 and isinstance(error, AmbiguousInputError):
                    raise
                take.refuse(error)
                continue
            take.add(frame)
            progress(min(done, len(files)), len(files))
    return take.finish()


def require_inside(region: Box | None, frame: LinearFrame) -> None:
    """Refuse a region that is not all in the frame, or too small to tell anything.

    Raises
    ------
    InputError
        In both cases.
    """
    if region is None:
        return
    x, y, across, down = region
    typed = f"--region {x:g},{y:g},{across:g},{down:g}"
    size = f"the frame of {frame.width} x {frame.height} pixels"
    if x < 0 or y < 0 or x + across > frame.width or y + down > frame.height:
        raise InputError(f"{typed} does not lie inside {size}; x,y is its top left corner")
    if min(across, down) < _SMALLEST:
        raise InputError(
            f"{typed} is {across:g} x {down:g} pixels of {size}, expected at least {_SMALLEST} x "
            f"{_SMALLEST}; the larger it is, the weaker the lines that are found: 512 is plenty"
        )


class _Take:
    """Sorts frames as they come, and keeps what is needed."""

    def __init__(self, context: Context, region: Box | None, *, is_display: bool) -> None:
        self.context = context
        self.region = region
        self.is_display = is_display
        self.frames: list[LinearFrame] = []
        self.names: list[str] = []
        self.profiles: list[RowProfiles] = []
        self.view: WallView | None = None
        self.pattern: Pattern | None = None
        self.said: dict[str, None] = {}
        self.refused: list[LedcalError] = []
        self.seen = self.passed = 0
        self.box = region
        self.covered = region

    def refuse(self, error: LedcalError) -> None:
        """A frame that cannot be read; all of them, and there is no take."""
        self.refused.append(error)

    def add(self, frame: LinearFrame) -> None:
        """Keep a frame if it is flat."""
        self.seen += 1
        if self.frames and (frame.width, frame.height) != (
            self.frames[0].width,
            self.frames[0].height,
        ):
            first = self.frames[0]
            raise CaptureError(
                f"{frame.name}: {frame.width} x {frame.height} pixels, but {first.name} has "
                f"{first.width} x {first.height}; give frames of one camera mode at a time"
            )
        require_inside(self.region, frame)
        step = frame.planes[0].step
        if step not in {1, 2}:
            raise CaptureError(
                f"{frame.name}: its colour filter array repeats every {step} photosites; moire is "
                "told apart on Bayer sensors only; transcode to linear EXR for a smaller claim"
            )
        if self.region is None and not self._is_flat(frame):
            self.passed += 1
            return
        self.said.update(dict.fromkeys(frame.assumptions))
        self.names.append(frame.name)
        size = sum(plane.values.nbytes for plane in frame.planes)
        room = max(1, _MOST_BYTES // max(size, 1))
        if len(self.frames) < min(_MOST_FRAMES, room):
            self.frames.append(frame)
        if not self.is_display:
            self.profiles.append(row_profiles(frame, self.box))

    def _is_flat(self, frame: LinearFrame) -> bool:
        """Whether a frame of a pattern is a flat grey one; True where no marks are found."""
        if self.pattern is None and self.seen > _SEARCHED:
            return True
        wall = self.context.pattern or self.context.stage.wall
        walls = list(dict.fromkeys([(wall.width_px, wall.height_px), *COMMON_SIZES]))
        found = sample_frame(
            frame,
            lambda pattern_id: known_pattern(self.context, pattern_id),
            walls=walls,
            near=self.view,
        )
        if found.identity is None or found.view is None:
            return self.pattern is None
        pattern = known_pattern(self.context, found.identity.pattern_id)
        if pattern is None:
            return True
        self.view, self.pattern = found.view, pattern
        index = found.identity.frame_index
        is_grey = any(
            shown.index == index
            and shown.kind is FrameKind.FLAT
            and float(np.ptp(shown.patches[0].code)) == 0.0
            for shown in pattern.frames
        )
        if is_grey and self.box is None:
            self.box = _middle(found.view, pattern)
            self.covered = _around(found.view, pattern)
        return is_grey

    def finish(self) -> MoireFrames:
        """What was read.

        Raises
        ------
        CaptureError
            If that is nothing.
        """
        if not self.frames:
            if self.passed and self.pattern is not None:
                raise CaptureError(
                    f"none of the frames given ({self.passed}, of the pattern "
                    f"{self.pattern.name!r}) is a flat grey one; give that one too, or a part that "
                    "is flat with --region x,y,width,height"
                )
            if self.refused:
                raise self.refused[0]
            raise CaptureError("no frame could be read; name raw files, pictures or a clip")
        first = self.frames[0]
        if self.refused:
            count = len(self.refused)
            files = "1 file" if count == 1 else f"{count} files, the first of them"
            self.said[f"left out: {files}: {self.refused[0]}"] = None
        source = DISPLAY if self.is_display else RAW if first.planes[0].step == 2 else LINEAR
        return MoireFrames(
            frames=tuple(self.frames),
            names=tuple(self.names),
            profiles=tuple(self.profiles),
            view=self.view,
            pattern=self.pattern,
            box=self.box,
            region=self.covered,
            source=source,
            context=self.context,
            said=tuple(self.said),
        )


def _middle(view: WallView, pattern: Pattern) -> Box:
    """Box of the picture inside the wall's central tenth, where no flat frame has a hole."""
    size = np.array([pattern.width_px, pattern.height_px])
    turns = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    x, y = view.to_frame((size - 1) / 2 + 0.5 * CENTRAL * size * turns).T
    x, y = np.sort(x), np.sort(y)
    return float(x[1]), float(y[1]), float(x[2] - x[1]), float(y[2] - y[1])


def _around(view: WallView, pattern: Pattern) -> Box:
    """Box of the picture around the wall."""
    right, bottom = pattern.width_px - 0.5, pattern.height_px - 0.5
    corners = np.array([[-0.5, -0.5], [right, -0.5], [right, bottom], [-0.5, bottom]])
    x, y = view.to_frame(corners).T
    left, top = max(0.0, float(x.min())), max(0.0, float(y.min()))
    return (
        left,
        top,
        min(float(x.max()), view.width - 1.0) - left,
        min(float(y.max()), view.height - 1.0) - top,
    )
