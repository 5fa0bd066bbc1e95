/** Messages: one, and a list of them that redraws only what changed. */

import { renderBlocks } from './blocks.js';
import { fileUrl, h, icon, iconButton, srOnly } from './dom.js';
import { emoji, REACTIONS } from './emoji.js';
import { fileCard } from './files.js';
import { markdown } from './markdown.js';
import { mrkdwn } from './mrkdwn.js';
import { openMenu } from './overlays.js';
import { authorName, isBotMessage, isReply, names, person, state, threadKey } from './state.js';
import { clock, dayKey, dayName, fullMoment, momentOf, shortMoment } from './time.js';
import { plainText, unknown } from './text.js';

const TOGETHER_MS = 5 * 60 * 1000;
const FACES = 4;

/**
 * What a list of messages can ask of the page.
 * @typedef {{openThread: (ts: string) => void, react: (ts: string, name: string, remove: boolean) => void,
 *   shortcut: (callbackId: string, ts: string) => void, dismiss: (ts: string) => void,
 *   act: (message: object, action: object, values: object) => Promise<void>}} MessageActions
 */

/** A person's or the bot's picture: initials on their colour. */
export function avatar(userId, bot = false, size = '') {
  if (bot) return h('span', { class: `avatar bot ${size}`, 'aria-hidden': 'true' }, icon('bolt'));
  const index = state.people.findIndex((one) => one.id === userId);
  const name = names.user(userId) ?? '?';
  const initials = name.split(/\s+/).map((word) => word[0]).slice(0, 2).join('');
  return h('span', { class: `avatar person-${index < 0 ? 'x' : index % 4} ${size}`, 'aria-hidden': 'true' }, initials);
}

/** The list's element, with `update(messages)` and `focusLast()`. */
export class MessageList {
  /** @param {{label: string, channel: string, thread: string | null, actions: MessageActions}} options */
  constructor(options) {
    Object.assign(this, options);
    this.drawn = new Map();
    this.values = new Map();
    this.list = h('ol', { class: 'messages', 'aria-label': options.label, on: { keydown: (event) => this.onKey(event) } });
    this.scroller = h('div', { class: 'scroller' }, h('div', { class: 'spacer' }), this.list);
    this.scroller.addEventListener('scroll', () => { this.pinned = this.atEnd(); }, { passive: true });
    // Images and growing answers change the height after drawing; stay at the end if the reader was there.
    new ResizeObserver(() => { if (this.pinned) this.toEnd(); }).observe(this.list);
    this.pinned = true;
  }

  get element() {
    return this.scroller;
  }

  atEnd() {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < 60;
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.pinned = true;
  }

  /** @param {import('./state.js').Message[]} messages */
  update(messages) {
    const focus = this.rememberFocus();
    const wanted = [];
    let before = null;
    for (const message of messages) {
      const day = dayKey(momentOf(message.ts));
      if (!this.thread && (!before || dayKey(momentOf(before.ts)) !== day)) wanted.push(this.divider(day, dayName(momentOf(message.ts))));
      if (this.thread && before?.ts === this.thread) wanted.push(this.divider('replies', count(messages.length - 1, 'reply', 'replies')));
      const node = this.node(message);
      node.classList.toggle('together', this.belongsTogether(before, message));
      wanted.push(node);
      before = message;
    }
    for (const ts of [...this.drawn.keys()]) if (!messages.some((message) => message.ts === ts)) this.drawn.delete(ts);
    arrange(this.list, wanted);
    this.rove();
    this.restoreFocus(focus);
    if (this.pinned) this.toEnd();
  }

  divider(key, label) {
    const known = this.list.querySelector(`:scope > .day[data-day="${key}"]`);
    const node = known ?? h('li', { class: 'day', dataset: { day: String(key) }, role: 'separator' }, h('span'));
    if (node.firstChild.textContent !== label) node.firstChild.textContent = label;
    return node;
  }

  belongsTogether(before, message) {
    if (!before || before.ts === this.thread || authorName(before) !== authorName(message) || before.ephemeral || message.ephemeral) return false;
    return momentOf(message.ts) - momentOf(before.ts) < TOGETHER_MS && dayKey(momentOf(before.ts)) === dayKey(momentOf(message.ts));
  }

  node(message) {
    const known = this.drawn.get(message.ts);
    if (known?.message === message) return known.node;
    const node = this.drawSafely(message);
    this.drawn.set(message.ts, { message, node });
    return node;
  }

  // ---- one message

  /** One message that cannot be drawn must not take the others with it. */
  drawSafely(message) {
    try {
      return this.draw(message);
    } catch {
      return h('li', { class: 'message', tabindex: '-1', dataset: { ts: message.ts } }, h('div', { class: 'message-main' }, unknown(message, 'message')));
    }
  }

