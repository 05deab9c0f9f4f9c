"""A calibrated wall with a drift baseline, takes of it, and what `ledcal drift check` says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.conftest import run_quietly
from tests.profile.fake import tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Run

    Ledcal = Callable[..., Run]

SHOT = ("--seed", 5, "--sensor", "600x400")
# A cabinet of the virtual stage.
PANEL = "panel_width_px = 80\npanel_height_px = 90\n"
STAGE = f'[wall]\nname = "small"\nwidth_px = 640\nheight_px = 360\n{PANEL}'


@dataclass(frozen=True)
class Site:
    """A calibrated wall with its baseline; not to be changed: copy the profile first."""

    root: Path
    drift: Path
    profile: Path

    def take(self, number: int, *words: str) -> Path:
        """A take of the drift pattern; the same words give the same folder."""
        out = self.root / "-".join(["take", str(number), *(word.strip("-") for word in words)])
        if not out.exists():
            run_quietly("simulate", out, "--patterns", self.drift, *SHOT, "--take", number, *words)
        return out

    def wrong(self, fault: str, number: int = 4) -> Path:
        """A take with something that has changed."""
        return self.take(number, "--fault", fault)


def words(text: str) -> str:
    """A screen as one line."""
    return " ".join(text.split())


def said(ledcal: Ledcal, take: Path, profile: Path, code: int, *options: object) -> dict[str, Any]:
    run = ledcal("drift", "check", take, "--profile", profile, "--json", *options)
    assert run.code == code, run.out + run.err
    found = json.loads(run.out)
    assert isinstance(found, dict)
    return found


def off(found: dict[str, Any]) -> dict[str, str]:
    """Components that did not pass, and their verdicts."""
    return {c["name"]: c["verdict"] for c in found["components"] if c["verdict"] != "pass"}


def component(found: dict[str, Any], name: str) -> dict[str, Any]:
    one: dict[str, Any] = next(c for c in found["components"] if c["name"] == name)
    return one


def refused(ledcal: Ledcal, code: int, profile: Path, take: Path, *options: object) -> str:
    """What is said of a check that is not made; nothing is kept of it."""
    before = tree(profile.parent)
    run = ledcal("drift", "check", take, "--profile", profile, *options)
    assert (run.code, run.out) == (code, "")
    assert "Traceback" not in run.err
    assert tree(profile.parent) == before
    return words(run.err)
