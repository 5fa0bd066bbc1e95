/** The `rich_text` block and its parts. */

import { emoji, isEmoji, withPictures } from './emoji.js';
import { h, link } from './dom.js';
import { channelLink, mention } from './mrkdwn.js';
import { formatDate } from './time.js';
import { names } from './state.js';
import { unknown } from './text.js';

const STYLES = [['code', 'code'], ['bold', 'strong'], ['italic', 'em'], ['strike', 's'], ['underline', 'u']];

/** The elements of a rich_text object. @param {object[]} elements @returns {Node[]} */
export function richText(elements) {
  return nestLists(elements ?? []).map((element) => (SECTIONS[element.type] ?? ((one) => unknown(one, 'rich text')))(element));
}

const SECTIONS = {
  rich_text_section: (element) => h('div', { class: 'rich-section' }, parts(element.elements)),
  rich_text_preformatted: (element) => h('pre', { tabindex: '0' }, h('code', {}, parts(element.elements))),
  rich_text_quote: (element) => h('blockquote', {}, parts(element.elements)),
  rich_text_list: (element) => {
    const list = h(element.style === 'ordered' ? 'ol' : 'ul', element.offset ? { start: element.offset + 1 } : {});
    for (const item of element.elements) {
      if (item.type === 'rich_text_list' && list.lastChild) list.lastChild.append(...richText([item]));
      else list.append(h('li', {}, item.type === 'rich_text_list' ? richText([item]) : parts(item.elements)));
    }
    return list;
  },
};

/** Slack gives nested lists flat, with an indent; this puts each inside the last item before it. */
function nestLists(elements) {
  const top = [];
  const open = [];
  for (const element of elements) {
    if (element.type !== 'rich_text_list') {
      open.length = 0;
      top.push(element);
      continue;
    }
    const copy = { ...element, elements: [...element.elements] };
    const indent = element.indent ?? 0;
    while (open.length && open.at(-1).indent >= indent) open.pop();
    const parent = open.at(-1)?.list;
    if (parent) parent.elements.push(copy);
    else top.push(copy);
    open.push({ indent, list: copy });
  }
  return top;
}

function parts(elements) {
  return (elements ?? []).map((part) => {
    const draw = PARTS[part.type];
    return draw ? styled(draw(part), part.style) : unknown(part, 'rich text');
  });
}

function styled(node, style = {}) {
  return STYLES.reduce((inner, [name, tag]) => (style?.[name] ? h(tag, {}, inner) : inner), node);
}

const withBreaks = (value) => h('span', {}, value.split('\n').flatMap((row, index) => (index ? [h('br'), ...withPictures(row)] : withPictures(row))));

const PARTS = {
  text: (part) => withBreaks(part.text),
  link: (part) => link(part.url, part.text || part.url),
  emoji: (part) => (isEmoji(part.name) ? emoji(part.name) : h('span', { class: 'emoji' }, fromUnicode(part))),
  user: (part) => mention(`@${names.user(part.user_id) ?? part.user_id}`, part.user_id),
  usergroup: (part) => mention(`@${names.group(part.usergroup_id) ?? part.usergroup_id}`),
  channel: (part) => channelLink(part.channel_id, null),
  broadcast: (part) => mention(`@${part.range}`),
  date: (part) => h('time', {}, formatDate(part.timestamp, part.format ?? '{date}', part.fallback)),
  color: (part) => h('span', { class: 'color' }, h('i', { style: { 'background-color': part.value } }), part.value),
  team: (part) => mention(part.team_id),
};

function fromUnicode(part) {
  if (!/^[0-9a-f-]+$/i.test(part.unicode ?? '')) return `:${part.name}:`;
  return String.fromCodePoint(...part.unicode.split('-').map((code) => Number.parseInt(code, 16)));
}
