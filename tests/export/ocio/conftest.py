"""A config of several walls, written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledcal.export.ocio.config import ConfigFiles, write_config
from ledcal.export.ocio.proof import Opened, open_config
from ledcal.lut.interpolate import apply_lut
from tests.export.ocio.walls import several_walls

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def several(tmp_path_factory: pytest.TempPathFactory) -> ConfigFiles:
    folder: Path = tmp_path_factory.mktemp("bühne") / "config"
    folder.mkdir()
    return write_config(folder, several_walls(), apply_lut, archive=True)


@pytest.fixture(scope="session")
def opened(several: ConfigFiles) -> Opened:
    return open_config(several.config)
