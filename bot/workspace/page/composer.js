/** Where a person writes: completion of names and commands, files by button or drop, Enter sends. */

import { h, icon, iconButton } from './dom.js';
import { fileSize } from './files.js';
import { attempt, openMenu } from './overlays.js';
import { api } from './api.js';
import { state } from './state.js';

const MOST_SUGGESTIONS = 8;
/** What was being written where, kept while the page is open. @type {Map<string, string>} */
const drafts = new Map();
let composers = 0;

export class Composer {
  /**
   * @param {{place: string, label: string, dropTarget: HTMLElement, onSend: (text: string, fileIds: string[]) => Promise<boolean>,
   *   onGlobalShortcut: (callbackId: string) => void}} options `place` names the draft
   */
  constructor(options) {
    Object.assign(this, options);
    this.files = [];
    this.suggestions = [];
    this.chosen = 0;
    this.id = `composer-${(composers += 1)}`;
    this.build();
    this.acceptDrops();
    this.input.value = drafts.get(this.place) ?? '';
    // Its height can be known only once it is on the page, and again whenever its width changes.
    new ResizeObserver(() => this.resize()).observe(this.element);
  }

  build() {
    this.input = h('textarea', {
      rows: 1, 'aria-label': this.label, placeholder: this.label, role: 'combobox', 'aria-expanded': 'false', 'aria-autocomplete': 'list',
      'aria-controls': `${this.id}-list`, autocomplete: 'off',
      on: { input: () => this.onInput(), keydown: (event) => this.onKey(event), click: () => this.suggest(), blur: () => this.closeSuggestions(), paste: (event) => this.onPaste(event) },
    });
    this.list = h('ul', { id: `${this.id}-list`, class: 'suggestions', role: 'listbox', 'aria-label': 'Suggestions', hidden: true });
    this.hint = h('div', { class: 'composer-hint', hidden: true });
    this.chips = h('ul', { class: 'chips', 'aria-label': 'Files to send', hidden: true });
    this.picker = h('input', { type: 'file', multiple: true, class: 'sr-only', tabindex: '-1', 'aria-hidden': 'true', on: { change: () => this.onPicked() } });
    this.sendButton = iconButton('send', 'Send', () => this.send(), { class: 'icon-button send' });
    this.element = h(
      'form',
      { class: 'composer', on: { submit: (event) => event.preventDefault() } },
      this.list, this.hint,
      h(
        'div',
        { class: 'composer-box' },
        this.input, this.chips,
        h(
          'div',
          { class: 'composer-bar' },
          iconButton('clip', 'Attach files', () => this.picker.click()),
          h('button', { type: 'button', class: 'icon-button at', 'aria-label': `Mention ${state.bot.name}`, title: `Mention ${state.bot.name}`, on: { click: () => this.insertMention() } }, '@'),
          iconButton('bolt', 'Commands and shortcuts', (event) => this.openShortcuts(event.currentTarget), { 'aria-haspopup': 'menu' }),
          h('span', { class: 'composer-tip' }, h('kbd', {}, 'Enter'), ' to send, ', h('kbd', {}, 'Shift Enter'), ' for a new line'),
          this.picker, this.sendButton,
        ),
      ),
    );
    this.refresh();
  }

  focus() {
    this.input.focus();
  }

  // ---- writing and sending

  onInput() {
    drafts.set(this.place, this.input.value);
    this.resize();
    this.suggest();
    this.refresh();
  }

  resize() {
    this.input.style.height = 'auto';
    this.input.style.height = `${this.input.scrollHeight}px`;
  }

  refresh() {
    const empty = !this.input.value.trim() && !this.files.length;
    this.sendButton.disabled = empty || this.files.some((file) => !file.id);
    const command = state.commands.find((one) => this.input.value.startsWith(`${one.command} `));
    this.hint.hidden = !command;
    if (command) this.hint.replaceChildren(h('code', {}, command.command), ` ${command.usage_hint ?? ''} `, h('span', {}, command.description ?? ''));
  }

  onKey(event) {
    if (event.isComposing) return;
    if (!this.list.hidden && this.onSuggestionKey(event)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      this.send();
    }
  }

  async send() {
    if (this.sendButton.disabled || this.sending) return;
    this.sending = true;
    const [text, files] = [this.input.value, this.files];
    this.setText('');
    this.files = [];
    this.drawChips();
    const sent = await this.onSend(text.trim(), files.map((file) => file.id));
    this.sending = false;
    // What was refused comes back, unless the person has gone on writing.
    if (!sent && !this.input.value) {
      this.setText(text);
      this.files = files;
      this.drawChips();
    }
  }

  setText(text) {
    this.input.value = text;
    drafts.set(this.place, text);
    this.resize();
    this.closeSuggestions();
    this.refresh();
  }

  // ---- completion

  suggest() {
    const before = this.input.value.slice(0, this.input.selectionStart);
    const name = /(?:^|\s)@([\p{L}\p{N}._-]*)$/u.exec(before);
    const command = /^\/[\w-]*$/.exec(before);
    if (name) this.showSuggestions(people(name[1].toLowerCase()), name[1].length + 1);
    else if (command) this.showSuggestions(commands(before), before.length);
    else this.closeSuggestions();
  }

