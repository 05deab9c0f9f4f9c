"""Formats that no open library reads, and the transcode that keeps their measurement honest."""

from __future__ import annotations

from ledcal.values.advice import TRANSCODE

STILLS = "export stills of it as linear EXR in ACES2065-1"
_RESOLVE = "DaVinci Resolve"

# Suffix: name, and what transcodes it.
_TOOLS = {
    ".ari": ("ARRIRAW", f"ARRI Reference Tool or {_RESOLVE}"),
    ".arx": ("ARRICORE", f"ARRI Reference Tool or {_RESOLVE}"),
    ".r3d": ("RED R3D", f"REDCINE-X PRO or {_RESOLVE}"),
    ".braw": ("Blackmagic RAW", _RESOLVE),
    ".nev": ("Nikon N-RAW", _RESOLVE),
    ".rmf": ("Canon Cinema RAW", "Canon Cinema RAW Development"),
    ".krw": ("Kinefinity KineRAW", "KineStation, or record CinemaDNG or ProRes in KineLOG3"),
    ".zraw": ("Z CAM ZRAW", f"Z CAM ZRAW Converter or {_RESOLVE}"),
    ".cine": ("Phantom Cine raw", f"Phantom CineViewer or {_RESOLVE}"),
    ".mlv": ("Magic Lantern raw video", "MLV App, or let it write CinemaDNG"),
}
REFUSED_SUFFIXES = {
    suffix: (label, f"{TRANSCODE} with {tool}") for suffix, (label, tool) in _TOOLS.items()
}
REFUSED_MAGIC = (
    (0, b"ARRI", ".ari"),
    (0, b"IRRA", ".ari"),
    (4, b"RED1", ".r3d"),
    (4, b"RED2", ".r3d"),
    (0, b"MLVI", ".mlv"),
)
