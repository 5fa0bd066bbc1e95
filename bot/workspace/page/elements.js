/**
 * Block Kit's interactive elements.
 *
 * A surface is what they stand on: a message, a modal or the Home tab.
 * @typedef {{me: string, values: Record<string, Record<string, object>>, live: (blockId: string) => boolean,
 *   act: (action: object) => Promise<void>}} Surface
 * `values` is Slack's `state.values`; `live(blockId)` tells whether a change there is sent at once.
 */

import { h, icon, safeUrl } from './dom.js';
import { askConfirm, openMenu } from './overlays.js';
import { state } from './state.js';
import { text, unknown } from './text.js';

/** Draws one element. @param {object} element @param {string} blockId @param {Surface} surface */
export function renderElement(element, blockId, surface, labelledBy = null) {
  const draw = ELEMENTS[element.type];
  if (!draw) return unknown(element, 'element');
  if (element.visible_to_user_ids && !element.visible_to_user_ids.includes(surface.me)) return null;
  return draw(new Field(element, blockId, surface, labelledBy));
}

/** One element on its surface: its remembered value, and how a change is kept and sent. */
class Field {
  constructor(element, blockId, surface, labelledBy) {
    Object.assign(this, { element, blockId, surface, labelledBy });
    this.key = `${blockId}/${element.action_id}`;
  }

  /** What was entered before a redraw, else null. */
  get known() {
    return this.surface.values[this.blockId]?.[this.element.action_id] ?? null;
  }

  keep(value) {
    this.surface.values[this.blockId] ??= {};
    this.surface.values[this.blockId][this.element.action_id] = { type: this.element.type, ...value };
  }

  /** Keeps the value and, where the app listens, sends it; a refused confirm calls `undo`. */
  async change(value, undo) {
    if (!this.surface.live(this.blockId)) return this.keep(value);
    if (this.element.confirm && !(await askConfirm(this.element.confirm, text))) return undo?.();
    this.keep(value);
    return this.send(value);
  }

  send(value) {
    return this.surface.act({ type: this.element.type, block_id: this.blockId, action_id: this.element.action_id, ...value });
  }

  /** Attributes every control shares. */
  get shared() {
    const label = this.labelledBy ? null : plain(this.element.placeholder) || this.element.action_id;
    return { dataset: { key: this.key }, 'aria-labelledby': this.labelledBy, 'aria-label': label };
  }
}

const plain = (object) => object?.text ?? '';
const optionsOf = (element) => element.options ?? (element.option_groups ?? []).flatMap((group) => group.options);
const sameOption = (one, other) => one && other && one.value === other.value;

// ---- buttons

function button(field) {
  const { element } = field;
  const props = {
    class: `button ${element.style ?? ''}`, 'aria-label': element.accessibility_label, dataset: { key: field.key },
    on: { click: (event) => press(event.currentTarget, field) },
  };
  const url = safeUrl(element.url);
  if (url) return h('a', { ...props, href: url, target: '_blank', rel: 'noopener noreferrer' }, text(element.text));
  return h('button', { ...props, type: 'button' }, text(element.text));
}

async function press(node, field, extra = {}) {
  const { element } = field;
  if (node.getAttribute('aria-busy')) return;
  if (element.confirm && !(await askConfirm(element.confirm, text))) return;
  node.setAttribute('aria-busy', 'true');
  try {
    await field.send({ value: element.value, text: element.text, ...extra });
  } finally {
    node.removeAttribute('aria-busy');
  }
}

function iconElement(field) {
  const { element } = field;
  const label = element.accessibility_label ?? plain(element.text);
  return h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': label, title: label, dataset: { key: field.key }, on: { click: (event) => press(event.currentTarget, field) } },
    icon(element.icon),
  );
}

function feedback(field) {
  const { element } = field;
  const one = (side, drawing) => {
    const part = element[side];
    const label = part.accessibility_label ?? plain(part.text);
    return h(
      'button',
      {
        type: 'button', class: 'icon-button feedback', 'aria-pressed': 'false', 'aria-label': label, title: label, dataset: { key: `${field.key}/${side}` },
        on: {
          click: async ({ currentTarget }) => {
            for (const other of currentTarget.parentElement.children) other.setAttribute('aria-pressed', String(other === currentTarget));
            await press(currentTarget, field, { value: part.value, text: part.text });
          },
        },
      },
      icon(drawing),
    );
  };
  return h('span', { class: 'feedback-buttons', role: 'group', 'aria-label': 'Feedback' }, one('positive_button', 'thumbs_up'), one('negative_button', 'thumbs_down'));
}

