/**
 * Drawings of the emoji a desk sees most, so that they look the same on a machine without an emoji font.
 * Each is a list of [tag, attributes] in a 24 by 24 box.
 */

const GREEN = '#2ea567';
const RED = '#d93b46';
const YELLOW = '#f5c243';
const ORANGE = '#ee8a2f';
const BLUE = '#3b82e0';
const DARK = '#2b3140';
const GREY = '#b9c0cc';

const disc = (fill) => [['circle', { cx: 12, cy: 12, r: 9, fill }]];
const tile = (fill) => ['rect', { x: 2.5, y: 2.5, width: 19, height: 19, rx: 4.5, fill }];
const stroke = (d, color, width = 3) => ['path', { d, fill: 'none', stroke: color, 'stroke-width': width, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' }];
const fill = (d, color) => ['path', { d, fill: color }];
const dot = (cx, cy, r, color) => ['circle', { cx, cy, r, fill: color }];
const sheet = ['rect', { x: 2.5, y: 3, width: 19, height: 18, rx: 2.5, fill: '#f4f6fa', stroke: GREY, 'stroke-width': 1.2 }];
const thumb = 'M7 11v10h10.5a2 2 0 0 0 2-1.6l1.3-6.4A2 2 0 0 0 18.8 10H14V5a2.2 2.2 0 0 0-4.2-1L7 11ZM3 11h3v10H3z';
const face = [dot(12, 12, 9.5, YELLOW), dot(8.7, 10, 1.3, DARK), dot(15.3, 10, 1.3, DARK)];

export const PICTURES = {
  white_check_mark: [tile(GREEN), stroke('M7 12.5 10.5 16 17 8.5', '#fff')],
  heavy_check_mark: [stroke('M4 13 9.5 18.5 20 6.5', GREEN, 3.6)],
  x: [stroke('M5.5 5.5l13 13M18.5 5.5l-13 13', RED, 3.8)],
  warning: [['path', { d: 'M12 3.5 2.5 20.5h19L12 3.5Z', fill: YELLOW, stroke: YELLOW, 'stroke-width': 2, 'stroke-linejoin': 'round' }], stroke('M12 9.5v5', DARK, 2.2), dot(12, 17.8, 1.3, DARK)],
  information_source: [tile(BLUE), stroke('M12 11v6', '#fff', 2.6), dot(12, 7.2, 1.6, '#fff')],
  no_entry: [...disc(RED), stroke('M7.5 12h9', '#fff', 3)],
  question: [stroke('M8 8.5a4 4 0 1 1 5.5 3.7c-1 .5-1.5 1.3-1.5 2.8', RED, 3), dot(12, 19.3, 1.8, RED)],
  exclamation: [stroke('M12 4v10', RED, 3.4), dot(12, 19.3, 1.9, RED)],
  large_green_circle: disc(GREEN),
  large_yellow_circle: disc(YELLOW),
  large_orange_circle: disc(ORANGE),
  large_blue_circle: disc(BLUE),
  red_circle: disc(RED),
  white_circle: [['circle', { cx: 12, cy: 12, r: 8.5, fill: '#f4f6fa', stroke: GREY, 'stroke-width': 1.4 }]],
  eyes: [
    ['ellipse', { cx: 7, cy: 12, rx: 4.6, ry: 6.5, fill: '#fff', stroke: DARK, 'stroke-width': 1.2 }],
    ['ellipse', { cx: 17, cy: 12, rx: 4.6, ry: 6.5, fill: '#fff', stroke: DARK, 'stroke-width': 1.2 }],
    dot(5.4, 13, 2.3, DARK), dot(15.4, 13, 2.3, DARK),
  ],
  '+1': [fill(thumb, YELLOW)],
  '-1': [['path', { d: thumb, fill: YELLOW, transform: 'rotate(180 12 12)' }]],
  chart_with_upwards_trend: [sheet, stroke('M5.5 17l4.5-4 3 2 5.5-8', RED, 2.2)],
  chart_with_downwards_trend: [sheet, stroke('M5.5 7l4.5 4 3-2 5.5 8', BLUE, 2.2)],
  bar_chart: [sheet, fill('M5.5 11h3v7h-3z', GREEN), fill('M10.5 6.5h3V18h-3z', BLUE), fill('M15.5 13h3v5h-3z', RED)],
  hourglass_flowing_sand: [fill('M6 2.5h12v2l-5 7.5 5 7.5v2H6v-2l5-7.5-5-7.5z', '#dfe4ec'), fill('M8.5 5h7L12 10.5z', ORANGE), fill('M7.5 19.5 12 14.5l4.5 5z', ORANGE)],
  bulb: [dot(12, 9.5, 7, YELLOW), fill('M9 15h6v3.5H9z', YELLOW), fill('M9.2 18.5h5.6v2.6a1 1 0 0 1-1 1h-3.6a1 1 0 0 1-1-1z', '#8b93a3')],
  lock: [stroke('M8 11V8a4 4 0 0 1 8 0v3', '#8b93a3', 2.4), ['rect', { x: 5, y: 10.5, width: 14, height: 11, rx: 2, fill: YELLOW }], dot(12, 15.6, 1.7, DARK)],
  rotating_light: [fill('M6 17v-4a6 6 0 0 1 12 0v4z', RED), fill('M4.5 17h15v4h-15z', '#8b93a3'), stroke('M12 1.5v2.5M4 5l1.6 1.6M20 5l-1.6 1.6', ORANGE, 1.8)],
  mag: [['circle', { cx: 10, cy: 10, r: 6.5, fill: '#d8ebff', stroke: DARK, 'stroke-width': 2 }], stroke('M15 15l6 6', DARK, 3)],
  rocket: [fill('M12 1.5c4 3 5 7.5 4.5 13h-9C7 9 8 4.5 12 1.5z', '#e8ecf3'), fill('M7.5 11 4 16.5v3l3.7-3zM16.5 11l3.5 5.5v3l-3.7-3z', RED), dot(12, 8.5, 2.2, BLUE), fill('M9.5 16h5L12 22.5z', ORANGE)],
  tada: [fill('M3 21.5 8.5 8l7.5 7.5z', YELLOW), dot(14, 5, 1.4, RED), dot(19.5, 8.5, 1.4, BLUE), dot(19, 15.5, 1.4, GREEN), stroke('M12 9c.5-3 3-5 6-6M15 12c2-1 4-1 6.5-.5', ORANGE, 1.6)],
  fire: [fill('M12 1.5c1 4.5 6.5 6.5 6.5 13a6.5 6.5 0 0 1-13 0c0-3 1.5-4.5 2.5-6.5 1 1 1.5 1.5 2 2.5C11 8 12 5.5 12 1.5z', ORANGE), fill('M12 11.5c1 2 3 2.7 3 5.5a3 3 0 0 1-6 0c0-1.6 1-2.2 1.5-3.2.700.5 1 1 1.5-2.3z', YELLOW)],
  heart: [fill('M12 21S2.5 15 2.5 8.5A5 5 0 0 1 12 6.3a5 5 0 0 1 9.5 2.2C21.5 15 12 21 12 21z', RED)],
  star: [fill('M12 2l3 6.6 7 .8-5.2 4.8 1.5 7L12 17.6 5.7 21.2l1.5-7L2 9.4l7-.8z', YELLOW)],
  thinking_face: [...face, stroke('M9.5 15.5c1.5-1 3.5-1 5 0', DARK, 1.6), stroke('M7 6.8l3-.8', DARK, 1.4)],
  slightly_smiling_face: [...face, stroke('M8 14.5c2 2.6 6 2.6 8 0', DARK, 1.7)],
  smile: [...face, fill('M7.5 13.5h9a4.5 4.5 0 0 1-9 0z', DARK)],
  100: [['text', { x: 12, y: 16, 'text-anchor': 'middle', 'font-size': 11.5, 'font-weight': 800, 'font-style': 'italic', fill: RED }, '100'], stroke('M5 19.5c5-1.2 9-1.5 14-1.5', RED, 1.8)],
};
