// Writes what scaling.md shows of the model: its tables, between two marks, and its charts in docs/images/.
//
//   node infra/scaling/draw.mjs

import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { ASSUMED, isCarried, LIMITS, needs } from './model.mjs';

const root = new URL('../..', import.meta.url);
const DOCUMENT = new URL('docs/operations/scaling.md', root);
const MARKS = ['<!-- written by infra/scaling/draw.mjs -->\n', '<!-- so far -->'];

/** Accounts, from a thousand to a hundred million. */
const SCALE = [1e4, 1e5, 1e6, 1e7, 1e8];
const NAMES = ['10⁴', '10⁵', '10⁶', '10⁷', '10⁸'];

const amount = (value) => {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(2))} million`;
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value >= 0.1 || value === 0 ? String(Number(value.toPrecision(2))) : value.toFixed(3);
};

export function tables() {
  const rows = SCALE.map((accounts, index) => {
    const found = needs(accounts);
    const cells = [
      NAMES[index],
      amount(found.connected),
      `${amount(found.frames)}/s`,
      `${amount(found.logins)}/s`,
      `${amount(found.fileBits / 1e9)} Gbit/s`,
      `${amount(found.relays)} (${found.because})`,
      amount(found.redisCores),
      `${amount(found.writes)}/s, ${amount(found.databaseCores)}`,
      isCarried(found) ? 'yes' : '**no**',
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const limits = Object.entries(LIMITS).map(([part, find]) => `| ${part} | ${amount(find())} |`);
  return [
    '| accounts | connected | frames | logins | files | relays (because of) | cores of Redis | PostgreSQL: writes, cores | one of each carries it |',
    '|---|---:|---:|---:|---:|---:|---:|---:|---|',
    ...rows,
    '',
    '| what is planned for half of | stops at so many accounts |',
    '|---|---:|',
    ...limits,
    '',
  ].join('\n');
}

/** Plot: pixels, and the powers of ten that it shows. */
const PLOT = { left: 72, top: 48, width: 560, height: 240 };
/** From the edge of the plot to its first and last number of accounts. */
const INSET = 36;
const INK = '#1c1a17';
const SOFT = '#59544c';
const LINES = [
  ['relays', '#3f83c8', '', ({ relayCores }) => relayCores],
  ['PostgreSQL', '#c4663a', '8 4', ({ databaseCores }) => databaseCores],
  ['Redis', '#2f8a64', '2 4', ({ redisCores }) => redisCores],
];

function plot(title, description, [least, most], tick, parts, legend) {
  const grid = [];
  for (let power = least; power <= most; power += 1) {
    const y = PLOT.top + PLOT.height * (1 - (power - least) / (most - least));
    grid.push(
      `<line x1="${PLOT.left}" y1="${y}" x2="${PLOT.left + PLOT.width}" y2="${y}" stroke="#dedad2"/>`,
      `<text x="${PLOT.left - 8}" y="${y + 4}" text-anchor="end" fill="${SOFT}">${tick(power)}</text>`,
    );
  }
  const names = NAMES.map(
    (name, index) =>
      `<text x="${across(SCALE[index])}" y="${PLOT.top + PLOT.height + 20}" text-anchor="middle" fill="${SOFT}">${name}</text>`,
  );
  const height = PLOT.top + PLOT.height + 62;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 660 ${height}" width="660" height="${height}" role="img" aria-labelledby="t d" font-family="system-ui, sans-serif" font-size="13">
<title id="t">${title}</title><desc id="d">${description}</desc>
<rect width="660" height="${height}" fill="#fbfaf8"/>
<text x="16" y="24" fill="${INK}" font-size="15" font-weight="600">${title}</text>
${[...grid, ...names, ...parts, ...legend].join('\n')}
<text x="${PLOT.left + PLOT.width / 2}" y="${height - 8}" text-anchor="middle" fill="${SOFT}">accounts</text>
</svg>
`;
}

const across = (accounts) => PLOT.left + INSET + ((PLOT.width - 2 * INSET) * (Math.log10(accounts) - 4)) / 4;

function up(value, [least, most]) {
  const power = Math.min(Math.max(Math.log10(value), least), most);
  return PLOT.top + PLOT.height * (1 - (power - least) / (most - least));
}

/** Cores of each part, from ten thousand accounts to a hundred million. */
function cores() {
  const range = [-3, 4];
  const points = Array.from({ length: 41 }, (_, step) => 10 ** (4 + step / 10));
  const parts = LINES.map(([, colour, dashes, of]) => {
    const line = points
      .map((accounts) => [accounts, of(needs(accounts))])
      .filter(([, value]) => value > 0)
      .map(([accounts, value]) => `${across(accounts).toFixed(1)},${up(value, range).toFixed(1)}`);
    return `<polyline points="${line.join(' ')}" fill="none" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${dashes}"/>`;
  });
  const legend = LINES.map(
    ([name, colour, dashes], index) =>
      `<line x1="${300 + index * 115}" y1="36" x2="${324 + index * 115}" y2="36" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${dashes}"/><text x="${330 + index * 115}" y="40" fill="${INK}">${name}</text>`,
  );
  const ends = LINES.map(([name, , , of]) => `${name} ${amount(of(needs(1e8)))}`).join(', ');
  const description = `Cores that each part needs, on two logarithmic scales. At 10⁸ accounts: ${ends}.`;
  const tick = (power) => (power < 0 ? (10 ** power).toFixed(-power) : (10 ** power).toLocaleString('en'));
  return plot('Cores in the busiest hour', description, range, tick, parts, legend);
}

/** Machines for each million accounts: what one pays for, whatever a machine costs. */
function machines() {
  const range = [0, 4];
  const width = 56;
  const counts = SCALE.map((accounts) => {
    const { relays, databaseCores, redisCores } = needs(accounts);
    const others = Math.max(1, databaseCores / ASSUMED.planned / ASSUMED.cores);
    return relays + others + (redisCores > 0 ? Math.max(1, redisCores / ASSUMED.planned) : 0);
  });
  const parts = counts.map((count, index) => {
    const x = across(SCALE[index]) - width / 2;
    const [y, foot] = [up(count, range), PLOT.top + PLOT.height];
    return `<rect x="${x}" y="${y.toFixed(1)}" width="${width}" height="${(foot - y).toFixed(1)}" fill="#8069c8"/><text x="${x + width / 2}" y="${(y - 6).toFixed(1)}" text-anchor="middle" fill="${INK}">${amount(Math.ceil(count))}</text>`;
  });
  const said = counts.map((count, index) => `${NAMES[index]}: ${amount(Math.ceil(count))}`).join(', ');
  const description = `Machines of two cores for relays, PostgreSQL and Redis together, on a logarithmic scale. ${said}.`;
  return plot(
    'Machines of two cores',
    description,
    range,
    (power) => (10 ** power).toLocaleString('en'),
    parts,
    [],
  );
}

/** What is written: each file with its content. */
export function written() {
  const document = readFileSync(DOCUMENT, 'utf8');
  const [begin, end] = [document.indexOf(MARKS[0]) + MARKS[0].length, document.indexOf(MARKS[1])];
  return [
    [DOCUMENT, `${document.slice(0, begin)}\n${tables()}\n${document.slice(end)}`],
    [new URL('docs/images/scaling-cores.svg', root), cores()],
    [new URL('docs/images/scaling-machines.svg', root), machines()],
  ];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [file, content] of written()) writeFileSync(file, content);
}