function overflow(field) {
  const choose = async (option) => {
    if (field.element.confirm && !(await askConfirm(field.element.confirm, text))) return;
    if (safeUrl(option.url)) window.open(safeUrl(option.url), '_blank', 'noopener,noreferrer');
    await field.send({ selected_option: option });
  };
  const items = field.element.options.map((option) => ({ label: text(option.text), onSelect: () => choose(option) }));
  return h(
    'button',
    {
      type: 'button', class: 'icon-button bordered', 'aria-label': 'More options', 'aria-haspopup': 'menu', dataset: { key: field.key },
      on: { click: (event) => openMenu(event.currentTarget, items, { label: 'More options' }) },
    },
    icon('more'),
  );
}

// ---- choosing

/** Choices from people, channels or conversations, in the form of options. */
const SOURCES = {
  users: () => state.people.map((one) => ({ value: one.id, text: { text: one.real_name } })),
  channels: () => state.channels.filter((one) => !one.is_im).map((one) => ({ value: one.id, text: { text: `#${one.name}` } })),
  conversations: () => [
    ...SOURCES.channels(),
    ...state.channels.filter((one) => one.is_im).map((one) => ({ value: one.id, text: { text: one.user === state.bot.user_id ? state.bot.name : one.name } })),
  ],
};

/** How one kind of select names its parts: [value's name, many values' name, initial's name]. */
const SELECTED = {
  static: ['selected_option', 'selected_options'],
  users: ['selected_user', 'selected_users'],
  channels: ['selected_channel', 'selected_channels'],
  conversations: ['selected_conversation', 'selected_conversations'],
};

function select(source) {
  const [name] = SELECTED[source];
  const isStatic = source === 'static';
  return (field) => {
    const { element } = field;
    const choices = isStatic ? optionsOf(element) : SOURCES[source]();
    const wrap = (value) => ({ [name]: isStatic ? (choices.find((option) => option.value === value) ?? null) : value || null });
    const initial = field.known ? field.known[name] : (element[name.replace('selected', 'initial')] ?? null);
    const chosen = isStatic ? initial?.value : initial;
    field.keep(wrap(chosen ?? ''));
    let before = chosen ?? '';
    const node = h(
      'select',
      {
        ...field.shared, class: 'control',
        on: {
          change: async () => {
            await field.change(wrap(node.value), () => { node.value = before; });
            before = node.value;
          },
        },
      },
      h('option', { value: '' }, plain(element.placeholder) || 'Choose…'),
      isStatic && element.option_groups ? element.option_groups.map(optionGroup) : choices.map(optionItem),
    );
    node.value = chosen ?? '';
    return node;
  };
}

const optionItem = (option) => h('option', { value: option.value }, plain(option.text));
const optionGroup = (group) => h('optgroup', { label: plain(group.label) }, group.options.map(optionItem));

function multiSelect(source) {
  const name = SELECTED[source][1];
  const isStatic = source === 'static';
  return (field) => {
    const { element } = field;
    const choices = isStatic ? optionsOf(element) : SOURCES[source]();
    const wrap = (options) => ({ [name]: isStatic ? options : options.map((option) => option.value) });
    const initial = (field.known ?? {})[name] ?? element[name.replace('selected', 'initial')] ?? [];
    const values = new Set(initial.map((one) => one.value ?? one));
    const summary = h('summary', { ...field.shared, class: 'control' });
    const boxes = choices.map((option) => h('label', {}, h('input', { type: 'checkbox', checked: values.has(option.value) }), plain(option.text)));
    const inputs = boxes.map((box) => box.firstChild);
    const picked = () => choices.filter((_, index) => inputs[index].checked);
    const refresh = () => {
      summary.textContent = picked().map((option) => plain(option.text)).join(', ') || plain(element.placeholder) || 'Choose…';
      const full = element.max_selected_items && picked().length >= element.max_selected_items;
      for (const input of inputs) input.disabled = Boolean(full) && !input.checked;
    };
    const changed = async ({ target }) => {
      refresh();
      await field.change(wrap(picked()), () => { target.checked = !target.checked; refresh(); });
    };
    refresh();
    field.keep(wrap(picked()));
    const details = h('details', { class: 'multi', on: { change: changed } }, summary, h('div', { class: 'multi-list', role: 'group' }, boxes));
    details.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !details.open) return;
      event.preventDefault();
      event.stopPropagation();
      details.open = false;
      summary.focus();
    });
    return details;
  };
}

