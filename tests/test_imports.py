"""Importing ledcal changes nothing in numpy, logging, warnings or the environment."""

from __future__ import annotations

import json
import subprocess
import sys

STATE = """
import json, logging, os, sys, warnings
import numpy as np
def state():
    root = logging.getLogger()
    return [
        {k: str(v) for k, v in np.get_printoptions().items()},
        {k: str(v) for k, v in np.geterr().items()},
        [str(f) for f in warnings.filters], str(warnings.showwarning.__module__),
        root.level, [str(h) for h in root.handlers], logging.root.manager.disable,
        dict(os.environ),
    ]
before = state()
import importlib, pkgutil, ledcal
for module in pkgutil.walk_packages(ledcal.__path__, "ledcal."):
    if module.name != "ledcal.__main__":
        importlib.import_module(module.name)
from ledcal.colorimetry._colour import colour
after = state()
print(json.dumps([before == after, [(b, a) for b, a in zip(before, after) if a != b]]))
"""


def test_importing_every_module_leaves_the_process_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STATE], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    same, changed = json.loads(done.stdout)
    assert same, changed


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from ledcal.cli.main import COMMANDS, group\n"
        "for name in COMMANDS:\n"
        "    try:\n"
        "        group.main([name, '--help'], standalone_mode=False)\n"
        "    except SystemExit:\n"
        "        pass\n"
        "heavy = {'numpy', 'scipy', 'colour', 'cv2', 'rawpy', 'rich', 'OpenImageIO'}\n"
        "heavy.add('matplotlib')\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"imported for --help: {done.stderr}"
    assert "Usage: ledcal fit" in done.stdout or "fit [OPTIONS]" in done.stdout
