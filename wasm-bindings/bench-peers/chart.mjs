// One bar for each contender, as long as it is fast beside this package's wasm engine.
import { OURS } from './groups.mjs';

const ROW = 16;
const GAP = 14;
const NAMES = 300;
const BARS = 380;
/** Bars end here: what is four times as fast has an arrow's worth of number beside it. */
const MOST = 3;
const INK = '#1c1a17';
const SOFT = '#59544c';
const COLOURS = { ours: '#3f83c8', others: '#b3aca1' };

const inXml = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

export function chart(results, title) {
  const parts = [];
  let y = 44;
  let last = '';
  const text = (x, size, colour, anchor, words) =>
    parts.push(
      `<text x="${x}" y="${y + 12}" font-size="${size}" fill="${colour}" text-anchor="${anchor}">${inXml(words)}</text>`,
    );
  for (const { group, contender, low, speed } of results) {
    if (group !== last) {
      y += GAP;
      text(12, 12, INK, 'start', group);
      y += ROW + 2;
      last = group;
    }
    text(NAMES - 8, 11, SOFT, 'end', contender);
    const width = (BARS * Math.min(speed, MOST)) / MOST;
    const colour = contender === OURS ? COLOURS.ours : COLOURS.others;
    parts.push(
      `<rect x="${NAMES}" y="${y + 2}" width="${Math.max(1, width).toFixed(1)}" height="${ROW - 4}" fill="${colour}"/>`,
    );
    const after = NAMES + width + 6;
    const time = low < 1 ? `${(1000 * low).toFixed(low < 0.1 ? 1 : 0)} µs` : `${low.toFixed(2)} ms`;
    text(after.toFixed(1), 11, SOFT, 'start', `${speed.toFixed(2)} (${time})`);
    y += ROW;
  }
  const height = y + 16;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 820 ${height}" font-family="system-ui, sans-serif" role="img">
<title>${inXml(title)}</title>
<rect width="820" height="${height}" fill="#fbf9f5"/>
<text x="12" y="28" font-size="13" fill="${INK}">${inXml(title)}</text>
${parts.join('\n')}
</svg>
`;
}
