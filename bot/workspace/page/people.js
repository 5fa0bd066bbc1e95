/** Who the page plays, and which user groups each person is in. */

import { api } from './api.js';
import { h, iconButton } from './dom.js';
import { avatar } from './messages.js';
import { attempt, openDialog } from './overlays.js';
import { roleOf, state } from './state.js';

/** The switch between the people: radio buttons, so arrows move and the choice is announced. */
export function peopleSwitch(onSwitch) {
  return h(
    'fieldset',
    { class: 'people' },
    h('legend', { class: 'sr-only' }, 'You are'),
    state.people.map((one) =>
      h(
        'label',
        { class: 'person', title: `${one.real_name}, ${roleOf(one)}` },
        h('input', { type: 'radio', name: 'as', value: one.id, checked: one.id === state.me.id, on: { change: () => onSwitch(one.id) } }),
        avatar(one.id),
        h('span', { class: 'person-text' }, h('strong', {}, one.real_name), h('small', {}, roleOf(one))),
      ),
    ),
  );
}

let panel = null;

/** The panel in which membership can be changed. */
export function openGroups() {
  panel = openDialog(
    { class: 'dialog groups', 'aria-labelledby': 'groups-title' },
    h('header', {}, h('h2', { id: 'groups-title' }, 'User groups'), iconButton('close', 'Close', () => panel.close())),
    h('div', { class: 'dialog-body' }),
  );
  panel.addEventListener('close', () => { panel = null; });
  drawGroups();
}

/** Draws the panel again after a change, if it is open. */
export function drawGroups() {
  if (!panel) return;
  const key = document.activeElement?.dataset.key;
  panel.querySelector('.dialog-body').replaceChildren(
    h('p', {}, `${state.bot.name} gives each person the roles of their groups. Change a membership and ask again: it counts at once.`),
    h(
      'div',
      { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': 'Memberships' },
      h(
        'table',
        {},
        h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Person'), state.groups.map((group) => h('th', { scope: 'col' }, `@${group.handle}`)))),
        h('tbody', {}, state.people.map((one) => h('tr', {}, h('th', { scope: 'row' }, one.real_name), state.groups.map((group) => h('td', {}, membership(group, one)))))),
      ),
    ),
  );
  if (key) panel.querySelector(`[data-key="${key}"]`)?.focus();
}

function membership(group, one) {
  const box = h('input', {
    type: 'checkbox', checked: group.users.includes(one.id), 'aria-label': `${one.real_name} in @${group.handle}`, dataset: { key: `${group.id}-${one.id}` },
    on: {
      change: async () => {
        if (!(await attempt(() => api.setMember(state.me.id, group.id, one.id, box.checked)))) box.checked = !box.checked;
      },
    },
  });
  return box;
}
