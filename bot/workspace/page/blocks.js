/** Block Kit to nodes. A block this page does not know, or that is malformed, shows as a labelled box. */

import { chart } from './charts.js';
import { fileUrl, h, icon, isLocal, link } from './dom.js';
import { renderElement } from './elements.js';
import { fileById, fileCard } from './files.js';
import { markdown } from './markdown.js';
import { showImage } from './overlays.js';
import { richText } from './richtext.js';
import { dataTable, table } from './tables.js';
import { text, unknown } from './text.js';

/**
 * @param {object[]} blocks
 * @param {import('./elements.js').Surface} surface
 * @returns {Node[]}
 */
export function renderBlocks(blocks, surface) {
  return blocks.map((block, index) => {
    const draw = BLOCKS[block?.type];
    if (!draw) return unknown(block, 'block');
    try {
      return h('div', { class: `block block-${block.type}`, dataset: { block: block.block_id ?? '' } }, draw(block, block.block_id ?? `block-${index}`, surface));
    } catch {
      return unknown(block, 'block');
    }
  });
}

const BLOCKS = {
  section,
  header: (block) => h('h3', { class: 'header' }, text(block.text)),
  divider: () => h('hr'),
  context: (block, id, surface) => block.elements.map((element) => (element.type === 'image' ? image(element, 'tiny') : element.type in TEXTS ? h('span', {}, text(element)) : renderElement(element, id, surface))),
  actions: (block, id, surface) => block.elements.map((element) => renderElement(element, id, surface)),
  context_actions: (block, id, surface) => block.elements.map((element) => renderElement(element, id, surface)),
  input,
  image: imageBlock,
  markdown: (block) => markdown(block.text),
  rich_text: (block) => richText(block.elements),
  table,
  data_table: dataTable,
  data_visualization: chart,
  video,
  file: (block) => fileBlock(block),
  alert: (block) => h('div', { class: `alert ${block.level ?? 'default'}`, role: 'note' }, icon(ALERT_ICONS[block.level] ?? 'info'), h('div', {}, text(block.text))),
  card,
  carousel: (block, id, surface) => h('ul', { class: 'carousel', tabindex: '0', 'aria-label': 'Cards' }, block.elements.map((one) => h('li', {}, card(one, id, surface)))),
  container,
  task_card: (block) => taskCard(block),
  plan: (block) => h('div', { class: 'plan' }, h('h4', {}, icon('apps'), plain(block.title)), h('ol', {}, (block.tasks ?? []).map((task) => h('li', {}, taskCard(task))))),
};

const TEXTS = { mrkdwn: true, plain_text: true };
const ALERT_ICONS = { warning: 'alert', error: 'error', success: 'check' };

const plain = (value) => (typeof value === 'string' ? value : value?.text) ?? '';

function section(block, id, surface) {
  if (!block.text && !block.fields) return unknown(block, 'block');
  const accessory = block.accessory && (block.accessory.type === 'image' ? image(block.accessory, 'accessory') : renderElement(block.accessory, id, surface));
  return [
    h(
      'div',
      { class: 'section-main' },
      block.text ? h('div', { class: 'text' }, text(block.text)) : null,
      block.fields ? h('div', { class: 'fields' }, block.fields.map((field) => h('div', { class: 'text' }, text(field)))) : null,
    ),
    accessory ? h('div', { class: 'accessory' }, accessory) : null,
  ];
}

let inputs = 0;

function input(block, id, surface) {
  const labelId = `input-label-${(inputs += 1)}`;
  return h(
    'div',
    { class: 'field', dataset: { input: id } },
    h('div', { class: 'label', id: labelId }, text(block.label), block.optional ? h('span', { class: 'optional' }, ' (optional)') : null),
    renderElement(block.element, id, surface, labelId),
    block.hint ? h('div', { class: 'hint' }, text(block.hint)) : null,
    h('div', { class: 'field-error', id: `${labelId}-error`, hidden: true }),
  );
}

// ---- pictures and files

