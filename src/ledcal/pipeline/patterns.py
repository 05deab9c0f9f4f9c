"""Stage to pattern to frames on disk, and to a movie of them."""

from __future__ import annotations

import glob
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal import __version__
from ledcal.errors import InputError
from ledcal.files.atomic import atomic_file, atomic_folder
from ledcal.files.images import write_image
from ledcal.files.movie import write_movie
from ledcal.files.movie_format import movie_format
from ledcal.files.plan import read_plan, write_plan
from ledcal.files.stage import default_stage, format_stage, read_stage
from ledcal.pattern import build_pattern, render
from ledcal.pipeline.corrected import corrected_pattern
from ledcal.pipeline.profiles import read_stored
from ledcal.values.frame_numbers import format_numbers
from ledcal.values.marks import is_corrected_id
from ledcal.values.pattern import FrameKind, PatchKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from fractions import Fraction
    from pathlib import Path

    from numpy.typing import NDArray

    from ledcal.files.movie import Movie
    from ledcal.values.pattern import Pattern, PatternFrame
    from ledcal.values.stage import Stage

_SUFFIXES = {"png": ".png", "tiff": ".tif", "exr": ".exr", "dpx": ".dpx"}
_WORKERS = 2
_MARKER = "plan.json"
_STAGE = "stage.toml"
# Everything a pattern folder holds: one with anything else in it is not replaced.
_WRITTEN = (
    *(f"frames/[0-9][0-9][0-9][0-9]{ending}" for ending in _SUFFIXES.values()),
    *(_MARKER, _STAGE),
)


@dataclass(frozen=True, slots=True)
class MovieOrder:
    """A movie that is asked for.

    Attributes
    ----------
    path : Path
        Its suffix says the format.
    hold : int
        Frames that each picture stands for.
    fps : Fraction
        Frames per second.
    is_loop : bool
        Played round and round: no picture stands longer than the others.
    """

    path: Path
    hold: int
    fps: Fraction
    is_loop: bool = False

    @property
    def lead(self) -> int:
        """Frames by which the first and the last picture stand longer: one second, or none.

        Players lose frames while they start, and some go black at the end.
        """
        return 0 if self.is_loop else round(self.fps)

    def holds(self, n_pictures: int) -> list[int]:
        """For how many frames each picture stands.

        Examples
        --------
        >>> from fractions import Fraction
        >>> from pathlib import Path
        >>> MovieOrder(Path("a.mov"), 10, Fraction(24)).holds(3)
        [34, 10, 34]
        """
        holds = [self.hold] * n_pictures
        holds[0] += self.lead
        holds[-1] += self.lead
        return holds


@dataclass(frozen=True, slots=True)
class WrittenPattern:
    """What `write_patterns` made.

    Attributes
    ----------
    pattern : Pattern
        All of it, as plan.json says it.
    n_patches : int
        Patches in the frames that were written, anchors and dark places apart.
    assumptions : tuple of str
        What was assumed.
    numbers : tuple of int
        The frames that were written.
    movie : Movie or None
        As it was read back.
    profile : Path or None
        Folder of the profile whose correction is drawn in.
    """

    pattern: Pattern
    n_patches: int
    assumptions: tuple[str, ...]
    numbers: tuple[int, ...]
    movie: Movie | None = None
    profile: Path | None = None


def write_patterns(
    out: Path,
    *,
    set_name: str,
    layout: str,
    suffix: str,
    stage_path: Path | None,
    overwrite: bool,
    progress: Callable[[int, int], None],
    plan_path: Path | None = None,
    only: Sequence[int] | None = None,
    movie: MovieOrder | None = None,
    corrected: Path | None = None,
    root: Path | None = None,
) -> WrittenPattern:
    """Write ``frames/0000.png`` ..., ``plan.json`` and ``stage.toml`` into a folder.

    Parameters
    ----------
    out : Path
        The folder; appears when all is written.
    set_name, layout : str
        ``quick``, ``standard``, ``full`` or ``sync``; ``single`` or ``grid``.
    suffix : str
        ``png``, ``tiff``, ``exr`` or ``dpx``.
    stage_path : Path or None
        stage.toml; None takes the defaults.
    overwrite : bool
        Replace a pattern that stands there.
    progress : callable
        Called with (done, total).
    plan_path : Path or None
        The plan.json of a pattern to be written again; set, layout and stage do not count then.
    only : sequence of int or None
        Frame numbers; None writes all. plan.json is whole in any case.
    movie : MovieOrder or None
        Also a movie of these frames.
    corrected : Path or None
        A profile, by name or folder, whose correction is drawn in; the stage is the profile's.
    root : Path or None
        Where profiles are.

    Returns
    -------
    WrittenPattern
        The pattern, and what was assumed.

    Raises
    ------
    InputError
        If the stage, the plan or a frame number is wrong, or something else stands at `out`.
    ExportError
        If the movie does not decode to what was drawn.
    SystemFault
        If the operating system refuses; nothing is left behind.
    """
    made_by, profile = f"ledcal {__version__}", None
    if corrected is not None:
        stored, profile = read_stored(corrected, root=root or corrected.parent)
        pattern = corrected_pattern(stored, set_name, layout).drawn
        made_by += f", corrected by {stored.name}"
        stage: Stage | None = stored.stage
    else:
        stage, pattern = _plan(set_name, layout, stage_path, plan_path)
    frames = _choose(pattern, only)
    steps = len(frames) * (3 if movie else 1)
    written = _WRITTEN
    is_inside = movie is not None and _is_inside(movie.path, out)
    if movie is not None and is_inside:
        written = (*written, glob.escape(movie.path.name))
    made = None
    with ExitStack() as stack:
        folder = stack.enter_context(
            atomic_folder(out, overwrite=overwrite, marker=_MARKER, written=written)
        )
        target = None
        if movie is not None:
            movie_format(movie.path)
            target = folder / movie.path.name
            if not is_inside:
                target = stack.enter_context(atomic_file(movie.path, overwrite=overwrite))
        _write_stills(folder, _SUFFIXES[suffix], pattern, frames, lambda n: progress(n, steps))
        if movie is not None and target is not None:
            made = write_movie(
                target,
                lambda place: _code_image(pattern, frames[place]),
                holds=movie.holds(len(frames)),
                fps=movie.fps,
                name=str(movie.path),
                progress=lambda done, _: progress(len(frames) + done, steps),
            )
        write_plan(folder / _MARKER, pattern, made_by=made_by)
        _write_stage(folder / _STAGE, stage, plan_path)
    numbers = tuple(frame.index for frame in frames)
    assumptions = stage.assumptions if stage else ()
    return WrittenPattern(pattern, _count_patches(frames), assumptions, numbers, made, profile)


