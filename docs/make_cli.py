"""Write docs/cli.md from what every command says of itself; `--check` only compares."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ledcal.cli.main import group

HEAD = """# Commands

Written by `python docs/make_cli.py` from `--help`; a test keeps it current. Exit codes: 0 done, and
good; 1 it could not be done here, or a bug; 2 what was typed or written is wrong; 3 capture
unusable, re-shoot; 4 measured out of tolerance (`--strict`); 5 input ambiguous, a choice is needed.
"""


def format_commands() -> str:
    """The whole page."""
    context = click.Context(group, info_name="ledcal", max_content_width=100, terminal_width=100)
    return "\n".join([HEAD, *_format_group(group, context)])


def _format_group(commands: click.Group, context: click.Context, above: str = "") -> list[str]:
    """One part for each command of a group, and for those of groups in it."""
    parts = []
    for name in commands.list_commands(context):
        command = commands.get_command(context, name)
        if command is None:
            message = f"{above}{name} is listed, but not there"
            raise LookupError(message)
        inner = click.Context(
            command, info_name=name, parent=context, max_content_width=100, terminal_width=100
        )
        parts.append(f"## {above}{name}\n\n```\n{command.get_help(inner)}\n```\n")
        if isinstance(command, click.Group):
            parts += _format_group(command, inner, f"{above}{name} ")
    return parts


if __name__ == "__main__":
    page = Path(__file__).with_name("cli.md")
    text = format_commands()
    if "--check" in sys.argv[1:]:
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            sys.exit("docs/cli.md is not current: run 'python docs/make_cli.py'")
    else:
        page.write_text(text, encoding="utf-8")
