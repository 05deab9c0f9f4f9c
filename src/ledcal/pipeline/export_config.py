"""Corrections as an OpenColorIO config, or added to the user's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledcal.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ledcal.pipeline.export_source import Source


def export_config(
    sources: Sequence[Source],
    *,
    size: int | None,
    out: Path | None,
    into: Path | None,
    overwrite: bool,
) -> dict[str, Any]:
    """Write a config folder for some walls, or add the walls to a config that is there."""
    raise InputError(f"--format ocio: not there yet {len(sources)} {size} {out} {into} {overwrite}")
