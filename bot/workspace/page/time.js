/** Dates and times as a person reads them, in their own time zone. */

const LOCALE = 'en-GB';
const DAY_MS = 86_400_000;

const show = (date, options) => new Intl.DateTimeFormat(LOCALE, options).format(date);
const startOfDay = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

/** The moment of a message's `ts`. @param {string} ts */
export const momentOf = (ts) => new Date(Number.parseFloat(ts) * 1000);

export const clock = (date) => show(date, { hour: '2-digit', minute: '2-digit' });

export const fullMoment = (date) => show(date, { dateStyle: 'full', timeStyle: 'medium' });

/** A key that is equal for moments of one local day. */
export const dayKey = (date) => startOfDay(date);

/** "Today", "Yesterday" or the date. */
export function dayName(date, now = new Date()) {
  const days = Math.round((startOfDay(now) - startOfDay(date)) / DAY_MS);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  const year = date.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  return show(date, { weekday: 'long', day: 'numeric', month: 'long', year });
}

/** "14:03" today, else the day as well. */
export function shortMoment(date) {
  const day = dayName(date);
  return day === 'Today' ? clock(date) : `${day} at ${clock(date)}`;
}

/** "5 minutes ago". */
export function ago(date, now = new Date()) {
  const seconds = Math.round((date.getTime() - now.getTime()) / 1000);
  const format = new Intl.RelativeTimeFormat(LOCALE, { numeric: 'auto' });
  for (const [unit, size] of [['day', 86400], ['hour', 3600], ['minute', 60]]) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return 'just now';
}

const TOKENS = {
  date: (date) => show(date, { day: 'numeric', month: 'long', year: 'numeric' }),
  date_num: (date) => `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`,
  date_short: (date) => show(date, { day: 'numeric', month: 'short', year: 'numeric' }),
  date_long: (date) => show(date, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
  date_pretty: (date) => relativeDay(date, TOKENS.date),
  date_short_pretty: (date) => relativeDay(date, TOKENS.date_short),
  date_long_pretty: (date) => relativeDay(date, TOKENS.date_long),
  day_divider_pretty: (date) => dayName(date),
  time: clock,
  time_secs: (date) => show(date, { hour: '2-digit', minute: '2-digit', second: '2-digit' }),
  ago,
};

function relativeDay(date, otherwise) {
  const day = dayName(date);
  return day === 'Today' || day === 'Yesterday' ? day.toLowerCase() : otherwise(date);
}

/** Slack's date format, such as "{date_short} at {time}". @param {number} seconds @param {string} format */
export function formatDate(seconds, format, fallback) {
  if (!Number.isFinite(seconds)) return fallback ?? '';
  const date = new Date(seconds * 1000);
  return format.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(TOKENS, name) ? TOKENS[name](date) : whole));
}
