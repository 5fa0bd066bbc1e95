/** The page's panes: a channel, the app's Home tab, an open thread. */

import { api } from './api.js';
import { renderBlocks } from './blocks.js';
import { Composer } from './composer.js';
import { h, icon, iconButton } from './dom.js';
import { avatar, MessageList, thinking } from './messages.js';
import { attempt } from './overlays.js';
import { botChannel, channel, names, state, threadKey } from './state.js';

/** A channel or a direct message, filling the main column. */
export class ChannelPane {
  /** @param {HTMLElement} root @param {string} id @param {object} page what the page can do, see app.js */
  constructor(root, id, page) {
    this.id = id;
    const name = titleOf(id);
    this.list = new MessageList({ label: `Messages in ${name}`, channel: id, thread: null, actions: page.messageActions(id, null) });
    this.prompts = new Prompts((text) => page.send(id, null, text, []));
    this.composer = new Composer({
      place: `${state.me.id}/${id}`, label: `Message ${name}`, dropTarget: root,
      onSend: (text, files) => page.send(id, null, text, files).then((sent) => { if (sent) this.list.toEnd(); return sent; }),
      onGlobalShortcut: page.globalShortcut,
    });
    this.empty = h('div', { class: 'empty' });
    root.replaceChildren(heading(id), ...tabs(id, 'messages'), this.list.element, this.prompts.element, this.composer.element);
    this.list.element.prepend(this.empty);
  }

  update() {
    const messages = state.messages.get(this.id) ?? [];
    this.empty.replaceChildren(...(messages.length ? [] : welcome(this.id)));
    this.list.update(messages);
    this.prompts.update(state.prompts.get(this.id) ?? []);
  }
}

/** An open thread, at the right. */
export class ThreadPane {
  constructor(root, id, ts, page) {
    Object.assign(this, { id, ts });
    this.list = new MessageList({ label: 'Messages in this thread', channel: id, thread: ts, actions: page.messageActions(id, ts) });
    this.prompts = new Prompts((text) => page.send(id, ts, text, []));
    this.composer = new Composer({
      place: `${state.me.id}/${id}/${ts}`, label: 'Reply in thread', dropTarget: root,
      onSend: (text, files) => page.send(id, ts, text, files).then((sent) => { if (sent) this.list.toEnd(); return sent; }),
      onGlobalShortcut: page.globalShortcut,
    });
    this.status = h('div', { class: 'thread-status' });
    root.replaceChildren(
      h('header', { class: 'pane-head' }, h('h2', {}, 'Thread'), h('span', { class: 'pane-about' }, titleOf(id)), iconButton('close', 'Close thread', page.closeThread)),
      this.list.element, this.status, this.prompts.element, this.composer.element,
    );
  }

  update() {
    this.list.update(state.thread);
    const status = state.statuses.get(threadKey(this.id, this.ts));
    if (this.shown !== status) this.status.replaceChildren(...(status ? [thinking(status)] : []));
    this.shown = status;
    this.prompts.update(state.prompts.get(threadKey(this.id, this.ts)) ?? []);
  }
}

/** The app's Home tab. */
export class HomePane {
  constructor(root) {
    this.values = {};
    this.body = h('div', { class: 'home-body' });
    // No composer here takes dropped files.
    Object.assign(root, { ondragover: null, ondragleave: null, ondrop: null });
    root.replaceChildren(heading(null), ...tabs(botChannel()?.id, 'home'), h('div', { class: 'scroller' }, this.body));
  }

  update() {
    if (this.shown === state.home && this.body.children.length) return;
    this.shown = state.home;
    const key = document.activeElement?.dataset.key;
    const surface = {
      me: state.me.id, values: this.values, live: () => true,
      act: (action) => attempt(() => api.act(state.me.id, { view_id: state.home.id, action, state: { values: this.values } })),
    };
    const nothing = h('div', { class: 'empty' }, h('p', {}, `${state.bot.name} has published nothing on its Home tab yet.`));
    this.body.replaceChildren(...(state.home ? renderBlocks(state.home.blocks, surface) : [nothing]));
    if (key) [...this.body.querySelectorAll('[data-key]')].find((node) => node.dataset.key === key)?.focus();
  }
}

/** Suggested prompts over a composer: a click sends. */
class Prompts {
  constructor(send) {
    this.send = send;
    this.element = h('div', { class: 'prompts', role: 'group', 'aria-label': 'Suggested prompts', hidden: true });
  }

  update(prompts) {
    if (this.shown === prompts) return;
    this.shown = prompts;
    this.element.hidden = !prompts.length;
    this.element.replaceChildren(...prompts.map((one) => h('button', { type: 'button', class: 'prompt', title: one.message, on: { click: () => this.send(one.message) } }, one.title)));
  }
}

const isBotChannel = (id) => id !== null && id === botChannel()?.id;

/** "#desk", or the name of the other side. */
export function titleOf(id) {
  const one = channel(id);
  if (!one) return 'this conversation';
  if (isBotChannel(id)) return state.bot.name;
  return one.is_im ? (names.user(one.user) ?? one.name) : `#${one.name}`;
}

function heading(id) {
  const one = id && channel(id);
  if (!one || isBotChannel(id)) {
    return h('header', { class: 'pane-head' }, avatar(null, true, 'small'), h('h1', {}, state.bot.name), h('span', { class: 'badge' }, 'App'));
  }
  const mark = one.is_im ? avatar(one.user, false, 'small') : icon('hash');
  return h('header', { class: 'pane-head' }, mark, h('h1', {}, one.is_im ? titleOf(id) : one.name), h('span', { class: 'pane-about' }, one.topic ?? ''));
}

function tabs(id, current) {
  if (id && !isBotChannel(id)) return [];
  const tab = (name, target) => {
    const link = h('a', { 'aria-current': current === target ? 'page' : null }, name);
    link.setAttribute('href', `#${state.me.id}/${target === 'home' ? 'home' : encodeURIComponent(id)}`);
    return link;
  };
  return [h('nav', { class: 'tabs', 'aria-label': `${state.bot.name} tabs` }, id ? tab('Messages', 'messages') : null, tab('Home', 'home'))];
}

function welcome(id) {
  const words = isBotChannel(id)
    ? `This is your direct line to ${state.bot.name}. Ask it anything; nobody else reads along.`
    : `This is the very beginning of ${titleOf(id)}. Mention @${state.bot.name} to ask it something.`;
  return [isBotChannel(id) ? avatar(null, true, 'large') : null, h('p', {}, words)].filter(Boolean);
}
