"""What only shows in a process of its own: libraries that will not load, terminals, pipes."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import SmallTake


def run(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ledcal", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_a_missing_system_library_is_a_sentence(small_take: SmallTake, tmp_path: Path) -> None:
    fake = tmp_path / "fake"
    fake.mkdir()
    (fake / "cv2.py").write_text(
        "raise ImportError('libGL.so.1: cannot open shared object file: No such file')\n"
    )
    done = run("fit", small_take.captures, "-o", tmp_path / "p", PYTHONPATH=str(fake))
    assert done.returncode == 1
    assert "libGL.so.1" in done.stderr
    assert "apt-get install libgl1 libglib2.0-0" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_progress_bar_counts_frames_on_a_terminal(small_take: SmallTake, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "ledcal", "measure", str(small_take.captures)),
            *("-o", str(tmp_path / "m.csv")),
        ],
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    out, _ = process.communicate()
    os.close(ours)
    assert process.returncode == 0
    plain = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", shown)
    assert b"6 of 6 frames" in plain
    assert b"frames" not in out.splitlines()[-1]


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    command = f"{sys.executable} -m ledcal --help | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert done.stdout.startswith("Usage")


def test_results_go_to_stdout_and_nothing_else_does(small_take: SmallTake, tmp_path: Path) -> None:
    done = run("measure", small_take.captures, "-o", tmp_path / "m.csv")
    assert done.returncode == 0
    assert done.stderr == ""
    assert str(tmp_path / "m.csv") in done.stdout


def test_python_dash_m_is_the_same_program() -> None:
    assert run("--version").stdout.startswith("ledcal, version")