def _plan(
    set_name: str, layout: str, stage_path: Path | None, plan_path: Path | None
) -> tuple[Stage | None, Pattern]:
    """The pattern; and its stage, where that is not the one of a plan."""
    if plan_path is not None:
        pattern = read_plan(plan_path)
        if not pattern.frames:
            raise InputError(f"{plan_path}: there are no frames in it; give the pattern's own")
        try:
            render(pattern, pattern.frames[-1])
        except ValueError as error:
            raise InputError(f"{plan_path}: cannot be drawn: {error}") from error
        return None, pattern
    stage = read_stage(stage_path) if stage_path else default_stage()
    try:
        return stage, build_pattern(set_name, layout, stage.wall)
    except ValueError as error:
        raise InputError(f"the wall of {stage_path or 'the default stage'}: {error}") from error


def _choose(pattern: Pattern, only: Sequence[int] | None) -> tuple[PatternFrame, ...]:
    if only is None:
        return pattern.frames
    last = len(pattern.frames) - 1
    strange = [number for number in only if not 0 <= number <= last]
    if strange:
        raise InputError(
            f"--only: the pattern ({pattern.name}, {pattern.layout}) has frames 0-{last}, "
            f"not {format_numbers(strange)}; choose among those, or name the set and layout that "
            "were shot (--set, --layout, or --plan with its plan.json)"
        )
    return tuple(pattern.frames[number] for number in sorted(set(only)))


def _is_inside(path: Path, out: Path) -> bool:
    """Whether a movie shall stand in the pattern's folder itself."""
    folder, parents = out.resolve(), path.resolve().parents
    if folder in parents and folder != parents[0]:
        raise InputError(f"{path}: a movie stands in {out} itself or outside of it; choose that")
    return folder == parents[0]


def _write_stills(
    folder: Path,
    ending: str,
    pattern: Pattern,
    frames: Sequence[PatternFrame],
    report: Callable[[int], None],
) -> None:
    (folder / "frames").mkdir()

    def draw(frame: PatternFrame) -> None:
        write_image(folder / "frames" / f"{frame.index:04d}{ending}", render(pattern, frame))

    with ThreadPoolExecutor(_WORKERS) as pool:
        for done, _ in enumerate(pool.map(draw, frames), start=1):
            report(done)


def _code_image(pattern: Pattern, frame: PatternFrame) -> NDArray[np.uint16]:
    """A frame in code values 0..1023; a correction that is drawn in is rounded to them."""
    exact = render(pattern, frame) * np.float32(1023.0)
    codes = np.rint(exact)
    if float(np.abs(exact - codes).max()) > 0.01 and not is_corrected_id(pattern.pattern_id):
        raise InputError(
            f"frame {frame.index} holds codes between the steps of 10 bits, and a movie carries "
            "10 bits; play the stills (16 bits), or make the pattern without --plan"
        )
    image: NDArray[np.uint16] = codes.astype(np.uint16)
    return image


def _write_stage(path: Path, stage: Stage | None, plan_path: Path | None) -> None:
    """The stage of the pattern; of a pattern that is written again, the one beside its plan."""
    if stage is not None:
        path.write_text(format_stage(stage), encoding="utf-8")
    elif plan_path is not None and (plan_path.parent / _STAGE).is_file():
        shutil.copyfile(plan_path.parent / _STAGE, path)


def _count_patches(frames: Sequence[PatternFrame]) -> int:
    counted = {PatchKind.ANCHOR, PatchKind.DARK}
    return sum(
        patch.kind not in counted
        for frame in frames
        if frame.kind is FrameKind.PATCHES
        for patch in frame.patches
    )
