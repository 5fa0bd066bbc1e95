/** Emoji by Slack's short names: those a desk and its bots use. */

import { h, svg } from './dom.js';
import { PICTURES } from './pictures.js';

const EMOJI = {
  '+1': '👍', thumbsup: '👍', '-1': '👎', thumbsdown: '👎', eyes: '👀', white_check_mark: '✅', heavy_check_mark: '✔️',
  ballot_box_with_check: '☑️', x: '❌', no_entry: '⛔', no_entry_sign: '🚫', warning: '⚠️', rotating_light: '🚨',
  question: '❓', grey_question: '❔', exclamation: '❗', information_source: 'ℹ️', bulb: '💡', rocket: '🚀', tada: '🎉',
  fire: '🔥', star: '⭐', sparkles: '✨', heart: '❤️', pray: '🙏', clap: '👏', wave: '👋', raised_hands: '🙌',
  point_right: '👉', muscle: '💪', handshake: '🤝', ok_hand: '👌', thinking_face: '🤔', smile: '😄', slightly_smiling_face: '🙂',
  grinning: '😀', joy: '😂', sweat_smile: '😅', sob: '😭', cry: '😢', disappointed: '😞', sunglasses: '😎', wink: '😉',
  neutral_face: '😐', scream: '😱', exploding_head: '🤯', robot_face: '🤖', bust_in_silhouette: '👤', busts_in_silhouette: '👥',
  chart_with_upwards_trend: '📈', chart_with_downwards_trend: '📉', bar_chart: '📊', moneybag: '💰', money_with_wings: '💸',
  dollar: '💵', euro: '💶', pound: '💷', bank: '🏦', briefcase: '💼', page_facing_up: '📄', clipboard: '📋', memo: '📝',
  pencil: '📝', pencil2: '✏️', paperclip: '📎', link: '🔗', pushpin: '📌', round_pushpin: '📍', calendar: '📅', date: '📅',
  clock1: '🕐', alarm_clock: '⏰', stopwatch: '⏱️', hourglass: '⌛', hourglass_flowing_sand: '⏳', mag: '🔍', mag_right: '🔎',
  lock: '🔒', unlock: '🔓', key: '🔑', shield: '🛡️', bell: '🔔', no_bell: '🔕', mega: '📣', loudspeaker: '📢', email: '📧',
  inbox_tray: '📥', outbox_tray: '📤', package: '📦', file_folder: '📁', open_file_folder: '📂', books: '📚', book: '📖',
  gear: '⚙️', wrench: '🔧', hammer: '🔨', hammer_and_wrench: '🛠️', toolbox: '🧰', microscope: '🔬', test_tube: '🧪', bug: '🐛',
  computer: '💻', floppy_disk: '💾', satellite: '📡', electric_plug: '🔌', battery: '🔋', zap: '⚡', cloud: '☁️', sunny: '☀️',
  umbrella: '☔', globe_with_meridians: '🌐', earth_americas: '🌎', house: '🏠', hospital: '🏥', ambulance: '🚑', balance_scale: '⚖️',
  scales: '⚖️', judge: '🧑‍⚖️', trophy: '🏆', first_place_medal: '🥇', second_place_medal: '🥈', third_place_medal: '🥉', dart: '🎯',
  game_die: '🎲', crystal_ball: '🔮', coffee: '☕', bear: '🐻', ox: '🐂', cow: '🐮', 100: '💯', checkered_flag: '🏁',
  triangular_flag_on_post: '🚩', white_flag: '🏳️', red_circle: '🔴', large_orange_circle: '🟠', large_yellow_circle: '🟡',
  large_green_circle: '🟢', large_blue_circle: '🔵', white_circle: '⚪', black_circle: '⚫', large_blue_square: '🟦',
  large_green_square: '🟩', large_red_square: '🟥', arrow_up: '⬆️', arrow_down: '⬇️', arrow_right: '➡️', arrow_left: '⬅️',
  arrow_upper_right: '↗️', arrow_lower_right: '↘️', arrow_up_small: '🔼', arrow_down_small: '🔽', arrows_counterclockwise: '🔄',
  leftwards_arrow_with_hook: '↩️', repeat: '🔁', heavy_plus_sign: '➕', heavy_minus_sign: '➖', zzz: '💤', speech_balloon: '💬',
  one: '1️⃣', two: '2️⃣', three: '3️⃣', four: '4️⃣', five: '5️⃣', black_square_for_stop: '⏹️', double_vertical_bar: '⏸️',
  arrow_forward: '▶️', fast_forward: '⏩', seedling: '🌱', sos: '🆘', up: '🆙', new: '🆕', ok: '🆗',
};

/** The names offered when a person reacts. */
export const REACTIONS = [
  '+1', '-1', 'eyes', 'white_check_mark', 'x', 'warning', 'question', 'thinking_face', 'bulb', 'mag', 'hourglass_flowing_sand',
  'rocket', 'tada', 'fire', 'heart', 'chart_with_upwards_trend', 'chart_with_downwards_trend', '100',
];

export const isEmoji = (name) => Object.hasOwn(EMOJI, name);

/** The picture of an emoji, or its name in colons where this page does not know it. @param {string} name */
export function emoji(name) {
  const base = name.split('::')[0];
  if (!isEmoji(base)) return h('span', { class: 'emoji-name' }, `:${name}:`);
  const drawing = PICTURES[ALIASES[base] ?? base];
  const shown = drawing
    ? svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, drawing.map(([tag, attributes, text]) => svg(tag, attributes, text)))
    : EMOJI[base];
  return h('span', { class: 'emoji', role: 'img', 'aria-label': base.replaceAll('_', ' '), title: `:${base}:` }, shown);
}

const ALIASES = { thumbsup: '+1', thumbsdown: '-1', mag_right: 'mag', hourglass: 'hourglass_flowing_sand' };
const DRAWN = new Map(Object.keys(PICTURES).map((name) => [EMOJI[name].replace('\uFE0F', ''), name]));
const CHARACTERS = new RegExp(`(${[...DRAWN.keys()].join('|')})\uFE0F?`, 'u');

/** Text in which emoji written as characters are drawn like those written by name. @param {string} value @returns {(string | Node)[]} */
export function withPictures(value) {
  return value.split(CHARACTERS).map((part) => (DRAWN.has(part) ? emoji(DRAWN.get(part)) : part)).filter((part) => part !== '');
}
