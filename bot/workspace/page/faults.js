/** The demo's `break` menu: faults that are really made in the desk, and mended again. */

import { api } from './api.js';
import { h, iconButton } from './dom.js';
import { announce, attempt, openDialog } from './overlays.js';
import { state } from './state.js';

let panel = null;

/** The panel of faults. */
export async function openFaults() {
  const answer = await attempt(() => api.faults(state.me.id));
  if (!answer || panel) return;
  panel = openDialog(
    { class: 'dialog faults', 'aria-labelledby': 'faults-title' },
    h('header', {}, h('h2', { id: 'faults-title' }, 'Break something'), iconButton('close', 'Close', () => panel.close())),
    h('div', { class: 'dialog-body' }),
  );
  panel.addEventListener('close', () => { panel = null; });
  draw(answer.faults);
}

function draw(faults) {
  if (!panel) return;
  const key = document.activeElement?.dataset.key;
  panel.querySelector('.dialog-body').replaceChildren(
    h('p', {}, `Each of these really breaks the demo's desk. Then ask ${state.bot.name} what is wrong.`),
    h('ul', { class: 'fault-list' }, faults.map(row)),
  );
  if (key) panel.querySelector(`[data-key="${key}"]`)?.focus();
}

function row(fault) {
  return h(
    'li',
    { class: fault.broken ? 'broken' : null },
    h('div', {}, h('strong', {}, fault.title), h('small', {}, fault.detail)),
    h(
      'button',
      {
        type: 'button', class: fault.broken ? 'button primary' : 'button danger', dataset: { key: fault.id },
        'aria-label': `${fault.broken ? 'Mend' : 'Break'}: ${fault.title}`,
        on: { click: (event) => change(fault, event.currentTarget) },
      },
      fault.broken ? 'Mend' : 'Break',
    ),
  );
}

async function change(fault, button) {
  button.disabled = true;
  const answer = await attempt(() => api.setFault(state.me.id, fault.id, !fault.broken));
  button.disabled = false;
  if (!answer) return;
  draw(answer.faults);
  announce(fault.broken ? `Mended: ${fault.title}` : `Broken: ${fault.title}`);
}
