/** The `data_visualization` block: line, bar, area and pie as SVG, with the figures in words for screen readers. */

import { h, svg } from './dom.js';
import { unknown } from './text.js';

const WIDTH = 560;
const HEIGHT = 260;
const EDGE = { top: 12, right: 14, bottom: 44, left: 58 };
const NUMBER = new Intl.NumberFormat('en', { maximumFractionDigits: 2, notation: 'standard' });
const SHORT = new Intl.NumberFormat('en', { maximumFractionDigits: 2, notation: 'compact' });

/** @param {{title: string, chart: object}} block */
export function chart(block) {
  const { chart: data } = block;
  const draw = { pie, line: plot, area: plot, bar: plot }[data?.type];
  if (!draw) return unknown(block, 'chart');
  const { drawing, legend, words } = draw(data);
  return h(
    'figure',
    { class: 'chart' },
    h('figcaption', {}, block.title),
    svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': `${data.type} chart: ${block.title}. ${words}` }, drawing),
    legend.length > 1 ? h('ul', { class: 'legend' }, legend.map((name, index) => h('li', {}, h('i', { class: `series-${index}` }), name))) : null,
  );
}

/** Line, area and bar charts share axes. */
function plot(data) {
  const categories = data.axis_config?.categories ?? data.series[0].data.map((point) => point.label);
  const series = data.series.map((one) => {
    const byLabel = new Map(one.data.map((point) => [point.label, point.value]));
    return { name: one.name, values: categories.map((label) => byLabel.get(label) ?? null) };
  });
  const all = series.flatMap((one) => one.values).filter((value) => value !== null);
  // Bars and areas are read against zero; a line is read by its shape.
  const ticks = niceTicks(Math.min(...all), Math.max(...all), data.type !== 'line');
  const scale = scales(categories.length, ticks, data.type === 'bar');
  const drawing = [
    gridLines(ticks, scale),
    xLabels(categories, scale, data.axis_config ?? {}),
    series.map((one, index) => SHAPES[data.type](one, index, series.length, scale, categories)),
  ];
  const words = series.map((one) => `${one.name}: ${categories.map((label, at) => `${label} ${one.values[at] === null ? 'none' : NUMBER.format(one.values[at])}`).join(', ')}`);
  return { drawing, legend: series.map((one) => one.name), words: words.join('. ') };
}

/** About five round values that hold the range. */
function niceTicks(low, high, fromZero) {
  let [from, to] = fromZero ? [Math.min(low, 0), Math.max(high, 0)] : [low, high];
  if (from === to) [from, to] = [from - 1, to + 1];
  const rough = (to - from) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const ticks = [];
  for (let tick = Math.floor(from / step) * step; tick < to + step * 0.999; tick += step) ticks.push(Number(tick.toPrecision(12)));
  return ticks;
}

function scales(count, ticks, banded) {
  const inner = WIDTH - EDGE.left - EDGE.right;
  const band = inner / Math.max(count, 1);
  const [low, high] = [ticks[0], ticks.at(-1)];
  return {
    band,
    x: (index) => (banded || count === 1 ? EDGE.left + band * (index + 0.5) : EDGE.left + (inner * index) / (count - 1)),
    y: (value) => EDGE.top + (HEIGHT - EDGE.top - EDGE.bottom) * (1 - (value - low) / (high - low)),
    zero: Math.min(Math.max(0, low), high),
  };
}

function gridLines(ticks, { y, zero }) {
  return ticks.map((tick) => [
    svg('line', { x1: EDGE.left, x2: WIDTH - EDGE.right, y1: y(tick), y2: y(tick), class: tick === zero ? 'axis' : 'grid' }),
    svg('text', { x: EDGE.left - 6, y: y(tick) + 4, 'text-anchor': 'end' }, SHORT.format(tick)),
  ]);
}

function xLabels(categories, { x }, axis) {
  const every = Math.ceil(categories.length / 8);
  const labels = categories.map((label, index) =>
    index % every === 0 ? svg('text', { x: x(index), y: HEIGHT - EDGE.bottom + 16, 'text-anchor': 'middle' }, label) : null,
  );
  const titles = [
    axis.x_label && svg('text', { x: (EDGE.left + WIDTH) / 2, y: HEIGHT - 6, 'text-anchor': 'middle', class: 'axis-title' }, axis.x_label),
    axis.y_label && svg('text', { transform: `translate(12 ${(HEIGHT - EDGE.bottom) / 2}) rotate(-90)`, 'text-anchor': 'middle', class: 'axis-title' }, axis.y_label),
  ];
  return [labels, titles];
}

const tip = (series, label, value) => svg('title', {}, `${series} · ${label}: ${NUMBER.format(value)}`);

function points(one, scale) {
  return one.values.map((value, index) => (value === null ? null : [scale.x(index), scale.y(value)]));
}

/** A path that breaks where a value is missing. */
function path(dots) {
  return dots.map((dot, index) => (dot ? `${dots[index - 1] ? 'L' : 'M'}${dot[0].toFixed(1)} ${dot[1].toFixed(1)}` : '')).join('');
}

const SHAPES = {
  line: (one, index, count, scale, categories) => [
    svg('path', { d: path(points(one, scale)), class: `stroke series-${index}` }),
    one.values.map((value, at) => value !== null && svg('circle', { cx: scale.x(at), cy: scale.y(value), r: 3.5, class: `fill series-${index}` }, tip(one.name, categories[at], value))),
  ],
  area: (one, index, count, scale, categories) => {
    const known = points(one, scale).filter(Boolean);
    const base = scale.y(scale.zero);
    const closed = known.length ? `${path(known)}L${known.at(-1)[0]} ${base}L${known[0][0]} ${base}Z` : '';
    return [svg('path', { d: closed, class: `area series-${index}` }), SHAPES.line(one, index, count, scale, categories)];
  },
  bar: (one, index, count, scale, categories) => {
    const width = Math.min((scale.band * 0.72) / count, 48);
    return one.values.map((value, at) => {
      if (value === null) return null;
      const [top, base] = [scale.y(Math.max(value, scale.zero)), scale.y(Math.min(value, scale.zero))];
      const left = scale.x(at) + (index - count / 2) * width;
      return svg('rect', { x: left + 1, y: top, width: Math.max(width - 2, 1), height: Math.max(base - top, 1), rx: 2, class: `fill series-${index}` }, tip(one.name, categories[at], value));
    });
  },
};

function pie(data) {
  const total = data.segments.reduce((sum, segment) => sum + segment.value, 0);
  const [cx, cy, radius] = [WIDTH / 2, HEIGHT / 2, HEIGHT / 2 - 12];
  let turn = -Math.PI / 2;
  const slices = data.segments.map((segment, index) => {
    const share = segment.value / total;
    const from = turn;
    turn += share * 2 * Math.PI;
    const label = tip(data.type, segment.label, share * 100);
    if (share > 0.9999) return svg('circle', { cx, cy, r: radius, class: `fill series-${index}` }, label);
    const at = (angle) => `${(cx + radius * Math.cos(angle)).toFixed(1)} ${(cy + radius * Math.sin(angle)).toFixed(1)}`;
    return svg('path', { d: `M${cx} ${cy}L${at(from)}A${radius} ${radius} 0 ${share > 0.5 ? 1 : 0} 1 ${at(turn)}Z`, class: `fill slice series-${index}` }, label);
  });
  const words = data.segments.map((segment) => `${segment.label} ${NUMBER.format((segment.value / total) * 100)} %`);
  return { drawing: slices, legend: words, words: words.join(', ') };
}
