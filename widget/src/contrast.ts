/** Whether the colours a host page chose can be read (WCAG 2.2, 1.4.3). */

type Rgb = readonly [number, number, number];

/** Return the colour of a computed style such as `rgb(11, 85, 105)`, or null. */
export function parseRgb(css: string): Rgb | null {
  const found = /^rgba?\(\s*([\d.]+)[,\s]+([\d.]+)[,\s]+([\d.]+)/.exec(css);
  return found ? [Number(found[1]), Number(found[2]), Number(found[3])] : null;
}

/** Return the contrast of two colours, 1 to 21. */
export function contrast(one: Rgb, other: Rgb): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
