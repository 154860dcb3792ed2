// How the widget looks. Colours come from the host's colour scheme (CSS system colours and
// light-dark()) and from custom properties; only logical properties, so that it may run from right
// to left.

export const STYLE = `
:host { all: initial; display: block; position: relative; font-size: 1rem; line-height: 1.5;
  font-family: var(--kotae-font, inherit); color-scheme: inherit;
  --paper: var(--kotae-background, Canvas); --ink: var(--kotae-text, CanvasText);
  --accent: var(--kotae-accent, light-dark(#0b5f78, #84cfe4));
  --on-accent: var(--kotae-on-accent, light-dark(#fff, #08222b));
  --line: color-mix(in srgb, var(--ink) 50%, var(--paper));
  --soft: color-mix(in srgb, var(--accent) 12%, var(--paper));
  --quiet: color-mix(in srgb, var(--ink) 75%, var(--paper));
  --round: var(--kotae-radius, .6rem); color: var(--ink) }
:host([hidden]), [hidden] { display: none !important }
:host([theme=light]) { color-scheme: light }
:host([theme=dark]) { color-scheme: dark }
:lang(ko) { word-break: keep-all }
* { box-sizing: border-box }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
input, textarea, button { font: inherit; color: inherit; min-block-size: 2.75rem;
  padding: .5rem .75rem; border: 1px solid var(--line); border-radius: var(--round);
  background: var(--paper) }
input, textarea { inline-size: 100% }
button { cursor: pointer; font-weight: 600 }
mark { background: var(--kotae-mark, light-dark(#ffe7a0, #5d4a10)); color: inherit }
.unseen { position: absolute; clip-path: inset(50%); white-space: nowrap; margin: 0 }
.suggestions, .view { position: absolute; inset-inline: 0; inset-block-start: 100%;
  z-index: 9999; max-block-size: 70vh; overflow-y: auto; margin: .25rem 0 0; padding: .5rem;
  list-style: none; overflow-wrap: anywhere; background: var(--paper); border: 1px solid var(--line);
  border-radius: var(--round); box-shadow: 0 8px 24px #0003 }
.view :is(h2, h3) { margin: .75rem 0 .25rem; font-size: 1.1rem; line-height: 1.3 }
.view .title { font-size: 1.25rem }
.view a { color: var(--accent) }
.suggestion { display: block; inline-size: 100%; min-block-size: 2.75rem; padding: .5rem .75rem;
  border: 0; cursor: pointer; text-align: start; font-weight: 400 }
.suggestion:hover, [aria-selected=true] { background: var(--soft) }
[aria-selected=true] { outline: 2px solid var(--accent); outline-offset: -2px }
.suggestion > span { display: block; unicode-bidi: plaintext }
.suggestion-title { font-weight: 600 }
.suggestion-unsure .suggestion-title { font-weight: 400 }
.suggestion-answer, .suggestion-note, ::placeholder { color: var(--quiet); opacity: 1 }
.suggestion-language { margin-inline-start: .5rem; padding: 0 .5rem; border: 1px solid;
  border-radius: 99px; font-size: .8rem; font-weight: 400 }
.suggestion-notice { border-inline-start: 4px solid var(--accent) }
.suggestion-contact .suggestion-title { color: var(--accent) }
@media (prefers-contrast: more) { :host { --line: var(--ink); --quiet: var(--ink) } }
`;

/**
 * Give a shadow root a style, once; allowed under every content security policy.
 * @param {ShadowRoot | null} root
 * @param {string} css
 */
export function addStyle(root, css) {
  const { adoptedStyleSheets: sheets } = /** @type {ShadowRoot} */ (root);
  if (sheets.some((each) => /** @type {any} */ (each).text === css)) return;
  const sheet = Object.assign(new CSSStyleSheet(), { text: css });
  sheet.replaceSync(css);
  sheets.push(sheet);
}
