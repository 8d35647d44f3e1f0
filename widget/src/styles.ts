import { css } from "lit";

export const styles = css`
  :host {
    display: contents;
    --_accent: var(--motcua-accent, #0b5569);
    --_on-accent: var(--motcua-accent-text, #fff);
    --_z: var(--motcua-z-index, 2147483000);
  }
  :host([hidden]) { display: none; }
  :host([layout="page"]) { display: block; height: 100%; }
  :host([layout="page"]) .root { height: 100%; }
  * , *::before, *::after { box-sizing: border-box; }
  [hidden] { display: none !important; }

  .root {
    --surface: #fff; --sunken: #eef3f4; --text: #14282e; --soft: #4c6168; --line: #d3dddf; --edge: #6f868c;
    --link: #0a5a70; --own: #d9eef1; --bad: #a3211a; --warn: #fff4d6; --warn-line: #b98a12; --focus: #b4540a;
    --good: #1c6b3a;
    color-scheme: light;
    color: var(--text);
    font-family: var(--motcua-font, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif);
    font-size: max(16px, 1rem);
    line-height: 1.5;
    text-align: start;
    overflow-wrap: anywhere;
  }
  .root[data-theme="dark"] {
    --surface: #16252a; --sunken: #22363d; --text: #e6eff0; --soft: #a9bcc1; --line: #35505a; --edge: #8aa2a9;
    --link: #7fcfdf; --own: #17434f; --bad: #ffb0a8; --warn: #3a2f10; --warn-line: #c79a2a; --focus: #ffb454;
    --good: #8fdba8;
    color-scheme: dark;
  }
  .root[data-theme="contrast"] {
    --surface: #000; --sunken: #000; --text: #fff; --soft: #fff; --line: #fff; --edge: #fff;
    --link: #ffe14d; --own: #000; --bad: #ff9d94; --warn: #000; --warn-line: #ffe14d; --focus: #ffe14d;
    --good: #9dffb8;
    --_accent: #000; --_on-accent: #fff;
    color-scheme: dark;
  }
  .size1 { font-size: calc(max(16px, 1rem) * 1.15); }
  .size2 { font-size: calc(max(16px, 1rem) * 1.3); }
  .size3 { font-size: calc(max(16px, 1rem) * 1.5); }

  button, textarea { font: inherit; color: inherit; letter-spacing: inherit; word-spacing: inherit; margin: 0; }
  button { cursor: pointer; }
  a { color: var(--link); text-underline-offset: .18em; }
  p, ol, ul, h1, h2 { margin: 0; padding: 0; }
  ol, ul { list-style: none; }
  :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
  .unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

  .launcher {
    position: fixed; inset: auto max(1rem, env(safe-area-inset-right)) max(1rem, env(safe-area-inset-bottom)) auto;
    z-index: var(--_z);
    display: inline-flex; align-items: center; gap: .6em; min-height: 56px; padding: .5em 1.25em;
    border: 2px solid var(--_on-accent); border-radius: 999px;
    background: var(--_accent); color: var(--_on-accent); font-weight: 600; box-shadow: 0 4px 18px rgb(0 0 0 / 28%);
  }
  .left .launcher { inset: auto auto max(1rem, env(safe-area-inset-bottom)) max(1rem, env(safe-area-inset-left)); }
  .launcher:hover { filter: brightness(1.12); }
  .badge {
    min-width: 1.6em; padding: 0 .45em; border-radius: 999px; background: #fff; color: #8a1a14;
    font-size: .9em; line-height: 1.6; text-align: center;
  }

  .panel {
    position: fixed; inset: auto max(1rem, env(safe-area-inset-right)) max(1rem, env(safe-area-inset-bottom)) auto;
    z-index: var(--_z); margin: 0; padding: 0;
    display: none; flex-direction: column;
    width: min(26em, calc(100vw - 2rem)); max-width: none;
    height: min(44em, calc(100vh - 2rem)); height: min(44em, calc(100dvh - 2rem)); max-height: none;
    border: 1px solid var(--edge); border-radius: 16px;
    background: var(--surface); color: var(--text); box-shadow: 0 10px 40px rgb(0 20 30 / 28%); overflow: hidden;
  }
  .left .panel { inset: auto auto max(1rem, env(safe-area-inset-bottom)) max(1rem, env(safe-area-inset-left)); }
  .panel[open], .page { display: flex; }
  .panel:modal {
    inset: 0; width: 100vw; height: 100vh; height: 100dvh; border: 0; border-radius: 0;
    padding-bottom: env(safe-area-inset-bottom);
  }
  .panel::backdrop { background: none; }
  .page { position: static; width: 100%; height: 100%; border: 0; border-radius: 0; box-shadow: none; flex-direction: column; background: var(--surface); overflow: hidden; }
  @media (prefers-reduced-motion: no-preference) {
    .panel[open] { animation: rise .18s ease-out; }
    @keyframes rise { from { opacity: 0; transform: translateY(12px); } }
    .dots i { animation: beat 1.2s infinite ease-in-out; }
    .dots i:nth-child(2) { animation-delay: .15s; }
    .dots i:nth-child(3) { animation-delay: .3s; }
    @keyframes beat { 0%, 60%, 100% { opacity: .35; } 30% { opacity: 1; } }
  }

  .head {
    position: relative; flex: none; display: flex; align-items: center; gap: .35em; min-height: 56px;
    padding: .25em .5em .25em 1em; background: var(--_accent); color: var(--_on-accent);
  }
  .root[data-theme="contrast"] .head { border-bottom: 2px solid #fff; }
  h1, h2 { flex: 1; min-width: 0; font-size: 1.1em; line-height: 1.3; font-weight: 650; outline-offset: 4px; }
  .head :focus-visible { outline-color: var(--_on-accent); outline-offset: -4px; }
  .head button, .jump, .send {
    display: inline-flex; flex: none; align-items: center; justify-content: center; min-width: 44px; min-height: 44px; padding: 0;
    border: 0; border-radius: 10px; background: none; color: inherit;
  }
  .head button:hover { background: rgb(255 255 255 / 16%); }

  .menu {
    position: absolute; z-index: 3; inset: 3.75em .5em auto auto; width: min(17em, calc(100% - 1em));
    max-height: calc(100% - 4.5em); overflow-y: auto; padding: .4em;
    border: 1px solid var(--edge); border-radius: 12px; background: var(--surface); box-shadow: 0 8px 28px rgb(0 20 30 / 30%);
  }
  .menu button, .menu a {
    display: flex; align-items: center; width: 100%; min-height: 44px; padding: .4em .75em; border: 0; border-radius: 8px;
    background: none; color: var(--text); text-align: start; text-decoration: none;
  }
  .menu button:hover, .menu a:hover { background: var(--sunken); text-decoration: underline; }
  .menu .danger { color: var(--bad); }
  .menu .size { display: flex; align-items: center; gap: .25em; padding-inline-start: .75em; border-bottom: 1px solid var(--line); }
  .menu .size span { flex: 1; }
  .menu .size button { width: auto; min-width: 44px; justify-content: center; font-weight: 650; }
  button[aria-disabled="true"] { opacity: .55; cursor: default; }

  .banner { flex: none; display: flex; align-items: center; justify-content: space-between; gap: .25em 1em; padding: .5em 1em; border-bottom: 1px solid var(--warn-line); background: var(--warn); font-size: .93em; }
  .scroll { position: relative; flex: 1; min-height: 0; display: flex; }
  .log { flex: 1; min-width: 0; padding: 1em; overflow-y: auto; overscroll-behavior: contain; scroll-padding: 1em; }
  .log:focus-visible { outline-offset: -3px; }
  .log > ol > li { display: flex; flex-direction: column; align-items: flex-start; margin-bottom: 1em; }
  .log > ol > .citizen { align-items: flex-end; }
  .log > ol > .system { align-items: center; color: var(--soft); font-size: .93em; text-align: center; }
  .who { margin-bottom: .15em; color: var(--soft); font-size: .84em; }
  .officer .who b { color: var(--good); }
  .bubble { max-width: 94%; padding: .65em .9em; border: 1px solid transparent; border-radius: 4px 14px 14px; background: var(--sunken); }
  .citizen .bubble { border-radius: 14px 4px 14px 14px; background: var(--own); white-space: pre-wrap; }
  .officer .bubble { border-color: var(--good); }
  .root[data-theme="contrast"] .bubble { border-color: #fff; }
  .bubble > * + * { margin-top: .5em; }
  .title { font-weight: 650; line-height: 1.35; }
  .label { font-weight: 600; }
  .bubble ul, .bubble ol { display: grid; gap: .35em; padding-inline-start: 1.2em; }
  .bubble ul { list-style: disc; }
  .bubble ol { list-style: decimal; }
  table { width: 100%; border-collapse: collapse; }
  th, td { padding: .45em .3em; border-top: 1px solid var(--line); text-align: start; vertical-align: top; }
  tr > :first-child { padding-inline-start: 0; }
  tr > :last-child { padding-inline-end: 0; }
  thead th { border-top: 0; color: var(--soft); font-size: .88em; font-weight: 600; }
  tbody th { width: 44%; font-weight: 400; }
  td b { font-weight: 650; }
  td .soft { display: block; }
  .bubble .soft, .soft { color: var(--soft); font-size: .9em; }

  .choices { display: flex; flex-direction: column; align-items: flex-start; gap: .45em; width: 94%; margin-top: .55em; }
  .chip {
    min-height: 44px; max-width: 100%; padding: .45em .95em; border: 1.5px solid var(--link); border-radius: 12px;
    background: var(--surface); color: var(--link); font-weight: 550; line-height: 1.35; text-align: start;
  }
  .chip:hover:not(:disabled) { background: var(--sunken); }
  .chip:disabled { border-color: var(--line); color: var(--soft); cursor: default; }
  .chip.chosen:disabled { border-color: var(--edge); color: var(--text); }
  .tools { display: flex; flex-wrap: wrap; align-items: center; gap: .15em .25em; margin-top: .25em; color: var(--soft); font-size: .86em; }
  .tools button, .delivery button {
    display: inline-flex; align-items: center; gap: .35em; min-height: 32px; padding: .15em .55em; border: 1px solid transparent; border-radius: 8px;
    background: none; color: inherit;
  }
  .tools button:hover { background: var(--sunken); color: var(--text); }
  .tools button[aria-pressed="true"] { border-color: var(--edge); background: var(--sunken); color: var(--text); font-weight: 600; }
  .feedback { width: 94%; margin-top: .4em; padding: .75em; border: 1px solid var(--edge); border-radius: 12px; }
  .feedback label { display: block; margin-bottom: .35em; font-weight: 600; }
  .row { display: flex; flex-wrap: wrap; gap: .5em; margin-top: .6em; }
  .button { min-height: 44px; padding: .4em 1.1em; border: 1.5px solid var(--_accent); border-radius: 10px; background: var(--_accent); color: var(--_on-accent); font-weight: 600; }
  .button.quiet { border-color: var(--edge); background: var(--surface); color: var(--text); }
  .button.danger { border-color: var(--bad); background: var(--bad); color: var(--surface); }
  .root[data-theme="contrast"] .button { border-color: #fff; }
  .delivery { margin-top: .25em; color: var(--soft); font-size: .88em; text-align: end; }
  .delivery.failed { color: var(--bad); }
  .delivery button { color: var(--link); text-decoration: underline; }
  .dots { display: inline-flex; gap: .35em; padding: .35em 0; }
  .dots i { width: .55em; height: .55em; border-radius: 50%; background: var(--soft); }
  .jump {
    position: absolute; inset: auto .75em .6em auto; gap: .35em; padding: 0 .6em;
    border: 1.5px solid var(--link); border-radius: 999px; background: var(--surface); color: var(--link); font-size: .9em; font-weight: 600;
    box-shadow: 0 2px 10px rgb(0 0 0 / 18%);
  }
  .status { flex: none; padding: 0 1em .25em; color: var(--soft); font-size: .9em; }
  .status:empty { display: none; }

  form.entry { flex: none; padding: .6em .75em .5em; border-top: 1px solid var(--line); background: var(--surface); }
  .field { display: flex; align-items: flex-end; gap: .5em; }
  textarea {
    display: block; flex: 1; width: 100%; min-width: 0; min-height: 46px; padding: .6em .8em; border: 1.5px solid var(--edge); border-radius: 12px;
    background: var(--surface); color: var(--text); line-height: 1.4; resize: none; overflow-y: auto;
  }
  textarea:focus-visible { outline-offset: 0; }
  textarea[aria-invalid="true"] { border-color: var(--bad); }
  ::placeholder { color: var(--soft); opacity: 1; }
  .send { min-width: 46px; min-height: 46px; border-radius: 12px; background: var(--_accent); color: var(--_on-accent); border: 1.5px solid var(--_accent); }
  .root[data-theme="contrast"] .send { border-color: #fff; }
  .send:hover { filter: brightness(1.15); }
  .under { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: 0 .75em; margin-top: .35em; color: var(--soft); font-size: .84em; }
  .under a, .under button { display: inline-flex; align-items: center; min-height: 28px; padding: 0; border: 0; background: none; color: var(--link); text-decoration: underline; text-underline-offset: .18em; gap: .3em; }
  .error { color: var(--bad); font-size: .92em; }
  .error:empty { display: none; }
  .grow { flex: 1; }
  a.button { display: inline-flex; align-items: center; text-decoration: none; }
  .confirm > svg { flex: none; align-self: center; width: 8em; border: 1px solid var(--edge); }
  .confirm { flex: none; margin: 0; padding: 1em; border-top: 2px solid var(--edge); background: var(--surface); }

  /* Little height (a phone on its side, zoom 400 %): everything scrolls together. */
  @media (max-height: 26em) {
    .panel, .page { overflow-y: auto; }
    .head { min-height: 44px; }
    .scroll { flex: none; }
    .log { overflow: visible; }
    .jump, .consent { display: none; }
  }
  @media (forced-colors: active) {
    .bubble, .chip, .launcher, .panel, .button, .send, textarea, .badge { border: 1px solid; }
    .dots i { background: CanvasText; }
    .tools button[aria-pressed="true"] { border: 2px solid Highlight; }
  }
  @media print { .launcher, .panel { display: none; } }
`;
