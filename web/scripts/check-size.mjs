// The budget of DESIGN.md section 8: what a browser loads before the first screen, gzipped.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist');
const budgets = { js: 130_000, css: 15_000 };

/** What the page itself names: the entry, its preloads and its style sheet; the rest comes when it is asked for. */
const page = readFileSync(join(dist, 'index.html'), 'utf8');
const named = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+\.(js|css))"/g)];
const sizes = { js: 0, css: 0 };
for (const [, address, kind] of named)
  sizes[kind] += gzipSync(readFileSync(join(dist, address)), { level: 9 }).length;

let over = false;
for (const [kind, budget] of Object.entries(budgets)) {
  over ||= sizes[kind] === 0 || sizes[kind] > budget;
  process.stdout.write(
    `initial ${kind}: ${(sizes[kind] / 1000).toFixed(1)} KB gzip of ${budget / 1000} KB\n`,
  );
}
if (/<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=/.test(page)) {
  process.stderr.write('index.html holds inline code or style, which the policy refuses\n');
  over = true;
}
process.exit(over ? 1 : 0);
