// Draws the panels of the dashboard as one picture, from what Prometheus answers: docs/images/dashboard.svg. Grafana itself is not among
// Debian's packages.

import { readFileSync, writeFileSync } from 'node:fs';
import { past } from './prometheus.mjs';

const root = new URL('../..', import.meta.url);
/** How much time is drawn, and how often it is asked, in seconds. */
const SPAN = 60;
const STEP = 2;
/** Pixels of a panel, and of the field in it. */
const PANEL = { width: 380, height: 190 };
const FIELD = { left: 52, top: 34, width: 310, height: 96 };
const COLUMNS = 3;
/** The voices of the messenger (web/src/styles/tokens.css): they can be told apart, and from paper. */
const COLOURS = ['#3f83c8', '#c4663a', '#2f8a64', '#8069c8', '#d4536f', '#b87600', '#1f8891', '#7c8820'];
const INK = '#1c1a17';
const SOFT = '#59544c';

const inXml = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

function amount(value, unit) {
  if (unit === 'percentunit') return `${(value * 100).toFixed(value < 0.1 ? 1 : 0)} %`;
  if (unit === 's' && value < 1) return `${(value * 1000).toFixed(1)} ms`;
  if (unit === 'bytes' && value >= 1024) return `${(value / 1024).toFixed(0)} KiB`;
  const number = value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(2)));
  return unit === 's' ? `${number} s` : unit === 'reqps' || unit === 'ops' ? `${number}/s` : number;
}

function legend(format, metric) {
  return format.replace(/\{\{(\w+)\}\}/g, (_, label) => metric[label] ?? '');
}

async function lines({ targets }) {
  const all = [];
  for (const { expr, legendFormat } of targets) {
    for (const { metric, values } of await past(expr, SPAN, STEP)) {
      const points = values
        .map(([time, value]) => [time, Number(value)])
        .filter(([, value]) => Number.isFinite(value));
      if (points.length > 0) all.push({ name: legend(legendFormat, metric), points });
    }
  }
  // What moves most first; the rest is in the dashboard.
  const most = ({ points }) => Math.max(...points.map(([, value]) => value));
  return all.sort((one, other) => most(other) - most(one)).slice(0, COLOURS.length);
}

async function panel({ title, fieldConfig, targets }, x, y, end) {
  const { unit } = fieldConfig.defaults;
  const drawn = await lines({ targets });
  const top = Math.max(...drawn.flatMap(({ points }) => points.map(([, value]) => value)), 0) || 1;
  const at = ([time, value]) =>
    `${(FIELD.left + FIELD.width * (1 - (end - time) / SPAN)).toFixed(1)},${(FIELD.top + FIELD.height * (1 - value / top)).toFixed(1)}`;
  const paths = drawn.map(
    ({ points }, i) =>
      `<polyline points="${points.map(at).join(' ')}" fill="none" stroke="${COLOURS[i]}" stroke-width="1.6"/>`,
  );
  const names = drawn.slice(0, 6).map(({ name }, i) => {
    const [column, row] = [i % 3, Math.floor(i / 3)];
    const [left, base] = [FIELD.left + column * 106, FIELD.top + FIELD.height + 20 + row * 15];
    const short = name.length > 15 ? `${name.slice(0, 14)}…` : name;
    return `<rect x="${left}" y="${base - 8}" width="8" height="8" fill="${COLOURS[i]}"/><text x="${left + 12}" y="${base}" class="s">${inXml(short)}</text>`;
  });
  return `<g transform="translate(${x} ${y})">
<rect width="${PANEL.width - 10}" height="${PANEL.height - 10}" rx="8" fill="#ffffff" stroke="#dedad2"/>
<text x="14" y="22" class="t">${inXml(title)}</text>
<text x="${FIELD.left - 6}" y="${FIELD.top + 9}" class="s" text-anchor="end">${amount(top, unit)}</text>
<text x="${FIELD.left - 6}" y="${FIELD.top + FIELD.height}" class="s" text-anchor="end">0</text>
<path d="M${FIELD.left} ${FIELD.top + FIELD.height}h${FIELD.width}M${FIELD.left} ${FIELD.top}h${FIELD.width}" stroke="#dedad2"/>
${paths.join('')}${names.join('')}</g>`;
}

const { panels } = JSON.parse(readFileSync(new URL('infra/grafana/dashboard.json', root), 'utf8'));
const end = Date.now() / 1000;
const parts = [];
let y = 10;
let column = 0;
for (const member of panels) {
  if (member.type === 'row') {
    if (column > 0) y += PANEL.height;
    column = 0;
    parts.push(`<text x="12" y="${y + 22}" class="h">${inXml(member.title)}</text>`);
    y += 34;
    continue;
  }
  if (column === COLUMNS) {
    column = 0;
    y += PANEL.height;
  }
  parts.push(await panel(member, 10 + column * PANEL.width, y, end));
  column += 1;
}
y += PANEL.height;
const width = COLUMNS * PANEL.width + 10;
writeFileSync(
  new URL('docs/images/dashboard.svg', root),
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" font-family="system-ui, sans-serif">
<style>.h{font-size:17px;font-weight:650;fill:${INK}}.t{font-size:12.5px;font-weight:600;fill:${INK}}.s{font-size:10.5px;fill:${SOFT}}</style>
<rect width="${width}" height="${y}" fill="#fbfaf8"/>
${parts.join('\n')}
</svg>
`,
);