  draw(message) {
    const bot = isBotMessage(message);
    const name = authorName(message);
    const moment = momentOf(message.ts);
    const time = h('time', { datetime: moment.toISOString(), title: fullMoment(moment) }, clock(moment));
    return h(
      'li',
      {
        class: ['message', message.ephemeral && 'ephemeral', message.streaming && 'streaming'].filter(Boolean).join(' '),
        tabindex: '-1', dataset: { ts: message.ts }, 'aria-label': `${name}, ${shortMoment(moment)}`,
      },
      message.ephemeral ? this.ephemeralNote(message) : null,
      h('div', { class: 'gutter' }, avatar(message.user, bot), h('span', { class: 'gutter-time', 'aria-hidden': 'true' }, clock(moment))),
      h(
        'div',
        { class: 'message-main' },
        h('div', { class: 'byline' }, h('strong', {}, name), bot ? h('span', { class: 'badge' }, 'App') : null, time),
        h('div', { class: 'content' }, this.content(message)),
        message.files?.length ? h('div', { class: 'files' }, message.files.map(fileCard)) : null,
        this.reactions(message),
        this.replies(message),
        this.status(message),
      ),
      message.ephemeral ? null : this.toolbar(message),
    );
  }

  ephemeralNote(message) {
    return h(
      'div',
      { class: 'only-you' },
      icon('eye'),
      h('span', {}, 'Only visible to you'),
      h('button', { type: 'button', class: 'link-button', on: { click: () => this.actions.dismiss(message.ts) } }, 'Dismiss'),
    );
  }

  content(message) {
    const body = message.blocks?.length ? renderBlocks(message.blocks, this.surface(message)) : [h('div', { class: 'text' }, this.plain(message))];
    const edited = message.edited ? h('span', { class: 'edited', title: `Edited ${fullMoment(momentOf(message.edited.ts))}` }, '(edited)') : null;
    return [body, (message.attachments ?? []).map((one) => this.attachment(one, message)), edited];
  }

  plain(message) {
    if (message.streaming) return markdown(message.text ?? '');
    return message.mrkdwn === false ? plainText(message.text ?? '') : mrkdwn(message.text ?? '');
  }

  attachment(one, message) {
    const parts = [one.pretext, one.title, one.text].filter(Boolean).map((part) => h('div', { class: 'text' }, mrkdwn(part)));
    const picture = one.image_url ? fileUrl(one.image_url) : null;
    return h(
      'div',
      { class: 'attachment', style: one.color ? { 'border-left-color': one.color.replace(/^(?=[0-9a-f]{3,8}$)/i, '#') } : null },
      parts.length || one.blocks ? parts : h('div', {}, one.fallback ?? ''),
      one.blocks ? renderBlocks(one.blocks, this.surface(message)) : null,
      picture?.startsWith('/') ? h('img', { src: picture, alt: one.fallback ?? '', class: 'full' }) : null,
    );
  }

  /** @returns {import('./elements.js').Surface} */
  surface(message) {
    if (!this.values.has(message.ts)) this.values.set(message.ts, {});
    const values = this.values.get(message.ts);
    return { me: state.me.id, values, live: () => true, act: (action) => this.actions.act(message, action, values) };
  }

  reactions(message) {
    if (!message.reactions?.length) return null;
    const chips = message.reactions.map(({ name, users }) => {
      const mine = users.includes(state.me.id);
      const who = users.map((id) => names.user(id) ?? id).join(', ');
      return h(
        'button',
        { type: 'button', class: 'reaction', 'aria-pressed': String(mine), title: `${who} reacted with :${name}:`, dataset: { key: `reaction/${name}` }, on: { click: () => this.actions.react(message.ts, name, mine) } },
        emoji(name), h('span', {}, String(users.length)),
      );
    });
    const add = iconButton('smile', 'Add reaction', (event) => this.pickReaction(event.currentTarget, message), { class: 'reaction add' });
    return h('div', { class: 'reactions' }, chips, add);
  }

  replies(message) {
    if (this.thread || !message.reply_count) return null;
    const faces = (message.reply_users ?? []).slice(0, FACES).map((id) => avatar(id, id === state.bot.user_id || !person(id), 'tiny'));
    const latest = message.latest_reply ? h('span', { class: 'latest' }, `Last reply ${shortMoment(momentOf(message.latest_reply))}`) : null;
    return h(
      'button',
      { type: 'button', class: 'replies', dataset: { key: 'replies' }, on: { click: () => this.actions.openThread(message.ts) } },
      faces, h('strong', {}, count(message.reply_count, 'reply', 'replies')), latest,
    );
  }

  /** Under a channel's message: its thread's work under way. The thread shows its own at its end. */
  status(message) {
    const status = !this.thread && state.statuses.get(threadKey(this.channel, message.ts));
    return status ? thinking(status) : null;
  }

