// Everything on the page is made here, as elements and texts: what comes from images, logs or names is never read as markup.

/**
 * One element. `on…` are listeners, `true` and `false` are attributes without a value; everything else is an attribute.
 * @param {string} tag
 * @param {Readonly<Record<string, unknown>>} [attributes]
 * @param {...(Node | string | null)} children
 */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for pictures. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

// Characters that turn the direction of a line around, or are not seen at all.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** A text from outside in a place of its own: nothing in it moves what stands beside it. */
export function foreign(text, attributes = {}) {
  return el('bdi', attributes, visible(text));
}

export function visible(text) {
  return String(text).replace(UNSEEN, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A link to an application; a text where it is no address of one. */
export function outside(url) {
  const isWeb = URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
  return isWeb ? el('a', { href: url, rel: 'noopener noreferrer', target: '_blank' }, visible(url)) : visible(url);
}

/** A button that cannot be pressed twice while its work goes on. Errors are told. */
export function button(text, work, attributes = {}) {
  const made = el('button', { type: 'button', ...attributes }, text);
  made.addEventListener('click', async () => {
    if (made.getAttribute('aria-busy') === 'true') return;
    made.setAttribute('aria-busy', 'true');
    try {
      await work();
    } catch (error) {
      say(wordsOf(error), true);
    } finally {
      made.removeAttribute('aria-busy');
    }
  });
  return made;
}

/** Say what was done, or what went wrong, to eyes and to screen readers. */
export function say(text, isProblem = false) {
  const status = document.getElementById('status');
  status.classList.toggle('problem', isProblem);
  status.replaceChildren(visible(text));
}

export function wordsOf(error) {
  const hint = error?.hint === undefined ? '' : ` – ${error.hint}`;
  return `${error?.message ?? error}${hint}`;
}
