"""Corrections as the folder that one render host needs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ledcal.errors import InputError
from ledcal.export.bundle import DOCUMENT, seal, what_stands_in, written_in
from ledcal.export.check_bundle import MANIFESTS
from ledcal.export.formats import SIZES
from ledcal.export.hosts.registry import HOSTS
from ledcal.files.atomic import atomic_folder
from ledcal.files.digest import sha256_file
from ledcal.lut.interpolate import apply_lut

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ledcal.export.hosts.host import Host
    from ledcal.pipeline.export_source import Source


def export_host(
    sources: Sequence[Source], *, host: str, size: int | None, out: Path, overwrite: bool
) -> dict[str, Any]:
    """Write the folder of a host: files, page, check colours, manifest, checker.

    Parameters
    ----------
    sources : sequence of Source
        The corrections; several only where the host takes several.
    host : str
        A key of `ledcal.export.hosts.registry.HOSTS`.
    size : int or None
        Nodes along an edge of the one table to write; None: all that the host's folder holds.
    out : Path
        The folder.
    overwrite : bool
        Replace a bundle that stands there, where nothing of others is in it.

    Returns
    -------
    dict
        out, host, files, sizes, profiles, content, bundle (ledcal-bundle.json); summary: lines for
        people.

    Raises
    ------
    LedcalError
        If the host does not take it, or a file does not read back; nothing is left behind.
    """
    if host not in HOSTS:
        raise InputError(f"--host {host}: choose one of {', '.join(HOSTS)}")
    chosen = HOSTS[host]
    _require_taken(chosen, sources)
    _require_same_purpose(out, chosen, sources)
    with atomic_folder(
        out, overwrite=overwrite, marker=DOCUMENT, written=written_in(out)
    ) as folder:
        walls = tuple(source.for_hosts(_sizes(chosen, source, size)) for source in sources)
        page = chosen.write(folder, walls, apply_lut)
        bundle = seal(
            folder,
            name=out.resolve().name,
            host=chosen,
            page=page,
            walls=walls,
            evaluate=apply_lut,
            made=datetime.now(UTC).astimezone(),
        )
        written = sorted(path for path in folder.rglob("*") if path.is_file())
        files = [
            {"path": path.relative_to(folder).as_posix(), "sha256": sha256_file(path)}
            for path in written
        ]
        listed = [path for path in written if path.parent.name != MANIFESTS]
        n_bytes = sum(path.stat().st_size for path in listed)
    sizes = sorted({nodes for wall in walls for nodes in wall.tables})
    return {
        "out": str(out),
        "host": host,
        "sizes": sizes,
        "profiles": [str(source.path) for source in sources],
        "content": [source.label.takes for source in sources],
        "files": files,
        "bundle": bundle,
        "summary": [
            f"{out}: for {chosen.title}, {len(listed)} files, {n_bytes / 1e6:.1f} MB",
            *(f"  in: {source.label.takes}\n  out: {source.label.gives}" for source in sources),
            f"  tables of {', '.join(map(str, sizes))} nodes along an edge, read back and compared",
            "  README.md there: the steps on the host, and three check colours",
            "  copy all of it; python3 check_bundle.py in a copy tells whether it is whole",
        ],
    }


def _require_same_purpose(out: Path, host: Host, sources: Sequence[Source]) -> None:
    """Refuse to replace a bundle for another host or of other walls, also with --overwrite."""
    standing = what_stands_in(out)
    wanted = (host.name, sorted(one.stage.wall.name for one in sources if one.stage is not None))
    if standing is not None and (standing.host, sorted(standing.walls)) != wanted:
        raise InputError(
            f"{out} holds {' and '.join(standing.walls)} for {standing.host}, and this is "
            f"{' and '.join(wanted[1])} for {host.name}: choose another folder, or move that away"
        )


def _require_taken(host: Host, sources: Sequence[Source]) -> None:
    if len(sources) > 1 and not host.takes_several:
        several = [name for name, other in HOSTS.items() if other.takes_several]
        into = f", or one of {', '.join(several)}" if several else ""
        raise InputError(
            f"{len(sources)} profiles: a folder for {host.title} holds one wall; export each to a "
            f"folder of its own{into}"
        )
    seen: dict[str, Source] = {}
    for source in sources:
        if source.identity.sha256 in seen:
            raise InputError(f"{source.path}: given twice; leave one out")
        seen[source.identity.sha256] = source


def _sizes(host: Host, source: Source, size: int | None) -> tuple[int, ...]:
    """Which tables to write."""
    if source.foreign is not None:
        nodes = source.foreign.size if size is None else size
        if nodes > host.most:
            raise InputError(
                f"{source.path}: {nodes} nodes along an edge, and {host.title} takes no more than "
                f"{host.most}; give --size"
            )
        return (nodes,)
    if size is None:
        return host.sizes
    taken = [nodes for nodes in SIZES if nodes <= host.most]
    if size not in taken:
        raise InputError(
            f"--size {size}: {host.title} takes {', '.join(map(str, taken))} nodes along an edge; "
            f"without --size its folder holds {', '.join(map(str, host.sizes))}"
        )
    return (size,)
