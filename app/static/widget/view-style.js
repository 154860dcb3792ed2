// How what takes the list's place looks: an article, or the form.

export const STYLE = `
.view :is(h2, h3) { margin: .75rem 0 .25rem; font-size: 1.1rem; line-height: 1.3 }
.view .title { font-size: 1.25rem }
.view :focus:not(:focus-visible) { outline: none }
.view a { color: var(--accent) }
`;
