"""plan.json: what each frame of a pattern shows, and where."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ledcal.errors import InputError
from ledcal.files.atomic import atomic_file
from ledcal.files.document import read_json, refuse, unknown_keys
from ledcal.values.pattern import FrameKind, Patch, PatchKind, Pattern, PatternFrame, Region

if TYPE_CHECKING:
    from pathlib import Path

PLAN_SCHEMA = 1
_KEYS = (
    "schema_version", "name", "layout", "pattern_id", "width_px", "height_px", "eotf",
    "peak_nits", "frames", "made_by",
)  # fmt: skip


def format_plan(pattern: Pattern, *, made_by: str = "") -> str:
    """A pattern as the text of plan.json; codes are written so that they read back exactly."""
    document = {
        "schema_version": PLAN_SCHEMA,
        "name": pattern.name,
        "layout": pattern.layout,
        "pattern_id": pattern.pattern_id,
        "width_px": pattern.width_px,
        "height_px": pattern.height_px,
        "eotf": pattern.eotf,
        "peak_nits": pattern.peak_nits,
        "made_by": made_by,
    }
    head = json.dumps(document, indent=1)[:-2]
    frames = []
    for frame in pattern.frames:
        patches = ",\n   ".join(
            json.dumps(
                {
                    "code": patch.code.tolist(),
                    "region": [
                        patch.region.x,
                        patch.region.y,
                        patch.region.width,
                        patch.region.height,
                    ],
                    "kind": str(patch.kind),
                }
            )
            for patch in frame.patches
        )
        body = f"[\n   {patches}]" if patches else "[]"
        frames.append(f'  {{"index": {frame.index}, "kind": "{frame.kind}", "patches": {body}}}')
    return head + ',\n "frames": [\n' + ",\n".join(frames) + "\n ]\n}\n"


def write_plan(path: Path, pattern: Pattern, *, made_by: str = "", overwrite: bool = False) -> None:
    """Write plan.json, whole or not at all."""
    with atomic_file(path, overwrite=overwrite) as temporary:
        temporary.write_text(format_plan(pattern, made_by=made_by), encoding="utf-8")


def _parse_patch(where: str, raw: Any, size: tuple[int, int], problems: list[str]) -> Patch | None:
    try:
        x, y, width, height = (int(v) for v in raw["region"])
        patch = Patch(raw["code"], Region(x, y, width, height), PatchKind(raw["kind"]))
    except (KeyError, TypeError, ValueError) as error:
        problems.append(
            f"{where}: expected code [r, g, b], region [x, y, width, height] and kind ({error})"
        )
        return None
    if not ((patch.code >= 0).all() and (patch.code <= 1).all()):
        problems.append(f"{where}: code {patch.code.tolist()} outside 0..1")
    inside = x >= 0 and y >= 0 and x + width <= size[0] and y + height <= size[1]
    if not (inside and width > 0 and height > 0):
        problems.append(f"{where}: region {raw['region']} is not inside {size[0]} x {size[1]} px")
    return patch


def read_plan(path: Path) -> Pattern:
    """Read plan.json.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Pattern
        As it was written.

    Raises
    ------
    InputError
        If it is missing, cut, newer than this program, or wrong; the first ten problems.
    """
    document = read_json(path)
    version = document.get("schema_version")
    if isinstance(version, int) and version > PLAN_SCHEMA:
        raise InputError(
            f"{path}: written by a newer ledcal (schema {version}, this one knows {PLAN_SCHEMA}); "
            "update ledcal"
        )
    problems = unknown_keys("plan", document, _KEYS)
    problems += [f"key {key!r} is missing" for key in _KEYS[:-1] if key not in document]
    refuse(path, problems)
    frames: list[PatternFrame] = []
    try:
        size = int(document["width_px"]), int(document["height_px"])
        header = {
            "name": str(document["name"]),
            "layout": str(document["layout"]),
            "pattern_id": int(document["pattern_id"]),
            "eotf": str(document["eotf"]),
            "peak_nits": float(document["peak_nits"]),
        }
        for position, raw in enumerate(document["frames"]):
            index, kind = int(raw["index"]), FrameKind(raw["kind"])
            if index != position:
                problems.append(f"frames[{position}]: index is {index}, expected {position}")
            patches = [
                _parse_patch(f"frames[{position}].patches[{n}]", patch, size, problems)
                for n, patch in enumerate(raw["patches"])
            ]
            frames.append(PatternFrame(index, kind, tuple(p for p in patches if p is not None)))
    except (KeyError, TypeError, ValueError) as error:
        problems.append(f"frames[{len(frames)}] or the head is not as written by ledcal ({error})")
    refuse(path, problems[:10])
    return Pattern(
        width_px=size[0],
        height_px=size[1],
        frames=tuple(frames),
        **header,  # type: ignore[arg-type]
    )
