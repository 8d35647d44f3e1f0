"""The calibration curve as a picture that stands by itself (SVG)."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

SIZE, EDGE = 360, 48
_FONT = 'font-family="DejaVu Sans, sans-serif" font-size="12" fill="#1f2937"'


def calibration_svg(points: Sequence[dict[str, float]], title: str) -> str:
    """Return the curve of said and true shares; the larger a dot, the more questions it stands for.

    Args:
        points: `said`, `true` (0 to 1) and `count`, as `report.calibration` gives them.
        title: Written above, and read out.
    """
    most = max((point["count"] for point in points), default=1.0)
    dots = [(_x(p["said"]), _y(p["true"]), 3 + 6 * (p["count"] / most) ** 0.5, p) for p in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _, _ in dots)
    ticks = "".join(
        f'<text x="{_x(share):.0f}" y="{SIZE - EDGE + 18}" text-anchor="middle" {_FONT}>{share:.0%}</text>'
        f'<text x="{EDGE - 6}" y="{_y(share) + 4:.0f}" text-anchor="end" {_FONT}>{share:.0%}</text>'
        for share in (0.0, 0.5, 1.0)
    )
    circles = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="#0f766e">'
        f"<title>{p['said']:.0%} → {p['true']:.0%} ({p['count']:.0f} câu)</title></circle>"
        for x, y, radius, p in dots
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" role="img"'
        f' aria-label="{escape(title)}">'
        f'<rect width="{SIZE}" height="{SIZE}" fill="#ffffff"/>'
        f'<text x="{EDGE}" y="24" {_FONT} font-weight="bold">{escape(title)}</text>'
        f'<rect x="{_x(0)}" y="{_y(1)}" width="{_x(1) - _x(0)}" height="{_y(0) - _y(1)}"'
        ' fill="none" stroke="#9ca3af"/>'
        f'<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" stroke="#9ca3af" stroke-dasharray="4 4"/>'
        f'<polyline points="{path}" fill="none" stroke="#0f766e" stroke-width="2"/>{circles}{ticks}'
        f'<text x="{SIZE / 2}" y="{SIZE - 8}" text-anchor="middle" {_FONT}>Mô hình cho là đúng</text>'
        f'<text x="14" y="{SIZE / 2}" text-anchor="middle" transform="rotate(-90 14 {SIZE / 2})" {_FONT}>'
        "Thật sự đúng</text></svg>\n"
    )


def _x(share: float) -> float:
    return EDGE + share * (SIZE - 2 * EDGE)


def _y(share: float) -> float:
    return SIZE - EDGE - share * (SIZE - 2 * EDGE)
