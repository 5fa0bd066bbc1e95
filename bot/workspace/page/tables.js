/** The `table` and `data_table` blocks. Tables scroll inside themselves, never the page. */

import { h, icon } from './dom.js';
import { renderElement } from './elements.js';
import { richText } from './richtext.js';
import { plainText, unknown } from './text.js';

const DEFAULT_PAGE = 5;

function cell(value, blockId, surface) {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return plainText(value);
  if (value.type === 'raw_text') return plainText(value.text ?? '');
  if (value.type === 'raw_number') return value.text ?? String(value.value);
  if (value.type === 'rich_text') return richText(value.elements);
  if (value.type === 'action') return renderElement(value.element ?? value.action, blockId, surface);
  return unknown(value, 'cell');
}

const scroller = (label, table) => h('div', { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': label }, table);

/** A `table` block: its first row is the head. */
export function table(block, blockId, surface) {
  const settings = block.column_settings ?? [];
  const classOf = (column) => `align-${settings[column]?.align ?? 'left'}${settings[column]?.is_wrapped ? ' wrap' : ''}`;
  const [head, ...body] = block.rows;
  const row = (tag) => (cells) =>
    h('tr', {}, cells.map((value, column) => h(tag, { class: classOf(column), scope: tag === 'th' ? 'col' : null }, cell(value, blockId, surface))));
  return scroller('Table', h('table', {}, h('thead', {}, row('th')(head)), h('tbody', {}, body.map(row('td')))));
}

/** A `data_table` block: pages, and sorts by a click on a column's head. */
export function dataTable(block, blockId, surface) {
  const [head, ...rows] = block.rows;
  const size = block.page_size ?? DEFAULT_PAGE;
  const headerColumn = block.row_header_column_index ?? 0;
  const numeric = head.map((_, column) => rows.every((row) => row[column]?.type === 'raw_number'));
  const view = { page: 0, column: null, descending: false };
  const pages = Math.ceil(rows.length / size);

  const sorted = () => {
    if (view.column === null) return rows;
    const compare = numeric[view.column]
      ? (one, other) => one[view.column].value - other[view.column].value
      : (one, other) => cellText(one[view.column]).localeCompare(cellText(other[view.column]));
    const ordered = [...rows].sort(compare);
    return view.descending ? ordered.reverse() : ordered;
  };
  const sortBy = (column) => {
    view.descending = view.column === column && !view.descending;
    Object.assign(view, { column, page: 0 });
    draw();
  };
  const heads = head.map((value, column) =>
    h(
      'th',
      { scope: 'col', class: numeric[column] ? 'align-right' : 'align-left' },
      h('button', { type: 'button', class: 'sort', on: { click: () => sortBy(column) } }, cell(value, blockId, surface), icon('chevron')),
    ),
  );
  const body = h('tbody');
  const position = h('span', { role: 'status' });
  const turn = (by, label) => h('button', { type: 'button', class: 'button', on: { click: () => { view.page += by; draw(); } } }, label);
  const [back, next] = [turn(-1, 'Previous'), turn(1, 'Next')];

  function draw() {
    const from = view.page * size;
    const shown = sorted().slice(from, from + size);
    body.replaceChildren(
      ...shown.map((row) =>
        h('tr', {}, row.map((value, column) =>
          h(column === headerColumn ? 'th' : 'td', { scope: column === headerColumn ? 'row' : null, class: numeric[column] ? 'align-right' : 'align-left' }, cell(value, blockId, surface)),
        )),
      ),
    );
    heads.forEach((node, column) => {
      const state = view.column !== column ? 'none' : view.descending ? 'descending' : 'ascending';
      node.setAttribute('aria-sort', state);
    });
    position.textContent = `${from + 1}–${from + shown.length} of ${rows.length}`;
    back.disabled = view.page === 0;
    next.disabled = view.page >= pages - 1;
  }

  draw();
  return h(
    'div',
    { class: 'data-table' },
    scroller(block.caption ?? 'Data table', h('table', {}, block.caption ? h('caption', {}, block.caption) : null, h('thead', {}, h('tr', {}, heads)), body)),
    pages > 1 ? h('div', { class: 'pager' }, back, position, next) : null,
  );
}

function cellText(value) {
  return value?.text ?? (value?.value !== undefined ? String(value.value) : JSON.stringify(value?.elements ?? ''));
}
