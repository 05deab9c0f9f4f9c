"""What `ledcal patterns` says when it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledcal.values.frame_numbers import format_numbers
from ledcal.values.marks import is_corrected_id

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.files.movie import Movie
    from ledcal.pipeline.patterns import MovieOrder, WrittenPattern

_SHOOT = """\
Play them 1:1 without colour management; shoot each once, in any order, at a fixed
exposure with white just below clipping, slightly out of focus. Put plan.json and
stage.toml beside the captures, then type:
  ledcal fit CAPTURES"""
_SHOOT_AGAIN = """\
Play them 1:1 without colour management; shoot each once, with the settings and the
framing of the take they belong to, and put the captures beside the others."""
_SHOOT_CORRECTED = """\
The correction of {name} is in the frames. Play them 1:1 with the LUT of the
host OFF and without colour management; shoot each once, through the lens and filters of
the calibration, at a fixed exposure with white just below clipping, slightly out of
focus. Then type:
  ledcal verify CAPTURES --profile {path}"""
_SHOOT_SYNC = """\
Play them 1:1 in a loop at the wall's own rate, every frame once; shoot a clip of 50 frames or
more from a tripod, slightly out of focus. Put plan.json and stage.toml beside it, then type:
  ledcal sync CAPTURES"""

_SHOOT_DRIFT = """\
Play them 1:1 with the correction off and without colour management; shoot each once, white just
below clipping, slightly out of focus, the whole wall in the picture. Put plan.json and stage.toml
beside the captures. On the day of the calibration shoot two takes, a minute apart:
  ledcal drift baseline TAKE1 TAKE2 --profile PROFILE
and every morning one:
  ledcal drift check CAPTURES --profile PROFILE"""

_TO_SHOOT = {"sync": _SHOOT_SYNC, "drift": _SHOOT_DRIFT}


def pattern_document(out: Path, made: WrittenPattern, order: MovieOrder | None) -> dict[str, Any]:
    """What was written, for `--json`."""
    pattern, film = made.pattern, made.movie
    document: dict[str, Any] = {
        "schema_version": 1,
        "out": str(out),
        "frames": len(made.numbers),
        "frames_in_pattern": len(pattern.frames),
        "numbers": list(made.numbers),
        "patches": made.n_patches,
        "pattern_id": pattern.pattern_id,
        "set": pattern.name,
        "layout": pattern.layout,
        "width_px": pattern.width_px,
        "height_px": pattern.height_px,
        "corrected": None if made.profile is None else made.profile.name,
        "assumptions": list(made.assumptions),
        "movie": None,
    }
    if film is not None and order is not None:
        document["movie"] = {
            "path": str(order.path),
            "codec": film.format.label,
            "levels": film.format.levels,
            "width_px": film.width_px,
            "height_px": film.height_px,
            "fps": str(film.fps),
            "frames": film.n_frames,
            "seconds": round(film.seconds, 3),
            "hold": order.hold,
            "lead": order.lead,
            "bytes": film.n_bytes,
            "deviation_flat": film.deviation,
            "deviation_edges": film.edge_deviation,
        }
    return document


def pattern_lines(out: Path, made: WrittenPattern, order: MovieOrder | None) -> list[str]:
    """What was written, and how to play and shoot it."""
    pattern = made.pattern
    is_part = len(made.numbers) < len(pattern.frames)
    whole = f" of {len(pattern.frames)}" if is_part else ""
    which = f" ({format_numbers(made.numbers)})" if is_part else ""
    is_sync = pattern.name == "sync"
    what = "that count" if is_sync else f"with {made.n_patches} patches"
    first = (
        f"{len(made.numbers)}{whole} frames{which} {what} "
        f"({pattern.name}, {pattern.layout}) at {pattern.width_px} x {pattern.height_px}, "
        f"{pattern.eotf} up to {pattern.peak_nits:g} nits: {out / 'frames'}"
    )
    shoot = _SHOOT_AGAIN if is_part and not is_sync else _TO_SHOOT.get(pattern.name, _SHOOT)
    if is_corrected_id(pattern.pattern_id) and not is_part:
        # A pattern that is written again from its plan.json does not say whose it is.
        name = "a profile" if made.profile is None else made.profile.name
        path = "PROFILE" if made.profile is None else _quoted(made.profile)
        shoot = _SHOOT_CORRECTED.format(name=name, path=path)
    film = _movie_lines(made.movie, order) if made.movie is not None and order is not None else []
    return [
        first,
        *(f"  assumed {line}" for line in made.assumptions),
        *film,
        *_rounding_lines(made),
        shoot,
    ]


def _quoted(path: Path) -> str:
    text = str(path)
    return f'"{text}"' if " " in text else text


def _rounding_lines(made: WrittenPattern) -> list[str]:
    """What a movie does to corrected codes."""
    if made.movie is None or not is_corrected_id(made.pattern.pattern_id):
        return []
    return ["  the movie rounds the corrected codes to 10 bits; the stills carry all 16"]


def _movie_lines(film: Movie, order: MovieOrder) -> list[str]:
    """What a media server's operator must know."""
    minutes, seconds = divmod(round(film.seconds), 60)
    length = f"{minutes} min {seconds} s" if minutes else f"{film.seconds:.1f} s"
    frames = "1 frame" if order.hold == 1 else f"{order.hold} frames"
    each = f"{frames} ({float(order.hold / film.fps):.2g} s)"
    lines = [f"{order.path}: {film.format.label}, {film.format.levels}"]
    lines.append(
        f"  {film.width_px} x {film.height_px}, {float(film.fps):.6g} fps, {film.n_frames} frames, "
        f"{length}, {film.n_bytes / 1e6:.3g} MB"
    )
    longer = f", the first and the last for {order.lead} frames more" if order.lead else ""
    lines.append(f"  each picture stands for {each}{longer}")
    if film.format.is_exact:
        lines.append("  decoded again: every pixel has its 10-bit code")
    else:
        lines.append(
            "  decoded again: flat areas come back to their 10-bit code (at most "
            f"{film.deviation:.2f} of a step off,\n"
            f"  before rounding); within 8 px of an edge up to {film.edge_deviation:.0f} steps "
            "off. .mp4 and .mkv are exact in\n  every pixel"
        )
    how = (
        "in a loop without a pause"
        if order.is_loop
        else ("once, without a loop, and stop on the last frame")
    )
    lines.append(
        f"  the server must play it {how}; pixel for\n"
        "  pixel without scaling; without colour management or frame blending; and must not\n"
        "  convert it to another codec on import"
    )
    return lines
