// Makes elements. Text from the server is only ever given as text.

/**
 * @template {HTMLElement} Kind
 * @param {Kind} element
 * @param {Record<string, unknown>} given Strings are attributes, everything else is a property.
 * @returns {Kind}
 */
export function give(element, given) {
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "string") element.setAttribute(name, value);
    else /** @type {any} */ (element)[name] = value;
  }
  return element;
}

/**
 * @param {string} kind
 * @param {Record<string, unknown>} [given]
 * @param {(Node | string)[]} children
 * @returns {HTMLElement}
 */
export function make(kind, given = {}, ...children) {
  const element = give(document.createElement(kind), given);
  element.append(...children);
  return element;
}