/** Address of an image element's or block's picture, on this server where it is one of its files. */
function sourceOf(element) {
  if (element.image_url) return fileUrl(element.image_url);
  const file = element.slack_file;
  return file ? fileUrl(file.url ?? fileById(file.id)?.url_private ?? `/files/${encodeURIComponent(file.id)}/image`) : null;
}

/** A picture from elsewhere is offered as a link: the page asks nothing of other servers. */
function image(element, size) {
  const src = sourceOf(element);
  const alt = element.alt_text ?? '';
  if (src && isLocal(src)) return h('img', { class: size, src, alt, loading: size === 'tiny' ? null : 'lazy' });
  return h('span', { class: 'remote-image' }, icon('file'), src ? link(src, alt || 'Image') : alt || 'Image');
}

function imageBlock(block) {
  const picture = image(block, 'full');
  const title = plain(block.title);
  const whole = picture.tagName === 'IMG'
    ? h('button', { type: 'button', class: 'zoom', 'aria-label': `Enlarge: ${block.alt_text || title || 'image'}`, on: { click: () => showImage(picture.src, block.alt_text ?? '', title) } }, picture)
    : picture;
  return h('figure', {}, title ? h('figcaption', {}, text(block.title)) : null, whole);
}

function video(block) {
  return h(
    'div',
    { class: 'video' },
    h('strong', {}, link(block.title_url ?? block.video_url, plain(block.title) || 'Video')),
    block.description ? h('div', {}, text(block.description)) : null,
    h('small', {}, [block.provider_name, block.author_name].filter(Boolean).join(' · ')),
  );
}

function fileBlock(block) {
  const file = fileById(block.file_id ?? block.external_id);
  return file ? fileCard(file) : unknown(block, 'file');
}

// ---- containers

function card(block, id, surface) {
  return h(
    'article',
    { class: 'card' },
    block.hero_image ? image(block.hero_image, 'hero') : null,
    block.icon || block.title || block.subtitle
      ? h('header', {}, block.icon ? image(block.icon, 'small') : null, h('div', {}, block.title ? h('strong', {}, text(block.title)) : null, block.subtitle ? h('small', {}, text(block.subtitle)) : null))
      : null,
    block.body ? h('div', { class: 'card-body' }, text(block.body)) : null,
    block.actions ? h('div', { class: 'block-actions' }, block.actions.map((element) => renderElement(element, id, surface))) : null,
  );
}

function container(block, id, surface) {
  const head = [
    block.icon ? image(block.icon, 'small') : null,
    h('div', {}, h('strong', {}, block.rich_text_title ? richText(block.rich_text_title.elements) : text(block.title)), block.subtitle ? h('small', {}, text(block.subtitle)) : null),
  ];
  const body = h('div', { class: 'container-body' }, renderBlocks(block.child_blocks, surface));
  const width = `container ${block.width ?? 'standard'}`;
  if (block.is_collapsible) return h('details', { class: width, open: !block.default_collapsed }, h('summary', {}, head), body);
  return h('div', { class: width }, h('header', { class: block.has_header_divider ? 'divided' : null }, head), body);
}

const TASK = { pending: ['Waiting', null], in_progress: ['In progress', null], complete: ['Done', 'check'], error: ['Failed', 'close'] };

function taskCard(task) {
  const [word, mark] = TASK[task.status] ?? [task.status, null];
  const details = [task.details, task.output].filter(Boolean).map((part) => (typeof part === 'string' ? h('p', {}, part) : richText(part.elements)));
  const sources = (task.sources ?? []).map((source) => h('li', {}, link(source.url, source.text ?? source.url)));
  return h(
    'div',
    { class: `task ${task.status}` },
    h('span', { class: 'task-mark', role: 'img', 'aria-label': word }, mark ? icon(mark) : null),
    h('div', {}, h('div', { class: 'task-title' }, plain(task.title)), details, sources.length ? h('ul', { class: 'sources' }, sources) : null),
  );
}
