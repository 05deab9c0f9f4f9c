"""What becomes of a command whose stdout is a closed pipe, a full disk, or not there."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

LEDCAL = f"{shlex.quote(sys.executable)} -m ledcal"


def shell(command: str, *, unbuffered: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    )


@pytest.fixture(params=["", "1"], ids=["buffered", "unbuffered"])
def unbuffered(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder that `ledcal profiles` has something to say of."""
    (tmp_path / "spoiled").mkdir()
    (tmp_path / "spoiled" / "profile.json").write_text("{")
    return tmp_path


@pytest.mark.parametrize("words", ["profiles --root .", "profiles --root . --json", "--help"])
def test_a_reader_that_went_away_is_no_error(root: Path, words: str, unbuffered: str) -> None:
    # The reader is gone before anything is written.
    command = f"cd {shlex.quote(str(root))}; (sleep 1; {LEDCAL} {words}) | true; "
    done = shell(f"{command} echo ${{PIPESTATUS[0]}}", unbuffered=unbuffered)
    assert (done.stdout, done.stderr) == ("0\n", "")


@pytest.mark.parametrize("words", ["profiles --root .", "--help"])
def test_a_full_stdout_is_named(root: Path, words: str, unbuffered: str) -> None:
    command = f"cd {shlex.quote(str(root))}; {LEDCAL} {words} > /dev/full"
    done = shell(command, unbuffered=unbuffered)
    assert done.returncode == 1
    assert done.stderr.startswith("ledcal: the result could not be printed (No space left")
    assert len(done.stderr.splitlines()) == 1


def test_no_stdout_at_all(root: Path) -> None:
    done = shell(f"{LEDCAL} profiles --root {shlex.quote(str(root))} >&-", unbuffered="")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_full_stderr_keeps_the_exit_code(root: Path) -> None:
    missing = shlex.quote(str(root / "nowhere"))
    assert shell(f"{LEDCAL} profiles --root {missing} 2>/dev/full", unbuffered="").returncode == 2
    assert shell(f"{LEDCAL} profils 2>/dev/full", unbuffered="").returncode == 2