/** Checkboxes and radio buttons. */
function choiceList(type, many) {
  const name = many ? 'selected_options' : 'selected_option';
  return (field) => {
    const { element } = field;
    const initial = field.known ? field.known[name] : element[name.replace('selected', 'initial')];
    const chosen = [initial ?? []].flat();
    const group = `choice-${field.key}-${(choiceList.count = (choiceList.count ?? 0) + 1)}`;
    const inputs = element.options.map((option) =>
      h('input', { type, name: group, value: option.value, checked: chosen.some((one) => sameOption(one, option)) }),
    );
    const read = () => {
      const picked = element.options.filter((_, index) => inputs[index].checked);
      return { [name]: many ? picked : (picked[0] ?? null) };
    };
    field.keep(read());
    const rows = element.options.map((option, index) =>
      h('label', { class: 'choice' }, inputs[index], h('span', {}, text(option.text), option.description ? h('small', {}, text(option.description)) : null)),
    );
    const props = { ...field.shared, class: 'choices', role: many ? 'group' : 'radiogroup' };
    return h('div', { ...props, on: { change: () => field.change(read()) } }, rows);
  };
}

// ---- entering

/** A one-line control whose value goes under `name`. */
function entry(type, name, attributes = () => ({}), convert = (value) => value || null) {
  return (field) => {
    const { element } = field;
    const initial = field.known ? field.known[name] : (element[`initial_${name.replace('selected_', '')}`] ?? null);
    const node = h(element.multiline ? 'textarea' : 'input', {
      ...field.shared, class: 'control', type: element.multiline ? null : type, placeholder: plain(element.placeholder) || null,
      rows: element.multiline ? 5 : null, ...attributes(element),
    });
    node.value = display(type, initial);
    field.keep({ [name]: convert(node.value) });
    const triggers = element.dispatch_action_config?.trigger_actions_on ?? ['on_enter_pressed'];
    const typed = name === 'value';
    node.addEventListener('input', () => {
      field.keep({ [name]: convert(node.value) });
      if (typed && triggers.includes('on_character_entered') && field.surface.live(field.blockId)) field.send({ value: node.value });
    });
    node.addEventListener('change', () => { if (!typed) field.change({ [name]: convert(node.value) }); });
    node.addEventListener('keydown', (event) => {
      const sends = event.key === 'Enter' && typed && !event.isComposing && !element.multiline;
      if (!sends || !triggers.includes('on_enter_pressed') || !field.surface.live(field.blockId)) return;
      event.preventDefault();
      field.send({ value: node.value });
    });
    return node;
  };
}

function display(type, initial) {
  if (initial === null || initial === undefined) return '';
  if (type !== 'datetime-local') return String(initial);
  const local = new Date(initial * 1000);
  return new Date(local.getTime() - local.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const toSeconds = (value) => (value ? Math.floor(new Date(value).getTime() / 1000) : null);
const lengths = (element) => ({ minlength: element.min_length, maxlength: element.max_length });
const range = (element) => ({ min: element.min_value, max: element.max_value, step: element.is_decimal_allowed ? 'any' : '1', inputmode: 'decimal' });

const ELEMENTS = {
  button,
  workflow_button: button,
  icon_button: iconElement,
  feedback_buttons: feedback,
  overflow,
  static_select: select('static'),
  users_select: select('users'),
  channels_select: select('channels'),
  conversations_select: select('conversations'),
  multi_static_select: multiSelect('static'),
  multi_users_select: multiSelect('users'),
  multi_channels_select: multiSelect('channels'),
  multi_conversations_select: multiSelect('conversations'),
  checkboxes: choiceList('checkbox', true),
  radio_buttons: choiceList('radio', false),
  plain_text_input: entry('text', 'value', lengths),
  email_text_input: entry('email', 'value'),
  url_text_input: entry('url', 'value'),
  number_input: entry('number', 'value', range),
  datepicker: entry('date', 'selected_date'),
  timepicker: entry('time', 'selected_time'),
  datetimepicker: entry('datetime-local', 'selected_date_time', () => ({}), toSeconds),
};
