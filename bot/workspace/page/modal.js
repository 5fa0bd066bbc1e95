/** Modals: a stack of views in one dialog; what was entered survives an update of the view. */

import { api } from './api.js';
import { renderBlocks } from './blocks.js';
import { h, iconButton } from './dom.js';
import { attempt } from './overlays.js';
import { state } from './state.js';
import { text } from './text.js';

/** @type {{view: object, values: object}[]} innermost last */
let stack = [];
let dialog = null;
let opener = null;

const top = () => stack.at(-1);
const inputsOf = (view) => view.blocks.filter((block) => block.type === 'input');

/** An event of the server about a view. @param {{view: object, action: string}} event */
export function onView({ view, action }) {
  const at = stack.findIndex((one) => one.view.id === view.id);
  if (action === 'closed') stack = stack.filter((one) => one.view.id !== view.id);
  else if (at >= 0) stack[at] = { view, values: kept(stack[at].values, view) };
  else if (action === 'pushed') stack.push({ view, values: {} });
  else if (action === 'opened') stack = [{ view, values: {} }];
  else return;
  draw();
}

/** Closes everything without telling the app: another person's page is about to show. */
export function dropModals() {
  stack = [];
  draw();
}

/** The values of the blocks the new view still has. */
function kept(values, view) {
  const ids = new Set(view.blocks.map((block) => block.block_id));
  return Object.fromEntries(Object.entries(values).filter(([id]) => ids.has(id)));
}

function draw() {
  if (!stack.length) {
    dialog?.close();
    return;
  }
  if (!dialog) open();
  const { view } = top();
  const focusKey = dialog.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const scroll = dialog.dataset.view === view.id ? dialog.querySelector('.dialog-body').scrollTop : 0;
  dialog.dataset.view = view.id;
  dialog.setAttribute('aria-labelledby', 'modal-title');
  dialog.replaceChildren(form(view));
  dialog.querySelector('.dialog-body').scrollTop = scroll;
  focusIn(focusKey);
}

function open() {
  opener = document.activeElement;
  dialog = h('dialog', { class: 'dialog modal' });
  dialog.addEventListener('cancel', (event) => {
    // Esc: the app hears of it, and a view beneath comes back.
    event.preventDefault();
    if (event.target === dialog) closeTop();
  });
  dialog.addEventListener('close', () => {
    dialog.remove();
    dialog = null;
    stack = [];
    if (opener?.isConnected) opener.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}

function focusIn(key) {
  const controls = [...dialog.querySelectorAll('[data-key]')];
  const same = key && controls.find((node) => node.dataset.key === key);
  const first = dialog.querySelector('.dialog-body .control, .dialog-body input, .dialog-body button');
  (same || first || dialog.querySelector('footer button'))?.focus();
}

function form(view) {
  const inner = stack.length > 1;
  const submit = view.submit || inputsOf(view).length ? h('button', { type: 'submit', class: 'button primary' }, view.submit ? text(view.submit) : 'Submit') : null;
  return h(
    'form',
    { novalidate: true, on: { submit: (event) => { event.preventDefault(); submitTop(submit); } } },
    h(
      'header',
      {},
      inner ? iconButton('back', 'Back', closeTop) : null,
      h('h2', { id: 'modal-title' }, text(view.title)),
      iconButton('close', 'Close', closeAll),
    ),
    h('div', { class: 'dialog-body' }, h('div', { class: 'form-error', role: 'alert', hidden: true }), renderBlocks(view.blocks, surface(top()))),
    h('footer', {}, h('button', { type: 'button', class: 'button', on: { click: closeTop } }, view.close ? text(view.close) : 'Close'), submit),
  );
}

/** @returns {import('./elements.js').Surface} */
function surface({ view, values }) {
  const input = (blockId) => inputsOf(view).find((block) => block.block_id === blockId);
  return {
    me: state.me.id,
    values,
    live: (blockId) => !input(blockId) || input(blockId).dispatch_action === true,
    act: (action) => attempt(() => api.act(state.me.id, { view_id: view.id, action, state: { values } })),
  };
}

async function closeTop() {
  const { view } = top();
  stack = view.clear_on_close ? [] : stack.slice(0, -1);
  draw();
  await attempt(() => api.closeView(state.me.id, view.id));
}

async function closeAll() {
  const views = stack.map((one) => one.view).reverse();
  stack = [];
  draw();
  for (const view of views) {
    await attempt(() => api.closeView(state.me.id, view.id));
    if (view.clear_on_close) break;
  }
}

// ---- submitting

async function submitTop(button) {
  const { view, values } = top();
  if (button.getAttribute('aria-busy')) return;
  showErrors(view, missing(view, values));
  if (dialog.querySelector('[aria-invalid]')) return;
  button.setAttribute('aria-busy', 'true');
  try {
    take(view, await api.submitView(state.me.id, view.id, values));
  } catch (error) {
    formError(error.message);
  } finally {
    button.removeAttribute('aria-busy');
  }
}

/** What the app acknowledged the submission with. */
function take(view, answer) {
  if (answer.response_action === 'errors') showErrors(view, answer.errors);
  else if (answer.response_action === 'update') onView({ view: { ...answer.view, id: answer.view.id ?? view.id }, action: 'updated' });
  else if (answer.response_action === 'push') onView({ view: answer.view, action: 'pushed' });
  else if (answer.response_action === 'clear') { stack = []; draw(); }
  else onView({ view, action: 'closed' });
}

/** Slack itself refuses an empty required input and a malformed one. */
function missing(view, values) {
  const errors = {};
  for (const block of inputsOf(view)) {
    const entered = values[block.block_id]?.[block.element.action_id] ?? {};
    const { type, ...parts } = entered;
    const empty = Object.values(parts).every((part) => part === null || part === '' || (Array.isArray(part) && !part.length));
    const control = fieldOf(block.block_id)?.querySelector('input, textarea');
    if (empty && !block.optional) errors[block.block_id] = 'Please complete this required field.';
    else if (!empty && control?.validationMessage) errors[block.block_id] = control.validationMessage;
    else if (type === 'number_input' && !empty && !control.validity.valid) errors[block.block_id] = 'Please enter a valid number.';
  }
  return errors;
}

const fieldOf = (blockId) => [...dialog.querySelectorAll('[data-input]')].find((node) => node.dataset.input === blockId);

function showErrors(view, errors) {
  formError('');
  for (const field of dialog.querySelectorAll('[data-input]')) {
    const message = errors[field.dataset.input];
    const note = field.querySelector('.field-error');
    const control = field.querySelector('[data-key]');
    note.textContent = message ?? '';
    note.hidden = !message;
    if (message) {
      control?.setAttribute('aria-invalid', 'true');
      control?.setAttribute('aria-describedby', note.id);
    } else {
      control?.removeAttribute('aria-invalid');
      control?.removeAttribute('aria-describedby');
    }
  }
  const lost = Object.entries(errors).filter(([id]) => !fieldOf(id));
  if (lost.length) formError(lost.map(([, message]) => message).join(' '));
  const bad = dialog.querySelector('[aria-invalid]');
  (bad?.matches('.choices') ? bad.querySelector('input') : bad)?.focus();
}

function formError(message) {
  const box = dialog.querySelector('.form-error');
  box.textContent = message;
  box.hidden = !message;
}
