/**
 * What the page knows, and how events change it. No document in here.
 *
 * A message that changes is replaced by a new object, never altered: views redraw exactly the messages whose object
 * is not the one they drew.
 *
 * @typedef {{ts: string, user?: string, bot_id?: string, text: string, blocks?: object[], thread_ts?: string,
 *   reply_count?: number, reply_users?: string[], latest_reply?: string, edited?: object, files?: object[],
 *   reactions?: {name: string, users: string[]}[], ephemeral?: boolean, streaming?: boolean}} Message
 * @typedef {{kind: 'channel' | 'home', id: string | null, thread: string | null}} Place
 */

export const state = {
  me: null,
  team: { id: '', name: '' },
  bot: { user_id: null, name: 'Deskhand', app_id: null, connected: 0 },
  people: [],
  channels: [],
  commands: [],
  shortcuts: [],
  groups: [],
  /** @type {Place} */
  place: { kind: 'channel', id: null, thread: null },
  /** @type {Map<string, Message[]>} top-level messages by channel */
  messages: new Map(),
  /** @type {Message[]} the open thread, parent first */
  thread: [],
  /** Work under way, by `channel/thread_ts`: {status, loading_messages}. */
  statuses: new Map(),
  /** Suggested prompts, by `channel/thread_ts`, or by `channel` alone. */
  prompts: new Map(),
  /** Unread messages by channel. */
  unread: new Map(),
  home: null,
};

export const threadKey = (channel, ts) => (ts ? `${channel}/${ts}` : channel);

/** The names behind Slack's ids; undefined where unknown. */
export const names = {
  me: () => state.me?.id,
  user: (id) => (id === state.bot.user_id ? state.bot.name : person(id)?.real_name),
  channel: (id) => channel(id)?.name,
  group: (id) => state.groups.find((group) => group.id === id)?.handle,
};

export const person = (id) => state.people.find((one) => one.id === id);
export const channel = (id) => state.channels.find((one) => one.id === id);
export const botChannel = () => state.channels.find((one) => one.is_im && one.user === state.bot.user_id);
export const isBotMessage = (message) => Boolean(message.bot_id) || message.user === state.bot.user_id;
export const isReply = (message) => Boolean(message.thread_ts) && message.thread_ts !== message.ts;

/** The name over a message. @param {Message} message */
export function authorName(message) {
  if (isBotMessage(message)) return message.username ?? state.bot.name;
  return names.user(message.user) ?? message.username ?? 'Someone';
}

/** What role a person's groups give them, in words. */
export function roleOf(one) {
  return one.title || one.roles_hint || (one.groups.length ? one.groups.join(', ') : 'guest');
}

/** Takes over what `GET /page/state` answered. */
export function takeState(answer) {
  const me = typeof answer.me === 'string' ? answer.people.find((one) => one.id === answer.me) : answer.me;
  Object.assign(state, answer, { me });
}

/** Forgets one person's view before another's is loaded. */
export function forget() {
  Object.assign(state, { me: null, thread: [], home: null });
  for (const map of [state.messages, state.statuses, state.prompts, state.unread]) map.clear();
}

/** The fresh list, with the known object wherever nothing changed. @param {Message[]} known @param {Message[]} fresh */
export function reconcile(known, fresh) {
  const byTs = new Map(known.map((message) => [message.ts, message]));
  return fresh.map((message) => {
    const old = byTs.get(message.ts);
    return old && JSON.stringify(old) === JSON.stringify(message) ? old : message;
  });
}

const byTime = (one, other) => Number.parseFloat(one.ts) - Number.parseFloat(other.ts) || one.ts.localeCompare(other.ts);

/** The list with this message in its place. */
function placed(list, message) {
  const others = list.filter((one) => one.ts !== message.ts);
  return [...others, message].sort(byTime);
}

/** Changes one message of the channel and of the open thread by a function of its old form. */
function alter(channelId, ts, change) {
  const altered = (list) => list.map((one) => (one.ts === ts ? change(one) : one));
  state.messages.set(channelId, altered(state.messages.get(channelId) ?? []));
  if (channelId === state.place.id) state.thread = altered(state.thread);
}

const showsThread = (channelId, ts) => state.place.id === channelId && state.place.thread === ts;

/** Is this message before the reader's eyes? */
export function isShown(channelId, message) {
  if (state.place.kind !== 'channel' || state.place.id !== channelId) return false;
  return !isReply(message) || state.place.thread === message.thread_ts || message.subtype === 'thread_broadcast';
}

function addMessage(channelId, message) {
  const known = state.messages.get(channelId) ?? [];
  if (!isReply(message) || message.subtype === 'thread_broadcast') state.messages.set(channelId, placed(known, message));
  if (!isReply(message)) return;
  if (showsThread(channelId, message.thread_ts)) state.thread = placed(state.thread, message);
}

const APPLY = {
  message(event) {
    addMessage(event.channel, event.message);
  },
  message_changed(event) {
    addMessage(event.channel, event.message);
    alter(event.channel, event.message.ts, () => event.message);
  },
  message_deleted(event) {
    const without = (list) => list.filter((message) => message.ts !== event.ts);
    state.messages.set(event.channel, without(state.messages.get(event.channel) ?? []));
    if (event.channel === state.place.id) state.thread = without(state.thread);
  },
  ephemeral(event) {
    addMessage(event.channel, { ...event.message, ephemeral: true });
  },
  reaction(event) {
    alter(event.channel, event.ts, (message) => ({ ...message, reactions: event.reactions }));
  },
  status(event) {
    const key = threadKey(event.channel, event.thread_ts);
    if (event.status) state.statuses.set(key, { status: event.status, loading_messages: event.loading_messages ?? [] });
    else state.statuses.delete(key);
    alter(event.channel, event.thread_ts, (message) => ({ ...message }));
  },
  prompts(event) {
    state.prompts.set(threadKey(event.channel, event.thread_ts), event.prompts ?? []);
  },
  home(event) {
    state.home = event.view;
  },
  bot(event) {
    state.bot = { ...state.bot, connected: event.connected };
  },
  groups(event) {
    state.groups = event.groups;
    state.people = state.people.map((one) => ({
      ...one,
      groups: event.groups.filter((group) => group.users.includes(one.id)).map((group) => group.handle),
    }));
    state.me = person(state.me?.id) ?? state.me;
  },
};

/** Applies one event of the server; applying it twice changes nothing more. @param {{type: string}} event */
export function apply(event) {
  APPLY[event.type]?.(event);
}

const READ_KEY = (channelId) => `deskhand/read/${state.me.id}/${channelId}`;

/** Everything in this channel has been seen. */
export function markRead(channelId) {
  state.unread.delete(channelId);
  const last = state.messages.get(channelId)?.at(-1);
  if (last) localStorage.setItem(READ_KEY(channelId), last.ts);
}

/** How many messages came since this person last looked here in this browser. */
export function countUnread(channelId) {
  const seen = localStorage.getItem(READ_KEY(channelId));
  if (seen === null) return markRead(channelId);
  const fresh = (state.messages.get(channelId) ?? []).filter((one) => one.ts > seen && one.user !== state.me.id);
  if (fresh.length) state.unread.set(channelId, fresh.length);
  return undefined;
}
