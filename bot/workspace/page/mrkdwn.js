/**
 * Slack's mrkdwn to nodes: *bold*, _italic_, ~strike~, `code`, ```pre```, > quotes, lists, <url|text>, mentions,
 * dates, :emoji: and the three escapes. Returns nodes, never markup.
 */

import { emoji, isEmoji, withPictures } from './emoji.js';
import { h, link, nested } from './dom.js';
import { formatDate } from './time.js';
import { names } from './state.js';

const FENCE = /```\n?([\s\S]*?)\n?```/g;
const QUOTE = /^(?:>|&gt;) ?/;
const LONG_QUOTE = /^(?:>>>|&gt;&gt;&gt;) ?/;
const BULLET = /^(\s*)[•◦▪*-] +(?=\S)/;
const NUMBER = /^(\s*)(\d{1,3})[.)] +(?=\S)/;
const BARE_URL = /https?:\/\/[^\s<>|]+[^\s<>|.,;:!?'")\]]/y;
const SPECIAL = /<([^<>\n]+)>/y;
const CODE = /`([^`\n]+)`/y;
const SHORT_NAME = /:([a-z0-9_+'-]+)(?:::skin-tone-\d)?:/y;
const EMPHASIS = { '*': 'strong', _: 'em', '~': 's' };
const WORD = /[\p{L}\p{N}]/u;
const SPACE = /\s/;
const ESCAPES = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };

/** Slack's three escapes, and no other, become characters. */
export const unescape = (text) => text.replace(/&(?:amp|lt|gt);/g, (found) => ESCAPES[found]);

/** A whole text. @param {string} text @returns {Node[]} */
export function mrkdwn(text) {
  const nodes = [];
  let last = 0;
  for (const fence of text.matchAll(FENCE)) {
    nodes.push(...lines(text.slice(last, fence.index).replace(/\n$/, '')));
    nodes.push(h('pre', { tabindex: '0' }, h('code', {}, unescape(fence[1]))));
    last = fence.index + fence[0].length;
  }
  nodes.push(...lines(last ? text.slice(last).replace(/^\n/, '') : text));
  return nodes;
}

function lines(text) {
  if (!text) return [];
  const rows = text.split('\n');
  const nodes = [];
  let plain = [];
  const flush = () => {
    if (plain.length) nodes.push(h('span', { class: 'lines' }, inline(plain.join('\n'))));
    plain = [];
  };
  while (rows.length) {
    if (LONG_QUOTE.test(rows[0])) {
      flush();
      const rest = rows.splice(0).join('\n').replace(LONG_QUOTE, '');
      nodes.push(h('blockquote', {}, nested(rest, lines)));
    } else if (QUOTE.test(rows[0])) {
      flush();
      nodes.push(h('blockquote', {}, nested(take(rows, QUOTE).join('\n'), lines)));
    } else if (BULLET.test(rows[0])) {
      flush();
      nodes.push(h('ul', {}, take(rows, BULLET).map((row) => h('li', {}, inline(row)))));
    } else if (NUMBER.test(rows[0])) {
      flush();
      const start = NUMBER.exec(rows[0])[2];
      nodes.push(h('ol', { start }, take(rows, NUMBER).map((row) => h('li', {}, inline(row)))));
    } else {
      plain.push(rows.shift());
    }
  }
  flush();
  return nodes;
}

/** Takes the leading rows that match off the list, without what matched. */
function take(rows, pattern) {
  const taken = [];
  while (rows.length && pattern.test(rows[0])) taken.push(rows.shift().replace(pattern, ''));
  return taken;
}

/** Text within a line. @param {string} text @returns {Node[]} */
export function inline(text) {
  const nodes = [];
  // Up to where no closing mark of a kind is left, so that no text takes long.
  const hopeless = {};
  let plain = '';
  let at = 0;
  const flush = () => {
    if (plain) nodes.push(...withBreaks(unescape(plain)));
    plain = '';
  };
  while (at < text.length) {
    const found = token(text, at, hopeless);
    if (found) {
      flush();
      nodes.push(found.node);
      at += found.length;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
  return nodes;
}

function withBreaks(text) {
  return text.split('\n').flatMap((row, index) => (index ? [h('br'), ...withPictures(row)] : withPictures(row)));
}

function token(text, at, hopeless) {
  const character = text[at];
  if (character === '`') return matchAt(CODE, text, at, (code) => h('code', {}, codeText(code)));
  if (character === '<') return matchAt(SPECIAL, text, at, special);
  if (character === ':') return matchAt(SHORT_NAME, text, at, (name) => (isEmoji(name) ? emoji(name) : null));
  if (character === 'h') return matchAt(BARE_URL, text, at, null, (url) => link(unescape(url), unescape(url)));
  if (character in EMPHASIS) return emphasis(text, at, character, hopeless);
  return null;
}

