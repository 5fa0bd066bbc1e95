/** Standard Markdown, as the `markdown` block and streamed text speak it, to nodes. HTML in it stays text. */

import { emoji, isEmoji, withPictures } from './emoji.js';
import { h, link, nested } from './dom.js';
import { special } from './mrkdwn.js';

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([\w+-]*)[^`]*$/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^(\s*)(?:([-*+])|(\d{1,9})[.)])(?:\s+|$)/;
const DELIMITER_ROW = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;
const ENTITIES = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&nbsp;': '\u00a0' };

/** A whole document. @param {string} text @returns {Node[]} */
export function markdown(text) {
  return blocks(text.replace(/\r\n?/g, '\n').split('\n'));
}

function blocks(rows) {
  const nodes = [];
  let at = 0;
  while (at < rows.length) {
    if (!rows[at].trim()) {
      at += 1;
      continue;
    }
    const read = READERS.map((reader) => reader(rows, at)).find((found) => found) ?? paragraph(rows, at);
    nodes.push(read.node);
    at = read.next;
  }
  return nodes;
}

// Each reader answers {node, next} where its kind of block starts at this row, else null.
const READERS = [fence, heading, rule, quote, list, table];

function fence(rows, at) {
  const open = FENCE.exec(rows[at]);
  if (!open) return null;
  let end = at + 1;
  while (end < rows.length && !(rows[end].trim().startsWith(open[1]) && /^\s*[`~]+\s*$/.test(rows[end]))) end += 1;
  const code = rows.slice(at + 1, end).join('\n');
  return { node: h('pre', { tabindex: '0' }, h('code', { dataset: { language: open[2] } }, code)), next: end + 1 };
}

function heading(rows, at) {
  const found = HEADING.exec(rows[at]);
  if (!found) return null;
  // The page's own headings are levels 1 and 2, so a message's begin at 3.
  const level = Math.min(found[1].length + 2, 6);
  return { node: h(`h${level}`, { class: `md-h${found[1].length}` }, inline(found[2])), next: at + 1 };
}

function rule(rows, at) {
  return RULE.test(rows[at]) ? { node: h('hr'), next: at + 1 } : null;
}

function quote(rows, at) {
  let end = at;
  while (end < rows.length && QUOTE.test(rows[end])) end += 1;
  if (end === at) return null;
  const inner = rows.slice(at, end).map((row) => row.replace(QUOTE, '')).join('\n');
  return { node: h('blockquote', {}, nested(inner, (text) => blocks(text.split('\n')))), next: end };
}

function list(rows, at) {
  const first = ITEM.exec(rows[at]);
  if (!first) return null;
  const indent = first[1].length;
  const ordered = first[3] !== undefined;
  const items = [];
  let end = at;
  while (end < rows.length) {
    const item = ITEM.exec(rows[end]);
    if (item && item[1].length <= indent + 1) {
      if (item[1].length < indent || (item[3] !== undefined) !== ordered) break;
      items.push([rows[end].slice(item[0].length)]);
    } else if (rows[end].trim() === '') {
      if (!continues(rows, end + 1, indent)) break;
      items.at(-1).push('');
    } else if (item || /^\s+/.test(rows[end])) {
      items.at(-1).push(rows[end].replace(new RegExp(`^\\s{0,${indent + 2 + (ordered ? 1 : 0)}}`), ''));
    } else break;
    end += 1;
  }
  return { node: h(ordered ? 'ol' : 'ul', ordered ? { start: first[3] } : {}, items.map(listItem)), next: end };
}

/** Does the list go on after a blank row? */
function continues(rows, at, indent) {
  const next = rows.slice(at).find((row) => row.trim());
  if (next === undefined) return false;
  const item = ITEM.exec(next);
  return item ? item[1].length >= indent : /^\s{2,}/.test(next);
}

function listItem(rows) {
  const task = /^\[([ xX])\]\s+/.exec(rows[0]);
  const [head, ...rest] = task ? [rows[0].slice(task[0].length), ...rows.slice(1)] : rows;
  const box = task && h('input', { type: 'checkbox', checked: task[1] !== ' ', disabled: true, 'aria-label': task[1] === ' ' ? 'open' : 'done' });
  const tail = rest.findIndex((row) => row.trim() === '' || ITEM.test(row) || FENCE.test(row) || QUOTE.test(row));
  const text = [head, ...(tail < 0 ? rest : rest.slice(0, tail))].join('\n');
  return h('li', { class: task ? 'task' : null }, box, inline(text), tail < 0 ? [] : nested(rest.slice(tail).join('\n'), (inner) => blocks(inner.split('\n'))));
}

