"""Pictures of a report as SVG: bars, a curve of calibration, a line over releases."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

WIDE, HIGH, EDGE = 420, 220, 34


def bars(values: Sequence[tuple[str, float]], title: str) -> Markup:
    """Return horizontal bars with their names and numbers.

    Args:
        values: Name and number, at least 0.
        title: Read out instead of the picture.
    """
    most = max((number for _, number in values), default=1) or 1
    rows = [
        Markup(
            '<text x="0" y="{y}" class="p-name">{name}</text>'
            '<rect x="0" y="{top}" width="{width:.1f}" height="10" class="p-bar"></rect>'
            '<text x="{end:.1f}" y="{text}" class="p-number">{number:.0f}</text>'
        ).format(
            y=place * 34 + 14,
            name=name[:64],
            top=place * 34 + 19,
            width=360 * number / most,
            end=360 * number / most + 6,
            text=place * 34 + 28,
            number=number,
        )
        for place, (name, number) in enumerate(values)
    ]
    return _svg(Markup("").join(rows), title, WIDE, max(34, 34 * len(values)))


def curve(series: Sequence[tuple[str, Sequence[tuple[float, float]]]], title: str) -> Markup:
    """Return points in the unit square with the diagonal of perfect calibration.

    Args:
        series: Class name (`before`, `after`) and points (said, true), each 0 to 1.
        title: Read out instead of the picture.
    """
    parts = [
        _frame(),
        Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" class="p-diagonal"></line>').format(
            EDGE, HIGH - EDGE, WIDE - EDGE, EDGE
        ),
    ]
    for name, points in series:
        places = [_place(x, y) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(Markup('<polyline points="{}" class="p-line p-{}"></polyline>').format(path, name))
        parts += [Markup('<circle cx="{:.1f}" cy="{:.1f}" r="4" class="p-dot p-{}"></circle>').format(x, y, name)
                  for x, y in places]  # fmt: skip
    return _svg(Markup("").join(parts), title, WIDE, HIGH)


def line(values: Sequence[tuple[str, float]], title: str) -> Markup:
    """Return shares (0 to 1) in their order as a line, the first and last named."""
    if not values:
        return Markup("")
    low = max(0.0, min(share for _, share in values) - 0.05)
    high = min(1.0, max(share for _, share in values) + 0.05)
    span = (high - low) or 1.0
    places = [
        _place(place / max(1, len(values) - 1), (share - low) / span) for place, (_, share) in enumerate(values)
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    parts = [_frame(), Markup('<polyline points="{}" class="p-line p-after"></polyline>').format(path)]
    for (name, share), (x, y) in zip(values, places, strict=True):
        parts.append(
            Markup(
                '<circle cx="{:.1f}" cy="{:.1f}" r="4" class="p-dot p-after"><title>{}: {:.1f} %</title></circle>'
            ).format(x, y, name, share * 100)
        )
    for level in (low, high):
        _, y = _place(0, (level - low) / span)
        parts.append(Markup('<text x="0" y="{:.1f}" class="p-number">{:.0f} %</text>').format(y + 4, level * 100))
    return _svg(Markup("").join(parts), title, WIDE, HIGH)


def _place(x: float, y: float) -> tuple[float, float]:
    return EDGE + x * (WIDE - 2 * EDGE), HIGH - EDGE - y * (HIGH - 2 * EDGE)


def _frame() -> Markup:
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" class="p-frame"></rect>').format(
        EDGE, EDGE, WIDE - 2 * EDGE, HIGH - 2 * EDGE
    )


def _svg(content: Markup, title: str, width: int, height: int) -> Markup:
    return Markup('<svg class="picture" role="img" aria-label="{}" viewBox="0 0 {} {}">{}</svg>').format(
        escape(title), width, height, content
    )