  showSuggestions(found, replaces) {
    this.suggestions = found.slice(0, MOST_SUGGESTIONS);
    this.replaces = replaces;
    this.list.hidden = !found.length;
    this.input.setAttribute('aria-expanded', String(found.length > 0));
    this.list.replaceChildren(
      ...this.suggestions.map((one, index) =>
        h(
          'li',
          { role: 'option', id: `${this.id}-${index}`, 'aria-selected': 'false', on: { mousedown: (event) => { event.preventDefault(); this.choose(index); } } },
          h('strong', {}, one.text), h('span', {}, one.about),
        ),
      ),
    );
    this.mark(0);
  }

  mark(index) {
    this.chosen = index;
    [...this.list.children].forEach((item, at) => item.setAttribute('aria-selected', String(at === index)));
    if (this.list.hidden) this.input.removeAttribute('aria-activedescendant');
    else this.input.setAttribute('aria-activedescendant', `${this.id}-${index}`);
  }

  onSuggestionKey(event) {
    const last = this.suggestions.length;
    if (event.key === 'ArrowDown') this.mark((this.chosen + 1) % last);
    else if (event.key === 'ArrowUp') this.mark((this.chosen - 1 + last) % last);
    else if (event.key === 'Tab' || (event.key === 'Enter' && !event.shiftKey)) this.choose(this.chosen);
    else if (event.key === 'Escape') this.closeSuggestions();
    else return false;
    return true;
  }

  choose(index) {
    const at = this.input.selectionStart;
    this.input.setRangeText(`${this.suggestions[index].text} `, at - this.replaces, at, 'end');
    this.closeSuggestions();
    this.onInput();
  }

  closeSuggestions() {
    this.list.hidden = true;
    this.input.setAttribute('aria-expanded', 'false');
    this.input.removeAttribute('aria-activedescendant');
  }

  insertMention() {
    const at = this.input.selectionStart;
    const gap = at && !/\s/.test(this.input.value[at - 1]) ? ' ' : '';
    this.input.setRangeText(`${gap}@${state.bot.name} `, at, this.input.selectionEnd, 'end');
    this.input.focus();
    this.onInput();
  }

  openShortcuts(anchor) {
    const items = state.commands.map((one) => ({
      label: [h('span', {}, one.command), h('small', {}, one.description ?? '')],
      onSelect: () => { this.setText(`${one.command} `); this.focus(); },
    }));
    for (const one of state.shortcuts.filter((shortcut) => shortcut.type === 'global')) {
      items.push({ label: [h('span', {}, one.name), h('small', {}, state.bot.name)], onSelect: () => this.onGlobalShortcut(one.callback_id) });
    }
    if (!items.length) items.push({ label: 'No commands yet', onSelect: () => {} });
    openMenu(anchor, items, { label: 'Commands and shortcuts' });
  }

  // ---- files

  onPicked() {
    this.addFiles(this.picker.files);
    this.picker.value = '';
  }

  onPaste(event) {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    this.addFiles(event.clipboardData.files);
  }

  acceptDrops() {
    const target = this.dropTarget;
    const over = (on) => target.classList.toggle('dropping', on);
    const holdsFiles = (event) => event.dataTransfer?.types.includes('Files');
    target.ondragover = (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      over(true);
    };
    target.ondragleave = (event) => { if (!target.contains(event.relatedTarget)) over(false); };
    target.ondrop = (event) => {
      over(false);
      if (!holdsFiles(event)) return;
      event.preventDefault();
      this.addFiles(event.dataTransfer.files);
    };
  }

  async addFiles(chosen) {
    this.focus();
    await Promise.all([...chosen].map((file) => this.addFile(file)));
  }

  async addFile(file) {
    const entry = { id: null, name: file.name, size: file.size };
    this.files = [...this.files, entry];
    this.drawChips();
    const answer = await attempt(() => api.upload(state.me.id, file));
    if (answer) entry.id = answer.file.id;
    else this.files = this.files.filter((one) => one !== entry);
    this.drawChips();
  }

  drawChips() {
    this.chips.hidden = !this.files.length;
    this.chips.replaceChildren(
      ...this.files.map((file) =>
        h(
          'li',
          { class: file.id ? null : 'uploading' },
          icon('file'), h('span', {}, file.name), h('small', {}, file.id ? fileSize(file.size) : 'Uploading…'),
          iconButton('close', `Remove ${file.name}`, () => { this.files = this.files.filter((one) => one !== file); this.drawChips(); this.focus(); }),
        ),
      ),
    );
    this.refresh();
  }
}

function people(start) {
  const all = [
    { text: `@${state.bot.name}`, about: 'App', match: state.bot.name },
    ...state.people.map((one) => ({ text: `@${one.name}`, about: one.real_name, match: `${one.name} ${one.real_name}` })),
  ];
  return all.filter((one) => one.match.toLowerCase().split(/\s+/).some((word) => word.startsWith(start)));
}

function commands(start) {
  return state.commands.filter((one) => one.command.startsWith(start)).map((one) => ({ text: one.command, about: one.description ?? '' }));
}