function table(rows, at) {
  if (!rows[at].includes('|') || !DELIMITER_ROW.test(rows[at + 1] ?? '') || !rows[at + 1].includes('-')) return null;
  const head = cells(rows[at]);
  const aligns = cells(rows[at + 1]).map(alignment);
  if (aligns.length !== head.length) return null;
  let end = at + 2;
  while (end < rows.length && rows[end].trim() && rows[end].includes('|')) end += 1;
  const cell = (tag) => (text, column) =>
    h(tag, { class: `align-${aligns[column] ?? 'left'}`, scope: tag === 'th' ? 'col' : null }, inline(text));
  const body = rows.slice(at + 2, end).map((row) => h('tr', {}, cells(row).slice(0, head.length).map(cell('td'))));
  const node = h(
    'div',
    { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': 'Table' },
    h('table', {}, h('thead', {}, h('tr', {}, head.map(cell('th')))), h('tbody', {}, body)),
  );
  return { node, next: end };
}

/** The cells of a table's row; a bar in code or after a backslash does not divide. */
function cells(row) {
  const parts = [''];
  let inCode = false;
  const text = row.trim().replace(/^\|/, '').replace(/(?<!\\)\|$/, '');
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '`') inCode = !inCode;
    if (text[at] === '\\' && text[at + 1] === '|') {
      parts[parts.length - 1] += '|';
      at += 1;
    } else if (text[at] === '|' && !inCode) parts.push('');
    else parts[parts.length - 1] += text[at];
  }
  return parts.map((part) => part.trim());
}

function alignment(dashes) {
  if (dashes.endsWith(':')) return dashes.startsWith(':') ? 'center' : 'right';
  return 'left';
}

function paragraph(rows, at) {
  let end = at + 1;
  while (end < rows.length && rows[end].trim() && !READERS.some((reader) => reader(rows, end))) end += 1;
  return { node: h('p', {}, inline(rows.slice(at, end).join('\n'))), next: end };
}

// Inline tokens, tried in this order at each place: [pattern, builder].
const TOKENS = [
  [/\\([!-/:-@[-`{-~])/y, (found) => document.createTextNode(found[1])],
  [/(`+)([\s\S]*?[^`])\1(?!`)/y, (found) => h('code', {}, found[2].replace(/^ (.*) $/s, '$1'))],
  [/!?\[((?:[^[\]\\]|\\.|\[[^\]]*\])*)\]\(\s*<?([^\s<>()]*(?:\([^\s()]*\)[^\s()]*)*)>?(?:\s+["'][^"']*["'])?\s*\)/y, inlineLink],
  [/<(https?:\/\/[^\s<>|]+)>/y, (found) => link(found[1], found[1])],
  [/<((?:[@#]|!(?:subteam\^|date\^|here|channel|everyone)|https?:\/\/[^\s<>|]+\|)[^<>\n]*)>/y, (found) => special(found[1])],
  [/https?:\/\/[^\s<>|]+[^\s<>|.,;:!?'")\]*_]/y, (found) => link(found[0], found[0])],
  [/:([a-z0-9_+'-]+):/y, (found) => (isEmoji(found[1]) ? emoji(found[1]) : null)],
  [/\*\*\*(?=\S)([\s\S]*?\S)\*\*\*/y, (found) => h('strong', {}, h('em', {}, nested(found[1], inline)))],
  [/\*\*(?=\S)([\s\S]*?\S\*?)\*\*(?!\*)/y, (found) => h('strong', {}, nested(found[1], inline))],
  [/__(?=\S)([\s\S]*?\S)__(?!\w)/y, (found, before) => wordEdge(before) && h('strong', {}, nested(found[1], inline))],
  [/~~(?=\S)([\s\S]*?\S)~~/y, (found) => h('s', {}, nested(found[1], inline))],
  [/\*(?=[^\s*])((?:[^*]|\*\*[^*]+\*\*)*?[^\s*]|[^\s*])\*(?!\*)/y, (found) => h('em', {}, nested(found[1], inline))],
  [/_(?=[^\s_])([\s\S]*?[^\s_])_(?!\w)/y, (found, before) => wordEdge(before) && h('em', {}, nested(found[1], inline))],
  [/(?: {2,}|\\)?\n/y, () => h('br')],
  [/&(?:amp|lt|gt|quot|#39|nbsp);/y, (found) => document.createTextNode(ENTITIES[found[0]])],
];

const wordEdge = (before) => !/[\p{L}\p{N}]/u.test(before);

/** Text within a block. @param {string} text @returns {Node[]} */
function inline(text) {
  const nodes = [];
  let plain = '';
  let at = 0;
  while (at < text.length) {
    const found = token(text, at);
    if (found) {
      nodes.push(...withPictures(plain));
      plain = '';
      nodes.push(found.node);
      at += found.length;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  return [...nodes, ...withPictures(plain)];
}

function token(text, at) {
  if (!/[\\`![<h:*_~\n &]/.test(text[at])) return null;
  for (const [pattern, build] of TOKENS) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    const node = found && build(found, text[at - 1] ?? '');
    if (node) return { node, length: found[0].length };
  }
  return null;
}

/** A link; an image too, since Slack shows those of Markdown as links. */
function inlineLink(found) {
  return link(found[2], found[1] ? nested(found[1], inline) : found[2]);
}
