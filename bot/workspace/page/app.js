/** The page put together: who one is and where (the address's hash), loading, events, and what each change redraws. */

import { api, connect } from './api.js';
import { h, icon } from './dom.js';
import { openFaults } from './faults.js';
import { dropModals, onView } from './modal.js';
import { announce, attempt } from './overlays.js';
import { ChannelPane, HomePane, ThreadPane, titleOf } from './panes.js';
import { drawGroups, openGroups, peopleSwitch } from './people.js';
import { drawSidebar } from './sidebar.js';
import {
  apply, authorName, botChannel, countUnread, forget, isBotMessage, isReply, isShown, markRead, reconcile, state, takeState, threadKey,
} from './state.js';

const element = (id) => document.getElementById(id);
const [main, aside, sidebar, veil] = ['main', 'thread', 'sidebar', 'veil'].map(element);
const ME_KEY = 'deskhand/me';

let connection = null;
/** How often a person was chosen: an answer to an earlier choice comes too late. */
let starts = 0;
/** Events that arrive while a snapshot is being fetched; applied after it, so that none is lost. @type {object[] | null} */
let waiting = null;
let fetching = 0;
let pane = null;
let threadPane = null;
/** The `ts` of a message a permalink asked for. @type {string | null} */
let sought = null;
/** Ephemeral messages put away by this person. */
const dismissed = new Set();

// ---- where we are: #person/channel, #person/channel/thread, #person/home, #person/app for the bot's messages

const HOME_PLACE = 'home';
const APP_PLACE = 'app';

function readPlace() {
  const [as, id, thread] = location.hash.slice(1).split('/').map(decodeURIComponent);
  return { as, id, thread: thread ?? null };
}

/** A message's permalink, /archives/C…/p1234567890123456, as a place. */
function followPermalink() {
  const [, channel, digits] = /^\/archives\/([^/]+)\/p(\d{7,})$/.exec(location.pathname) ?? [];
  if (!channel) return;
  const ts = `${digits.slice(0, -6)}.${digits.slice(-6)}`;
  const thread = new URLSearchParams(location.search).get('thread_ts');
  history.replaceState(null, '', `/#${['', channel, thread].filter((part) => part !== null).map(encodeURIComponent).join('/')}`);
  sought = ts;
}

/** Moves to the message a permalink named, once it is drawn. */
function showSought() {
  const node = sought && [...document.querySelectorAll('.message')].find((one) => one.dataset.ts === sought);
  if (!node) return;
  sought = null;
  node.scrollIntoView({ block: 'center' });
  node.focus();
}

function go(id, thread = null) {
  location.hash = [state.me.id, id, thread].filter(Boolean).map(encodeURIComponent).join('/');
}

async function onPlace() {
  const wanted = readPlace();
  if (wanted.as && wanted.as !== state.me?.id && state.people.some((one) => one.id === wanted.as)) return start(wanted.as);
  closeDrawer();
  const named = wanted.id === APP_PLACE ? botChannel()?.id : wanted.id;
  const known = state.channels.some((one) => one.id === named);
  const id = known ? named : wanted.id === HOME_PLACE ? null : (state.channels.find((one) => !one.is_im && one.is_member !== false)?.id ?? null);
  const moved = pane === null || state.place.id !== id;
  const thread = known ? wanted.thread : null;
  const threadMoved = moved || state.place.thread !== thread;
  state.place = { kind: id ? 'channel' : 'home', id, thread };
  if (moved) showPane();
  if (threadMoved) await showThread();
  return undefined;
}

function showPane() {
  if (state.place.kind === 'home') {
    pane = new HomePane(main);
    const shown = pane;
    attempt(async () => {
      await snapshot(async () => {
        const { view } = await api.home(state.me.id);
        if (pane === shown) state.home = view;
      });
      redraw();
    });
  } else {
    pane = new ChannelPane(main, state.place.id, page);
    if (state.place.id === botChannel()?.id) openMessagesTab();
    if (matchMedia('(hover: hover)').matches && !state.place.thread) pane.composer.focus();
  }
  redraw();
}

function openMessagesTab() {
  attempt(async () => {
    const { channel, prompts } = await api.openDm(state.me.id);
    if (prompts) state.prompts.set(channel ?? state.place.id, prompts);
    redraw();
  });
}

async function showThread() {
  const { id, thread } = state.place;
  aside.hidden = !thread;
  document.body.classList.toggle('with-thread', Boolean(thread));
  threadPane = null;
  state.thread = [];
  if (!thread) return;
  threadPane = new ThreadPane(aside, id, thread, page);
  await loadThread();
  threadPane?.composer.focus();
}

// ---- loading

