"""Small line charts as inline SVG, coloured by the page's own style sheet.

The page is dark on the stage and light on paper; a chart that takes its colours from CSS follows
both, which a rendered picture cannot.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

_LEFT, _RIGHT, _TOP, _BOTTOM = 58.0, 12.0, 30.0, 40.0


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis.

    Attributes
    ----------
    label : str
        With its unit.
    low, high : float
        What the axis shows.
    is_log : bool
        Logarithmic, base 10.
    """

    label: str
    low: float
    high: float
    is_log: bool = False

    def place(self, values: ArrayLike) -> np.ndarray:
        """Give the position along the axis, 0..1 where it is inside."""
        array = np.asarray(values, np.float64)
        low, high = self.low, self.high
        if self.is_log:
            array = np.log10(np.maximum(array, 1e-300))
            low, high = math.log10(low), math.log10(high)
        return np.asarray((array - low) / (high - low))

    def ticks(self) -> list[tuple[float, str]]:
        """Give where marks stand, and what they say.

        Examples
        --------
        >>> Axis("nits", 0.1, 20, is_log=True).ticks()
        [(0.1, '0.1'), (1.0, '1'), (10.0, '10')]
        >>> Axis("ratio", 0.8, 1.2).ticks()
        [(0.8, '0.8'), (0.9, '0.9'), (1.0, '1.0'), (1.1, '1.1'), (1.2, '1.2')]
        """
        if self.is_log:
            first = math.ceil(math.log10(self.low) - 1e-9)
            last = math.floor(math.log10(self.high) + 1e-9)
            return [(float(f"1e{k}"), f"{float(f'1e{k}'):g}") for k in range(first, last + 1)]
        scale = 10.0 ** math.floor(math.log10(self.high - self.low))
        steps = [scale * multiple for multiple in (1, 0.5, 0.2, 0.1)]
        step = next(s for s in steps if self._count(s) >= 4 or s == steps[-1])
        digits = max(0, -math.floor(math.log10(step) + 1e-9))
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [(round(k * step, 12), f"{k * step:.{digits}f}") for k in range(first, last + 1)]

    def _count(self, step: float) -> int:
        return math.floor(self.high / step + 1e-9) - math.ceil(self.low / step - 1e-9) + 1


