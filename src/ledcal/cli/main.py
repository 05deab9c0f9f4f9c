"""The group of commands, and what happens to an error."""

from __future__ import annotations

import contextlib
import errno
import importlib
import io
import os
import sys
from typing import TYPE_CHECKING, NoReturn

import click

from ledcal import __version__
from ledcal.cli.stopping import Stopped, stopping
from ledcal.errors import LedcalError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

# Name of the command, and the module under ledcal.cli that holds it. Loaded when it is needed, so
# that `--help` pays for nothing else.
COMMANDS = {
    "patterns": "write the test pattern that the wall plays",
    "simulate": "photograph a pattern on a virtual stage",
    "check": "is this capture usable, and what is wrong with it",
    "sync": "drops, doubles, tearing, latency and genlock from the sync pattern",
    "measure": "turn captures into patch measurements (csv)",
    "fit": "the main job: captures to a calibration profile",
    "verify": "is content right with the correction on, and if not, why",
    "drift": "has the wall drifted: baseline, check, history",
    "moire": "moire of the LEDs: what to expect, and what to change",
    "export": "write the correction for a render host",
    "bundle": "is a host's copy of an export whole, and of this profile",
    "profiles": "list and show the stored profiles",
}


_STOPPED = "stopped; nothing was left half written"


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called or asked for help."""

    # Name and summary of each command, and what stands before the name of its module.
    listed: Mapping[str, str] = COMMANDS
    modules = "ledcal.cli."

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order in which a calibration uses them."""
        del ctx
        return list(self.listed)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        del ctx
        if cmd_name not in self.listed:
            return None
        module = importlib.import_module(f"{self.modules}{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(self.listed.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command when there is none of that name."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], list(self.listed), n=1, cutoff=0.5)
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


def _complaint(message: str) -> str:
    first, *others = message.splitlines() or [message]
    return "\n".join([f"ledcal: {first}", *(f"        {line}" for line in others)]) + "\n"


def main(args: list[str] | None = None) -> NoReturn:
    """Run the command line and exit; every expected failure is one sentence and an exit code."""
    # Frames are spread over threads; linear algebra in threads of its own only gets in their way.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # A stream that was closed before we started (`>&-`) is None.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    try:
        with stopping():
            code, message = _run(args)
    except Stopped as stopped:
        code, message = stopped.exit_code, _complaint(_STOPPED)
    refused = _flush()
    if refused and not isinstance(refused, BrokenPipeError) and code == 0:
        code, message = 1, _not_printed(refused)
    try:
        sys.stderr.write(message)
        sys.stderr.flush()
    except OSError:
        _to_nowhere(sys.stderr)
    raise SystemExit(code)


def _not_printed(error: OSError) -> str:
    return _complaint(
        f"the result could not be printed ({error.strerror or error}); "
        "send the output to another place"
    )


def _flush() -> OSError | None:
    """Hand over what stdout still holds; what it said where it refuses, and it is let go then."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _to_nowhere(sys.stdout)
        return error
    return None


def _to_nowhere(stream: TextIO) -> None:
    """Send the rest of a broken stream to nowhere, or Python complains of it when it ends."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _run(args: list[str] | None) -> tuple[int, str]:
    """Run the command line: the exit code, and what goes to stderr where something failed."""
    stdout, stderr = sys.stdout, sys.stderr
    try:
        code = group.main(args=args, prog_name="ledcal", standalone_mode=False)
    except LedcalError as error:
        return error.exit_code, _complaint(str(error))
    except click.exceptions.Abort:
        return 130, _complaint(_STOPPED)
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        return error.exit_code, shown.getvalue()
    except click.exceptions.Exit as error:
        return error.exit_code, ""
    except SystemExit:
        if sys.stdout is stdout:
            raise
        # What click makes of a reader that went away (`| head`), which is no error of ours.
        sys.stdout, sys.stderr = stdout, stderr
        return 0, ""
    except OSError as error:
        # What fails while a file is written has its name by now (files.atomic).
        if error.filename is None and (error.errno == errno.ENOSPC or _flush()):
            return 1, _not_printed(error)
        from pathlib import Path

        from ledcal.files.atomic import system_fault

        fault = system_fault(error, Path(error.filename or "this machine"))
        return fault.exit_code, _complaint(str(fault))
    except MemoryError:
        return 1, _complaint("not enough memory; close other programs, or use smaller captures")
    except Exception as error:
        if os.environ.get("LEDCAL_DEBUG"):
            raise
        where = error.__traceback__
        while where and where.tb_next:
            where = where.tb_next
        place = (
            f"{where.tb_frame.f_globals.get('__name__', '?')}:{where.tb_lineno}" if where else "?"
        )
        return 1, _complaint(
            f"this is a bug in ledcal {__version__}: {type(error).__name__}: {error} (at {place}); "
            "set LEDCAL_DEBUG=1, run it again and report what it prints"
        )
    # A command that leaves with a code of its own (`check`) comes back with it.
    return (code if isinstance(code, int) else 0), ""
