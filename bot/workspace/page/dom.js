/**
 * Building the document. Text only ever becomes a text node, and every address passes `safeUrl`,
 * so nothing that arrives from a message can turn into markup or script.
 */

const SVG = 'http://www.w3.org/2000/svg';
const PROPERTIES = new Set(['value', 'checked', 'disabled', 'selected', 'hidden', 'open', 'multiple', 'required', 'popover']);

/** The absolute address if it is http(s), else null. @param {unknown} url */
export function safeUrl(url) {
  if (typeof url !== 'string') return null;
  try {
    const parsed = new URL(url, location.href);
    return parsed.protocol === 'http:' || parsed.protocol === 'https:' ? parsed.href : null;
  } catch {
    return null;
  }
}

/** Address of a workspace file on this page's own origin, whatever host name the server gave it. */
export function fileUrl(url) {
  const safe = safeUrl(url);
  if (!safe) return null;
  const parsed = new URL(safe);
  return parsed.pathname.startsWith('/files/') ? parsed.pathname + parsed.search : safe;
}

/** Does this address need no network beyond the page's own server? */
export function isLocal(url) {
  const safe = safeUrl(url);
  return safe !== null && new URL(safe).origin === location.origin;
}

/**
 * An element. `on` holds listeners, `style` custom properties, `dataset` data attributes; false and null are left out.
 * @param {string} tag @param {Record<string, any>} [props] @param {...any} children
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) setProperty(node, key, value);
  node.append(...flatten(children));
  return node;
}

function setProperty(node, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key === 'on') {
    for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
  } else if (key === 'style') {
    for (const [name, part] of Object.entries(value)) node.style.setProperty(name, part);
  } else if (key === 'dataset') {
    Object.assign(node.dataset, value);
  } else if (key === 'class') {
    node.className = value;
  } else if (PROPERTIES.has(key)) {
    node[key] = value;
  } else if (key === 'href' || key === 'src') {
    const safe = safeUrl(value);
    if (safe) node.setAttribute(key, safe);
  } else if (!key.startsWith('on')) {
    node.setAttribute(key, value === true ? '' : String(value));
  }
}

function flatten(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** An SVG element. @param {string} tag @param {Record<string, any>} attributes @param {...any} children */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(key, String(value));
  }
  node.append(...flatten(children));
  return node;
}

/** A link that opens beside the page, or plain text where the address is not http(s). */
export function link(url, ...children) {
  const safe = safeUrl(url);
  if (!safe) return h('span', {}, ...children);
  return h('a', { href: safe, target: '_blank', rel: 'noopener noreferrer' }, ...children);
}

const ICONS = {
  alert: 'M12 3 2 20h20L12 3Zm0 6v5m0 3v.5',
  apps: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h6v6h-6z',
  back: 'M15 5l-7 7 7 7',
  bolt: 'M13 2 5 14h6l-1 8 8-12h-6l1-8Z',
  check: 'M4 12.5 9.5 18 20 6.5',
  chevron: 'M6 9l6 6 6-6',
  clip: 'M20 11.5 12 19.5a5 5 0 0 1-7-7l8.5-8.5a3.4 3.4 0 0 1 4.8 4.8L9.8 17.3a1.7 1.7 0 0 1-2.4-2.4l7.8-7.8',
  close: 'M5 5l14 14M19 5 5 19',
  edit: 'M4 20l1-4L16 5l3 3L8 19l-4 1Z',
  error: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm-3 6 6 6m0-6-6 6',
  eye: 'M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12Zm10-3a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z',
  file: 'M6 2h8l4 4v16H6V2Zm8 0v5h4',
  hash: 'M9 3 7 21M17 3l-2 18M4 8.5h17M3 15.5h17',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 8v6m0-9.5V7',
  menu: 'M3 6h18M3 12h18M3 18h18',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  reply: 'M4 5h16v11H11l-5 4v-4H4V5Z',
  send: 'M3 4l19 8-19 8 3-8-3-8Zm3 8h9',
  smile: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM8.5 10v.5M15.5 10v.5M8 14.5c2 2.6 6 2.6 8 0',
  thumbs_down: 'M7 13V4h10l3 9h-6v7l-2 1-5-8ZM7 4H3v9h4',
  thumbs_up: 'M7 11v9h10l3-9h-6V4l-2-1-5 8ZM7 20H3v-9h4',
  trash: 'M4 7h16M9 7V4h6v3M6 7l1 14h10l1-14M10 11v6M14 11v6',
  users: 'M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7 10c0-4 3-7 7-7s7 3 7 7M16 3.5a4 4 0 0 1 0 7M18 14.5c2.5 1 4 3.5 4 6.5',
};

/** A line icon; decorative, so whatever holds it carries the label. @param {string} name */
export function icon(name) {
  return svg(
    'svg',
    { viewBox: '0 0 24 24', class: `icon icon-${name}`, 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { d: ICONS[name] ?? ICONS.apps }),
  );
}

/** A button showing only an icon. */
export function iconButton(name, label, onClick, props = {}) {
  return h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': label, title: label, on: { click: onClick }, ...props },
    icon(name),
  );
}

const DEEPEST = 16;
let depth = 0;

/** Draws what is nested in something else; beyond a sensible depth the text stays as it is. */
export function nested(text, draw) {
  if (depth >= DEEPEST) return [text];
  depth += 1;
  try {
    return draw(text);
  } finally {
    depth -= 1;
  }
}

/** Text for screen readers alone. */
export function srOnly(text) {
  return h('span', { class: 'sr-only' }, text);
}
