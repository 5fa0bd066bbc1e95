/** Text objects, and what stands in where something cannot be drawn. */

import { emoji, isEmoji, withPictures } from './emoji.js';
import { h } from './dom.js';
import { mrkdwn } from './mrkdwn.js';

/** A text object (or a bare string) as nodes. @param {object | string} object @returns {Node[]} */
export function text(object) {
  if (object === null || object === undefined) return [];
  if (typeof object === 'string') return plainText(object);
  return object.type === 'mrkdwn' ? mrkdwn(object.text ?? '') : plainText(object.text ?? '');
}

/** Plain text, in which only emoji are drawn. */
export function plainText(value) {
  return value.split(/(:[a-z0-9_+'-]+:)/).filter(Boolean).flatMap((part) => {
    const name = part.slice(1, -1);
    return part.length > 2 && part.startsWith(':') && part.endsWith(':') && isEmoji(name) ? emoji(name) : withPictures(part);
  });
}

/** A visible box for what this page cannot draw: its type and its JSON. @param {object} value @param {string} what */
export function unknown(value, what) {
  return h(
    'details',
    { class: 'unknown', open: true },
    h('summary', {}, `Unsupported ${what}: `, h('code', {}, String(value?.type ?? typeof value))),
    h('pre', { tabindex: '0' }, h('code', {}, JSON.stringify(value, null, 2))),
  );
}
