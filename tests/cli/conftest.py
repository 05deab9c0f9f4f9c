"""What the tests of drift share: one wall, photographed once."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.cli.drift_site import SHOT, STAGE, Site
from tests.conftest import run_quietly

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    root = tmp_path_factory.mktemp("drift")
    stage = root / "stage.toml"
    stage.write_text(STAGE)
    made = Site(root, root / "drift", root / "profiles" / "north")
    full = ("--set", "quick", "--layout", "grid", "--stage", stage)
    run_quietly("patterns", root / "full", *full)
    run_quietly("simulate", root / "shot", "--patterns", root / "full", *SHOT)
    run_quietly("fit", root / "shot", "-o", made.profile, "--size", 17)
    run_quietly("patterns", made.drift, "--set", "drift", "--stage", stage)
    run_quietly("drift", "baseline", made.take(1), made.take(2), "--profile", made.profile)
    return made


@pytest.fixture
def profile(site: Site, tmp_path: Path) -> Path:
    """The same profile, to be changed."""
    folder = tmp_path / "profiles" / "north"
    shutil.copytree(site.profile, folder)
    return folder
