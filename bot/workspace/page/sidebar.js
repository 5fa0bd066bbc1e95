/** The left bar: channels, direct messages, the app. */

import { h, icon } from './dom.js';
import { avatar } from './messages.js';
import { botChannel, names, state } from './state.js';

const place = (id) => `#${state.me.id}/${encodeURIComponent(id)}`;

/** @param {HTMLElement} bar filled anew */
export function drawSidebar(bar) {
  const bot = botChannel();
  const channels = state.channels.filter((one) => !one.is_im && one.is_member !== false);
  const direct = state.channels.filter((one) => one.is_im && one !== bot);
  const botUnread = bot ? state.unread.get(bot.id) : 0;
  const atApp = state.place.kind === 'home' || (bot && state.place.id === bot.id);
  const focused = document.activeElement?.closest?.('.sidebar a')?.getAttribute('href');
  bar.replaceChildren(
    h('div', { class: 'team' }, state.team.name),
    group('Channels', channels.map((one) => item(place(one.id), icon('hash'), one.name, one.id === state.place.id, state.unread.get(one.id)))),
    direct.length ? group('Direct messages', direct.map((one) => item(place(one.id), avatar(one.user, false, 'tiny'), names.user(one.user) ?? one.name, one.id === state.place.id, state.unread.get(one.id)))) : '',
    group('Apps', [item(bot ? place(bot.id) : `#${state.me.id}/home`, avatar(null, true, 'tiny'), state.bot.name, atApp, botUnread, presence())]),
  );
  if (focused) [...bar.querySelectorAll('a')].find((node) => node.getAttribute('href') === focused)?.focus();
}

function group(title, items) {
  const id = `nav-${title.toLowerCase().replaceAll(' ', '-')}`;
  return h('section', {}, h('h2', { id }, title), h('ul', { 'aria-labelledby': id }, items));
}

function item(href, mark, name, current, unread = 0, after = null) {
  const link = h('a', { class: unread ? 'unread' : null, 'aria-current': current ? 'page' : null }, mark, h('span', { class: 'item-name' }, name));
  link.setAttribute('href', href);
  if (after) link.append(after);
  if (unread) link.append(h('span', { class: 'count' }, String(unread), h('span', { class: 'sr-only' }, ' unread')));
  return h('li', {}, link);
}

/** Is the bot connected? */
function presence() {
  const on = state.bot.connected > 0;
  return h('span', { class: on ? 'presence on' : 'presence', title: on ? 'Connected' : 'Not connected' }, h('span', { class: 'sr-only' }, on ? ' connected' : ' not connected'));
}