  // ---- what can be done with a message

  toolbar(message) {
    const reply = this.thread ? null : iconButton('reply', 'Reply in thread', () => this.actions.openThread(isReply(message) ? message.thread_ts : message.ts));
    const react = iconButton('smile', 'Add reaction', (event) => this.pickReaction(event.currentTarget, message), { 'aria-haspopup': 'menu' });
    const more = iconButton('more', 'More actions', (event) => this.openMore(event.currentTarget, message), { 'aria-haspopup': 'menu' });
    return h('div', { class: 'toolbar', role: 'toolbar', 'aria-label': 'Message actions' }, react, reply, more);
  }

  pickReaction(anchor, message) {
    const items = REACTIONS.map((name) => ({ label: emoji(name), name: name.replaceAll('_', ' '), onSelect: () => this.actions.react(message.ts, name, false) }));
    openMenu(anchor, items, { label: 'React with', grid: true });
  }

  openMore(anchor, message) {
    const shortcuts = state.shortcuts.filter((one) => one.type === 'message');
    const items = shortcuts.map((one) => ({
      label: [h('span', {}, one.name), h('small', {}, state.bot.name)],
      onSelect: () => this.actions.shortcut(one.callback_id, message.ts),
    }));
    if (!this.thread) items.unshift({ label: 'Reply in thread', onSelect: () => this.actions.openThread(message.ts) });
    items.push({ label: 'Copy text', onSelect: () => navigator.clipboard.writeText(message.text ?? '') });
    openMenu(anchor, items, { label: 'Message actions' });
  }

  // ---- keyboard: one stop for the list, arrows between messages

  rove() {
    const nodes = this.messageNodes();
    const current = nodes.find((node) => node.tabIndex === 0) ?? nodes.at(-1);
    for (const node of nodes) node.tabIndex = node === current ? 0 : -1;
  }

  messageNodes() {
    return [...this.list.querySelectorAll(':scope > .message')];
  }

  onKey(event) {
    const node = event.target;
    if (!node.classList.contains('message') || event.ctrlKey || event.metaKey || event.altKey) return;
    const nodes = this.messageNodes();
    const at = nodes.indexOf(node);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: nodes.length - 1 }[event.key];
    const message = this.drawn.get(node.dataset.ts)?.message;
    const press = (label) => node.querySelector(`.toolbar [aria-label="${label}"]`)?.click();
    if (to !== undefined) this.focus(nodes[Math.max(0, Math.min(to, nodes.length - 1))]);
    else if ((event.key === 't' || event.key === 'Enter') && !this.thread && !message.ephemeral) this.actions.openThread(message.ts);
    else if (event.key === 'r') press('Add reaction');
    else if (event.key === 'm') press('More actions');
    else return;
    event.preventDefault();
  }

  focus(node) {
    for (const one of this.messageNodes()) one.tabIndex = one === node ? 0 : -1;
    node.focus();
  }

  /** Where the focus is, so that redrawing its message does not lose it. */
  rememberFocus() {
    const active = document.activeElement;
    const message = this.list.contains(active) ? active.closest('.message') : null;
    return message ? { ts: message.dataset.ts, key: active.dataset.key, active } : null;
  }

  restoreFocus(focus) {
    if (!focus || focus.active.isConnected) return;
    const node = this.messageNodes().find((one) => one.dataset.ts === focus.ts);
    if (!node) return;
    const same = focus.key && [...node.querySelectorAll('[data-key]')].find((one) => one.dataset.key === focus.key);
    if (same) same.focus();
    else this.focus(node);
  }
}

/** Brings the children of a list in this order with the fewest moves. */
function arrange(list, wanted) {
  const keep = new Set(wanted);
  for (const child of [...list.children]) if (!keep.has(child)) child.remove();
  wanted.forEach((node, index) => {
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  });
}

export const count = (number, one, many) => `${number} ${number === 1 ? one : many}`;

const LOADING_LINE_MS = 2500;

/** "Deskhand is thinking…", with its changing loading messages. @param {{status: string, loading_messages: string[]}} status */
export function thinking(status) {
  const sentence = `${state.bot.name} ${status.status}`;
  const lines = status.loading_messages.length ? status.loading_messages : [sentence];
  const shown = h('span', { 'aria-hidden': 'true' }, lines[0]);
  const box = h(
    'div',
    { class: 'thinking', role: 'status' },
    avatar(null, true, 'tiny'), srOnly(sentence), shown, h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')),
  );
  let at = 0;
  const timer = lines.length > 1 && setInterval(() => {
    if (!box.isConnected) return clearInterval(timer);
    at = (at + 1) % lines.length;
    shown.textContent = lines[at];
    return undefined;
  }, LOADING_LINE_MS);
  return box;
}
