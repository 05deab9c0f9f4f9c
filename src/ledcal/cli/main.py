"""The group of commands, and what happens to an error."""

from __future__ import annotations

import importlib
import os
import sys
from typing import NoReturn

import click

from ledcal import __version__
from ledcal.errors import LedcalError

# Name of the command, and the module under ledcal.cli that holds it. Loaded when it is needed, so
# that `--help` pays for nothing else.
COMMANDS = {
    "patterns": "write the test pattern that the wall plays",
    "simulate": "photograph a pattern on a virtual stage",
    "measure": "turn captures into patch measurements (csv)",
    "fit": "the main job: captures to a calibration profile",
    "export": "write the correction for a render host",
    "profiles": "list and show the stored profiles",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called or asked for help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order in which a calibration uses them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"ledcal.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command when there is none of that name."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], list(COMMANDS), n=1, cutoff=0.5)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            message = f"{error.message.rstrip('.')}.{hint}"
            raise click.UsageError(message, ctx) from None


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="A calibration: patterns, shoot them, fit, export. 'ledcal COMMAND --help' says more.",
)
@click.version_option(__version__, prog_name="ledcal")
def group() -> None:
    """Calibrate the colour of an LED wall as the production camera sees it."""


def _fail(message: str, exit_code: int) -> NoReturn:
    lines = message.splitlines() or [message]
    sys.stderr.write(
        "\n".join([f"ledcal: {lines[0]}", *(f"        {x}" for x in lines[1:])]) + "\n"
    )
    raise SystemExit(exit_code)


def main(args: list[str] | None = None) -> NoReturn:
    """Run the command line and exit; every expected failure is one sentence and an exit code."""
    # Frames are spread over threads; linear algebra in threads of its own only gets in their way.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        group.main(args=args, prog_name="ledcal", standalone_mode=False)
    except LedcalError as error:
        _fail(str(error), error.exit_code)
    except click.exceptions.Abort:
        _fail("stopped; nothing was left half written", 130)
    except click.ClickException as error:
        error.show()
        raise SystemExit(error.exit_code) from None
    except click.exceptions.Exit as error:
        raise SystemExit(error.exit_code) from None
    except BrokenPipeError:
        # The reader of our output went away (`| head`): not an error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except OSError as error:
        from pathlib import Path

        from ledcal.files.atomic import system_fault

        fault = system_fault(error, Path(error.filename or "this machine"))
        _fail(str(fault), fault.exit_code)
    except MemoryError:
        _fail("not enough memory; close other programs, or use smaller captures", 1)
    except Exception as error:
        if os.environ.get("LEDCAL_DEBUG"):
            raise
        where = error.__traceback__
        while where and where.tb_next:
            where = where.tb_next
        place = (
            f"{where.tb_frame.f_globals.get('__name__', '?')}:{where.tb_lineno}" if where else "?"
        )
        _fail(
            f"this is a bug in ledcal {__version__}: {type(error).__name__}: {error} (at {place}); "
            "set LEDCAL_DEBUG=1, run it again and report what it prints",
            1,
        )
    raise SystemExit(0)
