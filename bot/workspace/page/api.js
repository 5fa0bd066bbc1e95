/** The page's calls to the workspace server, and its stream of events. */

/** A refusal of the server, in one sentence for people. */
export class ApiError extends Error {}

const UNREACHABLE = 'The workspace server does not answer. Is it still running?';

async function request(method, path, { query, body, raw } = {}) {
  const url = new URL(path, location.origin);
  for (const [key, value] of Object.entries(query ?? {})) url.searchParams.set(key, value);
  const options = { method };
  if (raw) options.body = raw;
  if (body) {
    options.headers = { 'Content-Type': 'application/json' };
    options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(url, options);
  } catch {
    throw new ApiError(UNREACHABLE);
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(answer.error ?? `The workspace server answered ${response.status}.`);
  return answer;
}

const get = (path, query) => request('GET', path, { query });
const post = (path, body) => request('POST', path, { body });

export const api = {
  state: (as) => get('/page/state', as ? { as } : {}),
  messages: (as, channel) => get('/page/messages', { as, channel }),
  thread: (as, channel, ts) => get('/page/thread', { as, channel, ts }),
  home: (as) => get('/page/home', { as }),
  openDm: (as) => post('/page/open_dm', { as }),
  send: (as, message) => post('/page/messages', { as, ...message }),
  upload: (as, file) => request('POST', '/page/files', { query: { as, name: file.name }, raw: file }),
  react: (as, reaction) => post('/page/reactions', { as, ...reaction }),
  act: (as, action) => post('/page/actions', { as, ...action }),
  shortcut: (as, shortcut) => post('/page/shortcuts', { as, ...shortcut }),
  submitView: (as, viewId, values) => post('/page/views/submit', { as, view_id: viewId, state: { values } }),
  closeView: (as, viewId) => post('/page/views/close', { as, view_id: viewId }),
  faults: (as) => get('/page/faults', { as }),
  setFault: (as, id, broken) => post('/page/faults', { as, id, broken }),
  setMember: (as, groupId, user, member) => post('/page/groups', { as, group_id: groupId, user, member }),
};

const FIRST_RETRY_MS = 400;
const LONGEST_RETRY_MS = 5000;

/**
 * Keeps one WebSocket open as this person until `close()`.
 * @param {string} as
 * @param {{onOpen: () => void, onLost: () => void, onEvent: (event: object) => void}} handlers
 */
export function connect(as, handlers) {
  let socket = null;
  let timer = null;
  let closed = false;
  let wait = FIRST_RETRY_MS;

  function open() {
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    socket = new WebSocket(`${scheme}//${location.host}/page/events?as=${encodeURIComponent(as)}`);
    socket.addEventListener('open', () => {
      wait = FIRST_RETRY_MS;
      if (!closed) handlers.onOpen();
    });
    socket.addEventListener('message', (message) => {
      if (!closed) handlers.onEvent(JSON.parse(message.data));
    });
    socket.addEventListener('close', () => {
      if (closed) return;
      handlers.onLost();
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_RETRY_MS);
    });
  }

  function retryNow() {
    if (closed || socket.readyState <= WebSocket.OPEN) return;
    clearTimeout(timer);
    open();
  }

  open();
  window.addEventListener('online', retryNow);
  return {
    retryNow,
    close() {
      closed = true;
      clearTimeout(timer);
      window.removeEventListener('online', retryNow);
      socket.close();
    },
  };
}
