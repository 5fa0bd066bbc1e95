/** Files of a message: pictures inline, anything else as a card with its name, kind and size. */

import { fileUrl, h, icon } from './dom.js';
import { showImage } from './overlays.js';
import { state } from './state.js';

const UNITS = ['B', 'kB', 'MB', 'GB'];

/** "12.3 kB". @param {number} bytes */
export function fileSize(bytes) {
  let size = bytes ?? 0;
  let unit = 0;
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit && size < 100 ? size.toFixed(1) : Math.round(size)} ${UNITS[unit]}`;
}

/** A file that some message shown here carries. @param {string} id */
export function fileById(id) {
  const messages = [...state.thread, ...[...state.messages.values()].flat()];
  return messages.flatMap((message) => message.files ?? []).find((file) => file.id === id || file.external_id === id);
}

const kindOf = (file) => file.pretty_type || file.name?.split('.').at(-1)?.toUpperCase() || 'File';

/** @param {{name: string, title?: string, mimetype?: string, size?: number, alt_txt?: string, url_private: string}} file */
export function fileCard(file) {
  const url = fileUrl(file.url_private ?? file.permalink);
  const title = file.title || file.name;
  if (url && /^image\/(png|jpeg|gif|webp)$/.test(file.mimetype ?? '')) return picture(file, url, title);
  return h(
    'a',
    { class: 'file-card', href: url, target: '_blank', rel: 'noopener noreferrer' },
    h('span', { class: 'file-mark' }, icon('file')),
    h('span', { class: 'file-text' }, h('strong', {}, title), h('small', {}, `${kindOf(file)} · ${fileSize(file.size)}`)),
  );
}

function picture(file, url, title) {
  const alt = file.alt_txt || title;
  return h(
    'figure',
    { class: 'file-image' },
    h('figcaption', {}, title),
    h('button', { type: 'button', class: 'zoom', 'aria-label': `Enlarge: ${alt}`, on: { click: () => showImage(url, alt, title) } }, h('img', { src: url, alt })),
  );
}