/** Fetches with events held back, then applies them when the last of the fetches under way is done. */
async function snapshot(load) {
  waiting ??= [];
  fetching += 1;
  try {
    return await load();
  } finally {
    fetching -= 1;
    if (!fetching) {
      const events = waiting;
      waiting = null;
      for (const event of events) onEvent(event);
    }
  }
}

async function loadAll() {
  const me = state.me.id;
  await snapshot(async () => {
    const answer = await api.state(me);
    if (state.me?.id !== me) return;
    takeState(answer);
    await Promise.all(state.channels.map(async ({ id }) => {
      const { messages } = await api.messages(me, id);
      if (state.me?.id === me) state.messages.set(id, reconcile(state.messages.get(id) ?? [], visible(messages)));
    }));
  });
  if (state.me?.id !== me) return;
  for (const { id } of state.channels) countUnread(id);
}

const visible = (messages) => messages.filter((message) => !dismissed.has(message.ts));

async function loadThread() {
  const { id, thread } = state.place;
  await attempt(() => snapshot(async () => {
    const answer = await api.thread(state.me.id, id, thread);
    if (state.place.thread !== thread) return;
    state.thread = reconcile(state.thread, visible(answer.messages));
    apply({ type: 'status', channel: id, thread_ts: thread, status: answer.status?.status, loading_messages: answer.status?.loading_messages });
    if (answer.prompts) state.prompts.set(threadKey(id, thread), answer.prompts);
  }));
  redraw();
}

/** Everything anew: at the start, and after the connection was lost. */
async function refresh() {
  const me = state.me.id;
  const loaded = await attempt(() => loadAll().then(() => true));
  // While it loaded, the reader may have become someone else.
  if (!loaded || state.me?.id !== me) return;
  drawFrame();
  await onPlace();
  if (state.place.thread) await loadThread();
  redraw();
}

/** Becomes this person; whoever it was before is forgotten. @param {string | null} as null for the first of the people */
async function start(as) {
  const turn = (starts += 1);
  // Events held back were meant for whoever it was before.
  if (waiting) waiting.length = 0;
  connection?.close();
  dropModals();
  forget();
  pane = null;
  try {
    // Someone remembered from another workspace is nobody here; then the first of the people.
    const answer = await api.state(as).catch((error) => (as ? api.state(null) : Promise.reject(error)));
    if (turn !== starts) return;
    takeState(answer);
  } catch (error) {
    showUnreachable(error);
    return;
  }
  localStorage.setItem(ME_KEY, state.me.id);
  // Everything else is fetched once the stream of events is open, so that nothing is missed in between.
  connection = connect(state.me.id, { onEvent, onOpen: onConnected, onLost });
}

async function onConnected() {
  const again = element('connection').children.length > 0;
  element('connection').replaceChildren();
  await refresh();
  if (again) announce('Connected again.');
}

function onLost() {
  if (element('connection').children.length) return;
  element('connection').replaceChildren(
    h('div', { class: 'lost' }, icon('alert'), h('span', {}, 'Connection lost. Trying again…'), h('button', { type: 'button', class: 'link-button', on: { click: () => connection.retryNow() } }, 'Retry now')),
  );
}

function showUnreachable(error) {
  element('connection').replaceChildren(
    h('div', { class: 'lost' }, icon('alert'), h('span', {}, error.message), h('button', { type: 'button', class: 'link-button', on: { click: () => location.reload() } }, 'Try again')),
  );
}

// ---- events

function onEvent(event) {
  if (waiting) {
    waiting.push(event);
    return;
  }
  if (event.type === 'view') {
    onView(event);
    return;
  }
  apply(event);
  if (event.type === 'message' || event.type === 'ephemeral') noteArrival(event.channel, event.message);
  if (event.type === 'message_changed' && event.message.streaming !== true) noteEnd(event.message);
  if (event.type === 'groups') drawFrame();
  redraw();
}

/** Streams under way, announced when they end rather than at each piece. */
const streams = new Set();

function noteArrival(channel, message) {
  if (message.streaming) streams.add(message.ts);
  const own = message.user === state.me.id;
  const concerns = !isReply(message) || inMyThread(channel, message);
  if (!own && concerns && !isShown(channel, message)) state.unread.set(channel, (state.unread.get(channel) ?? 0) + 1);
  if (!own && !message.streaming) announceMessage(channel, message);
}

/** Is it a reply where this person takes part? */
function inMyThread(channel, message) {
  const parent = state.messages.get(channel)?.find((one) => one.ts === message.thread_ts);
  return parent !== undefined && [parent.user, ...(parent.reply_users ?? [])].includes(state.me.id);
}

function noteEnd(message) {
  if (streams.delete(message.ts)) announceMessage(state.place.id, message);
}

