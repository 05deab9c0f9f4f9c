"""`ledcal bundle check`: whether a host's copy is whole, and of this profile."""

from __future__ import annotations

from pathlib import Path

import click

from ledcal.cli import options


@click.command(name="check")
@click.argument(
    "folders", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DIR..."
)
@click.option(
    "--profile",
    type=click.Path(path_type=Path),
    metavar="PROFILE",
    help="The calibration that it should be of: a profile's folder, or its name under --root.",
)
@options.root
@options.as_json
def command(folders: tuple[Path, ...], profile: Path | None, root: Path, as_json: bool) -> None:
    """Check copies of a bundle: the host's, its backup.

    Each DIR is a copy of what 'ledcal export --host' wrote. Every file is compared with the hashes
    in the folder's ASC MHL, several copies for one host with each other, and all with --profile. A
    table of another export beside them is a difference, too; what other programs leave is only
    noted. Exit code 0: whole, unchanged and the same. 6: not; the first difference is named.
    Without ledcal: 'python3 check_bundle.py' in the folder says whether it is whole.
    """
    from ledcal.cli import output
    from ledcal.errors import BundleMismatchError
    from ledcal.pipeline.bundle import check_bundles

    made = check_bundles(folders, profile=profile, root=root)
    lines, wrong = made.pop("lines"), made.pop("wrong")
    if as_json:
        output.say_json({"schema_version": 1, **made})
    elif lines:
        output.say("\n".join(lines))
    if wrong:
        raise BundleMismatchError("\n".join(wrong))