function matchAt(pattern, text, at, build, buildWhole) {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  if (!match) return null;
  const node = build ? build(match[1]) : buildWhole(match[0]);
  return node ? { node, length: match[0].length } : null;
}

/** Slack opens emphasis at the edge of a word only, and closes it at one. */
function emphasis(text, at, mark, hopeless) {
  if (at < hopeless[mark]) return null;
  if (WORD.test(text[at - 1] ?? '') || SPACE.test(text[at + 1] ?? ' ') || text[at + 1] === mark) return null;
  const line = text.indexOf('\n', at);
  const last = line < 0 ? text.length : line;
  for (let end = text.indexOf(mark, at + 2); end > 0 && end < last; end = text.indexOf(mark, end + 1)) {
    if (SPACE.test(text[end - 1]) || WORD.test(text[end + 1] ?? '')) continue;
    const inner = text.slice(at + 1, end);
    return { node: h(EMPHASIS[mark], {}, nested(inner, inline)), length: inner.length + 2 };
  }
  hopeless[mark] = last;
  return null;
}

/** In code, a link shows as it was written. */
const codeText = (code) => unescape(code.replace(/<(https?:[^|<>]+)(?:\|([^<>]+))?>/g, (_, url, label) => label ?? url));

/** What stands between angle brackets. @param {string} body @returns {Node} */
export function special(body) {
  const bar = body.indexOf('|');
  const target = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? null : unescape(body.slice(bar + 1));
  if (target.startsWith('@')) return mention(`@${names.user(target.slice(1)) ?? label ?? target.slice(1)}`, target.slice(1));
  if (target.startsWith('#')) return channelLink(target.slice(1), label);
  if (target.startsWith('!subteam^')) return mention(`@${names.group(target.slice(9)) ?? label?.replace(/^@/, '') ?? 'group'}`);
  if (target.startsWith('!date^')) return date(target, label);
  if (/^!(here|channel|everyone)$/.test(target)) return mention(`@${target.slice(1)}`);
  if (/^https?:\/\//i.test(target)) return link(unescape(target), label ? inlineLabel(label) : unescape(target));
  return h('span', {}, label ?? unescape(body));
}

/** A label may hold emoji, nothing else. */
function inlineLabel(label) {
  return label.split(/(:[a-z0-9_+'-]+:)/).map((part) => (isEmoji(part.slice(1, -1)) && part.startsWith(':') ? emoji(part.slice(1, -1)) : part));
}

/** A mention, marked where it names the reader. */
export function mention(text, userId) {
  const mine = userId !== undefined && userId === names.me();
  return h('span', { class: mine ? 'mention mine' : 'mention' }, text);
}

/** A channel's name as a way there. */
export function channelLink(id, label) {
  return h('a', { class: 'mention', href: `#${names.me()}/${encodeURIComponent(id)}` }, `#${names.channel(id) ?? label ?? id}`);
}

function date(target, fallback) {
  const [, seconds, format, url] = target.split('^');
  const shown = formatDate(Number(seconds), format ?? '{date}', fallback);
  return h('time', { title: fallback ?? shown }, url ? link(unescape(url), shown) : shown);
}
