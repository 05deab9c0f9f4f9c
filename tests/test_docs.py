"""Every command is documented, and the documents point at things that exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ledcal.cli.main import COMMANDS
from ledcal.diagnose.registry import RULES
from ledcal.simulate.fault import FAULTS

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


def test_the_commands_page_is_current() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "make_cli.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_mentions_every_command(command: str) -> None:
    assert f"ledcal {command}" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if not (page.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_in_the_documents_exist(page: Path) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    text = "\n".join(blocks)
    typed = set(re.findall(r"^\s*(?:\.venv/bin/)?ledcal ([a-z]+)", text, re.MULTILINE))
    assert typed <= set(COMMANDS)


def test_the_page_of_check_lists_every_finding() -> None:
    page = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")
    ids = {name for rule in RULES for name in rule.ids}
    assert {name for name in ids if f"`{name}`" not in page} == set()
    assert {name for name in FAULTS if f"`{name}`" not in page} == set()
