/** What lies over the page: menus, confirmations, an image at full size, notices. Esc closes each; focus returns. */

import { h, icon, iconButton } from './dom.js';

/** The innermost open dialog, since anything outside it is inert; else the body. */
const layer = () => [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body;

/**
 * A menu under (or over) its button.
 * @param {HTMLElement} anchor
 * @param {{label: string | Node, onSelect: () => void, danger?: boolean}[]} items
 * @param {{label: string, grid?: boolean}} options
 */
export function openMenu(anchor, items, { label, grid = false }) {
  const menu = h('div', { class: grid ? 'menu grid' : 'menu', role: 'menu', 'aria-label': label, popover: 'auto' });
  const entries = items.map((item) =>
    h(
      'button',
      {
        type: 'button', role: 'menuitem', tabindex: '-1', class: item.danger ? 'danger' : null, 'aria-label': item.name,
        on: { click: () => { menu.hidePopover(); item.onSelect(); } },
      },
      item.label,
    ),
  );
  menu.append(...entries);
  menu.addEventListener('keydown', (event) => moveFocus(event, entries, menu, grid));
  menu.addEventListener('toggle', (event) => {
    if (event.newState !== 'closed') return;
    const returns = menu.contains(document.activeElement) || document.activeElement === document.body;
    menu.remove();
    anchor.setAttribute('aria-expanded', 'false');
    if (returns) anchor.focus();
  });
  layer().append(menu);
  menu.showPopover();
  place(menu, anchor);
  anchor.setAttribute('aria-haspopup', 'menu');
  anchor.setAttribute('aria-expanded', 'true');
  entries[0]?.focus();
}

function moveFocus(event, entries, menu, grid) {
  const columns = grid ? 6 : 1;
  const steps = { ArrowDown: columns, ArrowUp: -columns, ...(grid ? { ArrowRight: 1, ArrowLeft: -1 } : {}) };
  const at = entries.indexOf(document.activeElement);
  if (event.key in steps) entries[(at + steps[event.key] + entries.length) % entries.length].focus();
  else if (event.key === 'Home') entries[0].focus();
  else if (event.key === 'End') entries.at(-1).focus();
  else if (event.key === 'Tab') menu.hidePopover();
  else return;
  event.preventDefault();
}

/** Beside the anchor, inside the window. */
function place(menu, anchor) {
  const at = anchor.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const below = at.bottom + size.height + 8 < innerHeight;
  const top = below ? at.bottom + 4 : Math.max(8, at.top - size.height - 4);
  const left = Math.max(8, Math.min(at.left, innerWidth - size.width - 8));
  menu.style.top = `${top}px`;
  menu.style.left = `${left}px`;
}

/** A dialog that removes itself once closed. */
export function openDialog(props, ...children) {
  const dialog = h('dialog', props, ...children);
  const opener = document.activeElement;
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (opener?.isConnected) opener.focus();
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  layer().append(dialog);
  dialog.showModal();
  return dialog;
}

const plain = (text, otherwise) => (typeof text === 'string' ? text : text?.text) ?? otherwise;

/**
 * Slack's confirm object as a question.
 * @param {object} confirm @param {(text: object) => Node[]} render draws a text object
 * @returns {Promise<boolean>}
 */
export function askConfirm(confirm, render) {
  return new Promise((resolve) => {
    const title = plain(confirm.title, 'Are you sure?');
    const deny = h('button', { type: 'submit', value: 'no', class: 'button' }, plain(confirm.deny, 'Cancel'));
    const yes = h(
      'button',
      { type: 'submit', value: 'yes', class: `button ${confirm.style === 'danger' ? 'danger' : 'primary'}` },
      plain(confirm.confirm, 'Yes'),
    );
    const dialog = openDialog(
      { class: 'dialog small', role: 'alertdialog', 'aria-label': title },
      h(
        'form',
        { method: 'dialog' },
        h('header', {}, h('h2', {}, title)),
        h('div', { class: 'dialog-body' }, confirm.text ? render(confirm.text) : null),
        h('footer', {}, deny, yes),
      ),
    );
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'));
    yes.focus();
  });
}

/** An image at full size. */
export function showImage(src, alt, title) {
  const dialog = openDialog(
    { class: 'dialog lightbox', 'aria-label': title || alt || 'Image' },
    h(
      'header',
      {},
      h('h2', {}, title || alt || 'Image'),
      h('a', { class: 'button', href: src, target: '_blank', rel: 'noopener noreferrer' }, 'Open original'),
      iconButton('close', 'Close', () => dialog.close()),
    ),
    h('div', { class: 'lightbox-body', tabindex: '0' }, h('img', { src, alt })),
  );
}

const NOTICE_MS = 7000;

/** A sentence at the bottom of the page that goes by itself. @param {string} text @param {'error' | 'info'} kind */
export function notice(text, kind = 'error') {
  const box = h(
    'div',
    { class: `notice ${kind}` },
    icon(kind === 'error' ? 'alert' : 'info'),
    h('span', {}, text),
    iconButton('close', 'Dismiss', () => box.remove()),
  );
  const region = document.getElementById('notices');
  region.append(box);
  // A popover is drawn above open dialogs, where the cause of the notice may lie.
  region.hidePopover();
  region.showPopover();
  setTimeout(() => {
    box.remove();
    if (!region.children.length) region.hidePopover();
  }, NOTICE_MS);
}

/** Runs an action and tells the person when it is refused. */
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    notice(error.message);
    return null;
  }
}

/** Says something to screen readers. */
export function announce(text) {
  document.getElementById('announcer').textContent = text;
}
