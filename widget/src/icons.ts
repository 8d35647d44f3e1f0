import { svg, type SVGTemplateResult } from "lit";

function icon(paths: SVGTemplateResult): SVGTemplateResult {
  return svg`<svg viewBox="0 0 24 24" width="1.4em" height="1.4em" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${paths}</svg>`;
}

export const chat = icon(svg`<path d="M4 5h16v11H9l-5 4z"/><path d="M8 9h8M8 12.5h5"/>`);
export const close = icon(svg`<path d="M6 6l12 12M18 6L6 18"/>`);
export const more = icon(svg`<path d="M12 5h.01M12 12h.01M12 19h.01" stroke-width="3.5"/>`);
export const send = icon(svg`<path d="M5 12h14M13 6l6 6-6 6"/>`);
export const down = icon(svg`<path d="M12 5v14M6 13l6 6 6-6"/>`);
export const copy = icon(svg`<path d="M9 9h11v11H9zM5 15H4V4h11v1"/>`);
export const tick = icon(svg`<path d="M4 13l5 5L20 7"/>`);
export const cross = icon(svg`<path d="M12 4a8 8 0 100 16 8 8 0 000-16zM9 9l6 6M15 9l-6 6"/>`);
export const clip = icon(svg`<path d="M20 11l-8 8a5 5 0 01-7-7l8-8a3.5 3.5 0 015 5l-8 8a2 2 0 01-3-3l7-7"/>`);
export const person = icon(svg`<path d="M12 4a4 4 0 100 8 4 4 0 000-8zM4 21c1-5 4-6 8-6s7 1 8 6"/>`);