function announceMessage(channel, message) {
  const where = channel === state.place.id ? '' : ` in ${titleOf(channel)}`;
  const files = message.files?.length ? ` (${message.files.map((file) => file.title || file.name).join(', ')})` : '';
  announce(`${authorName(message)}${isBotMessage(message) ? ', app' : ''}${where}: ${message.text || 'a message'}${files}`);
}

// ---- drawing

let drawing = false;

/** Draws at the next frame, once however many events come before it. */
function redraw() {
  if (drawing) return;
  drawing = true;
  queueMicrotask(() => {
    drawing = false;
    if (!state.me || !pane) return;
    if (state.place.kind === 'channel' && document.visibilityState === 'visible') markRead(state.place.id);
    pane.update();
    threadPane?.update();
    drawSidebar(sidebar);
    element('faults-button').hidden = !state.faults;
    showSought();
    const unread = [...state.unread.values()].reduce((sum, one) => sum + one, 0);
    document.title = `${unread ? `(${unread}) ` : ''}${state.place.id ? titleOf(state.place.id) : `${state.bot.name} Home`} – ${state.team.name}`;
  });
}

function drawFrame() {
  element('workspace').replaceChildren(h('span', { class: 'workspace-mark', 'aria-hidden': 'true' }, icon('bolt')), h('span', { class: 'workspace-name' }, state.team.name));
  const held = element('people').contains(document.activeElement);
  element('people').replaceChildren(peopleSwitch(switchTo));
  if (held) element('people').querySelector(':checked')?.focus();
  drawGroups();
}

function switchTo(as) {
  // A direct message with the bot has another id for each person.
  const inApp = botChannel()?.id === state.place.id;
  const rest = state.place.kind === 'home' ? HOME_PLACE : inApp ? APP_PLACE : state.place.id;
  location.hash = `${as}/${encodeURIComponent(rest)}`;
}

// ---- what panes can ask for

const page = {
  closeThread() {
    const { id, thread } = state.place;
    go(id);
    const parent = [...main.querySelectorAll('.message')].find((node) => node.dataset.ts === thread);
    if (parent) pane.list.focus(parent);
    else pane.composer?.focus();
  },

  async send(channel, thread, text, files) {
    const message = { channel, text };
    if (thread) message.thread_ts = thread;
    if (files.length) message.file_ids = files;
    return (await attempt(() => api.send(state.me.id, message))) !== null;
  },

  globalShortcut: (callbackId) => attempt(() => api.shortcut(state.me.id, { callback_id: callbackId })),

  /** @returns {import('./messages.js').MessageActions} */
  messageActions: (channel, thread) => ({
    openThread: (ts) => go(channel, ts),
    react: (ts, name, remove) => attempt(() => api.react(state.me.id, { channel, ts, name, remove })),
    shortcut: (callbackId, ts) => attempt(() => api.shortcut(state.me.id, { callback_id: callbackId, channel, message_ts: ts })),
    dismiss(ts) {
      dismissed.add(ts);
      apply({ type: 'message_deleted', channel, ts });
      redraw();
    },
    act: (message, action, values) => attempt(() => api.act(state.me.id, {
      channel, message_ts: message.ts, ...(message.thread_ts || thread ? { thread_ts: message.thread_ts ?? thread } : {}), action, state: { values },
    })),
  }),
};

// ---- the drawer and the keyboard

function openDrawer() {
  document.body.classList.add('drawer-open');
  veil.hidden = false;
  element('menu-button').setAttribute('aria-expanded', 'true');
  sidebar.querySelector('a')?.focus();
}

function closeDrawer() {
  document.body.classList.remove('drawer-open');
  veil.hidden = true;
  element('menu-button').setAttribute('aria-expanded', 'false');
}

function onEscape(event) {
  if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('dialog[open], [popover]:popover-open:not(#notices)')) return;
  if (document.body.classList.contains('drawer-open')) {
    closeDrawer();
    element('menu-button').focus();
  } else if (state.place.thread) page.closeThread();
}

element('menu-button').append(icon('menu'));
element('menu-button').addEventListener('click', () => (document.body.classList.contains('drawer-open') ? closeDrawer() : openDrawer()));
veil.addEventListener('click', closeDrawer);
element('groups-button').append(icon('users'), h('span', {}, 'Groups'));
element('groups-button').setAttribute('aria-label', 'User groups');
element('groups-button').addEventListener('click', openGroups);
element('faults-button').append(icon('alert'), h('span', {}, 'Break'));
element('faults-button').setAttribute('aria-label', 'Break something');
element('faults-button').addEventListener('click', openFaults);
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  (main.querySelector('.message[tabindex="0"]') ?? main).focus();
});
document.addEventListener('keydown', onEscape);
document.addEventListener('visibilitychange', redraw);
window.addEventListener('hashchange', () => onPlace());
followPermalink();
start(readPlace().as || localStorage.getItem(ME_KEY));
