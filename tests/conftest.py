"""What several tests share: a run of the command line, and a small take of a virtual stage."""

from __future__ import annotations

import os

# As the command line does: tests run side by side, and linear algebra in threads of its own gets in
# their way. It counts only before NumPy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from dataclasses import dataclass
from typing import TYPE_CHECKING

import hypothesis
import pytest

from ledcal.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

hypothesis.settings.register_profile("dev", max_examples=25, deadline=None)
hypothesis.settings.register_profile("ci", max_examples=100, deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")


@dataclass(frozen=True)
class Run:
    """What one command left: exit code, stdout, stderr."""

    code: int
    out: str
    err: str


@pytest.fixture
def ledcal(capfd: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    """Run the command line in this process: ``ledcal("fit", folder)``."""

    def run(*words: object) -> Run:
        capfd.readouterr()
        with pytest.raises(SystemExit) as caught:
            main([str(word) for word in words])
        out, err = capfd.readouterr()
        code = caught.value.code
        assert isinstance(code, int)
        return Run(code, out, err)

    return run


def run_quietly(*words: object) -> None:
    """Run a command that has to succeed, outside of a test."""
    with pytest.raises(SystemExit) as caught:
        main([str(word) for word in words])
    assert caught.value.code == 0, words


@dataclass(frozen=True)
class SmallTake:
    """A quick grid pattern on a small wall, and its captures."""

    patterns: Path
    captures: Path


@pytest.fixture(scope="session")
def small_take(tmp_path_factory: pytest.TempPathFactory) -> SmallTake:
    """Six raw frames of 960 x 640 photosites; not to be changed: copy it first."""
    root = tmp_path_factory.mktemp("take")
    run_quietly("patterns", root / "patterns", "--set", "quick", "--layout", "grid")
    run_quietly(
        *("simulate", root / "captures", "--patterns", root / "patterns"),
        *("--seed", 5, "--sensor", "960x640"),
    )
    return SmallTake(root / "patterns", root / "captures")
