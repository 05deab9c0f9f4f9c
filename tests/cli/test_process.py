"""What only shows in a process of its own: libraries that will not load, terminals, pipes."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import SmallTake

SAMPLE = Path(__file__).parents[2] / "calibration_profiles" / "pq-wall-sample"


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


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=str)
def test_being_told_to_stop_leaves_nothing(number: int, code: int, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "ledcal", "export", str(SAMPLE), "--host", "obs"),
            *("-o", str(tmp_path / "for_obs")),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 60.0
    while not any(tmp_path.iterdir()) and time.monotonic() < until:
        time.sleep(0.005)
    assert [path.name[:6] for path in tmp_path.iterdir()] == [".part-"]
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (code, "")
    assert err == "ledcal: stopped; nothing was left half written\n"
    assert list(tmp_path.iterdir()) == []


def test_a_closed_terminal_is_ignored_where_it_was_before() -> None:
    """As under nohup."""
    code = (
        "import os, signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "from ledcal.cli.stopping import stopping\n"
        "with stopping(): os.kill(os.getpid(), signal.SIGHUP)\n"
        "print('on')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "on\n"