@dataclass(slots=True)
class Chart:
    """A chart that is filled mark by mark, then written once.

    Attributes
    ----------
    title : str
        Read out by screen readers, and shown above.
    x, y : Axis
        The two axes.
    width, height : float
        Of the drawing, in its own units; the page scales it.
    """

    title: str
    x: Axis
    y: Axis
    width: float = 460.0
    height: float = 310.0
    _marks: list[str] = field(default_factory=list)
    _legend: list[tuple[str, str]] = field(default_factory=list)

    def line(self, x: ArrayLike, y: ArrayLike, *, style: str, label: str = "") -> None:
        """Draw a line; points that are not finite are left out."""
        points = self._points(x, y)
        if len(points) > 1:
            text = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
            self._marks.append(f'<polyline class="line {style}" points="{text}"/>')
            self._note(label, f"line {style}")

    def outline(self, x: ArrayLike, y: ArrayLike, *, style: str, label: str = "") -> None:
        """Draw a closed line."""
        points = self._points(x, y)
        if len(points) > 2:
            text = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
            self._marks.append(f'<polygon class="line {style}" points="{text}"/>')
            self._note(label, f"line {style}")

    def dots(self, x: ArrayLike, y: ArrayLike, *, style: str, label: str = "") -> None:
        """Draw dots; those outside of the axes are left out."""
        inside = [
            (px, py)
            for px, py in self._points(x, y)
            if _LEFT - 1 <= px <= self.width - _RIGHT + 1
            and _TOP - 1 <= py <= self.height - _BOTTOM + 1
        ]
        if inside:
            circles = "".join(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="2.6"/>' for px, py in inside)
            self._marks.append(f'<g class="dot {style}">{circles}</g>')
            self._note(label, f"dot {style}")

    def bars(self, edges: Sequence[float], counts: Sequence[float], *, style: str) -> None:
        """Draw a histogram."""
        for left, right, count in zip(edges[:-1], edges[1:], counts, strict=True):
            if count > 0:
                (x0, y0), (x1, y1) = self._points([left, right], [count, 0])
                self._marks.append(
                    f'<rect class="bar {style}" x="{x0 + 0.5:.1f}" y="{y0:.1f}" '
                    f'width="{max(x1 - x0 - 1, 0.5):.1f}" height="{y1 - y0:.1f}"/>'
                )

    def level(self, y: float, *, style: str, label: str = "") -> None:
        """Draw a horizontal line over the whole width."""
        self.line([self.x.low, self.x.high], [y, y], style=style, label=label)

    def upright(self, x: float, *, style: str, label: str = "") -> None:
        """Draw a vertical line over the whole height."""
        self.line([x, x], [self.y.low, self.y.high], style=style, label=label)

    def is_drawable(self) -> bool:
        """Whether both axes have two different ends; data without any has none."""
        return all(
            math.isfinite(axis.low) and math.isfinite(axis.high) and axis.low < axis.high
            for axis in (self.x, self.y)
        )

    def svg(self) -> str:
        """Write the drawing."""
        right, bottom = self.width - _RIGHT, self.height - _BOTTOM
        name = escape(self.title)
        clip = "clip-" + "".join(c if c.isalnum() else "-" for c in self.title.lower())
        box = f'x="{_LEFT}" y="{_TOP}" width="{right - _LEFT}" height="{bottom - _TOP}"'
        view = f'viewBox="0 0 {self.width:g} {self.height:g}"'
        parts = [
            f'<svg class="chart" {view} role="img" aria-label="{name}">',
            f'<clipPath id="{clip}"><rect {box}/></clipPath>',
        ]
        for value, text in self.x.ticks():
            px = self._points([value], [self.y.low])[0][0]
            parts.append(
                f'<line class="grid" x1="{px:.1f}" x2="{px:.1f}" y1="{_TOP}" y2="{bottom}"/>'
            )
            parts.append(f'<text class="tick mid" x="{px:.1f}" y="{bottom + 14:g}">{text}</text>')
        for value, text in self.y.ticks():
            py = self._points([self.x.low], [value])[0][1]
            parts.append(
                f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{py:.1f}" y2="{py:.1f}"/>'
            )
            parts.append(
                f'<text class="tick end" x="{_LEFT - 6:g}" y="{py + 3.5:.1f}">{text}</text>'
            )
        middle = (_LEFT + right) / 2
        parts.append(
            f'<text class="label mid" x="{middle:g}" y="{self.height - 6:g}">'
            f"{escape(self.x.label)}</text>"
        )
        middle = (_TOP + bottom) / 2
        parts.append(
            f'<text class="label mid" transform="translate(12 {middle:g}) rotate(-90)">'
            f"{escape(self.y.label)}</text>"
        )
        parts.append(f'<g clip-path="url(#{clip})">{"".join(self._marks)}</g>')
        parts += self._legend_marks()
        parts.append("</svg>")
        return "".join(parts)

    def _legend_marks(self) -> list[str]:
        parts = []
        x = _LEFT
        for text, style in self._legend:
            if style.startswith("dot"):
                mark = f'<g class="{style}"><circle cx="{x + 8:g}" cy="14" r="2.6"/></g>'
            else:
                mark = f'<line class="{style}" x1="{x:g}" x2="{x + 16:g}" y1="14" y2="14"/>'
            parts.append(f'{mark}<text class="tick" x="{x + 20:g}" y="17.5">{escape(text)}</text>')
            x += 32 + 5.6 * len(text)
        return parts

    def _note(self, label: str, style: str) -> None:
        if label:
            self._legend.append((label, style))

    def _points(self, x: ArrayLike, y: ArrayLike) -> list[tuple[float, float]]:
        px = _LEFT + self.x.place(x) * (self.width - _LEFT - _RIGHT)
        py = self.height - _BOTTOM - self.y.place(y) * (self.height - _TOP - _BOTTOM)
        # Far outside is as good as infinite, and keeps the numbers short.
        px, py = np.clip(px, -9999, 9999), np.clip(py, -9999, 9999)
        return [
            (float(a), float(b))
            for a, b in zip(px, py, strict=True)
            if math.isfinite(a) and math.isfinite(b)
        ]
