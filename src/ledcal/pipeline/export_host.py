"""Corrections as the folder that one render host needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledcal.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ledcal.pipeline.export_source import Source


def export_host(
    sources: Sequence[Source], *, host: str, size: int | None, out: Path, overwrite: bool
) -> dict[str, Any]:
    """Write the folder of a host: files, README, check colours, manifest, checker."""
    raise InputError(f"--host {host}: not there yet {len(sources)} {size} {out} {overwrite}")
