"""Folders of hosts whose script is run here, on a stand-in of the host's own module."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ledcal.export.bundle import seal
from ledcal.export.hosts.registry import HOSTS
from ledcal.lut.interpolate import apply_lut
from tests.export.ocio.walls import fake_wall
from tests.export.sealed import MADE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import ModuleType

    from ledcal.values.export import WallCorrection


def two_walls() -> tuple[WallCorrection, ...]:
    """PQ and gamma."""
    other = fake_wall("tv", profile="tv", space="BT.709", eotf="BT.1886", peak_nits=400.0)
    return fake_wall(), replace(other, label=replace(other.label, name="tv"))


def write_folder(host: str, folder: Path, walls: tuple[WallCorrection, ...]) -> Path:
    """What the host's module writes."""
    folder.mkdir()
    HOSTS[host].write(folder, walls, apply_lut)
    return folder


def write_sealed(host: str, folder: Path, walls: tuple[WallCorrection, ...]) -> Path:
    """The same, as a bundle: with page, checker and manifest."""
    folder.mkdir()
    one = HOSTS[host]
    page = one.write(folder, walls, apply_lut)
    seal(folder, name=host, host=one, page=page, walls=walls, evaluate=apply_lut, made=MADE)
    return folder


def change_a_row(table: Path) -> None:
    """Another number in a row in the middle; the file keeps its size."""
    lines = table.read_bytes().splitlines(keepends=True)
    row = lines[len(lines) // 2]
    lines[len(lines) // 2] = row[:2] + (b"9" if row[2:3] != b"9" else b"8") + row[3:]
    table.write_bytes(b"".join(lines))


def load_script(path: Path, modules: Mapping[str, ModuleType]) -> Any:
    """Import a script as the host would, with stand-ins for the host's own modules."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    missing = object()
    before = {name: sys.modules.get(name, missing) for name in modules}
    sys.modules.update(modules)
    try:
        spec.loader.exec_module(module)
    finally:
        for name, old in before.items():
            if old is missing:
                del sys.modules[name]
            else:
                sys.modules[name] = old  # type: ignore[assignment]
    return module
