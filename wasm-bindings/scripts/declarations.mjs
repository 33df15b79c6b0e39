// The declarations for compilers and settings of others: TypeScript from 5.5 on, whose typed arrays name no buffer before 5.7, and
// an ECMAScript that is older than ours. What newer compilers read from them stays the same.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** What a declaration names, and the libraries that have it. */
const LIBRARIES = {
  'Symbol.dispose': ['esnext.disposable'],
  ErrorOptions: ['es2021.promise', 'es2022.error'],
};

/** Of a module that is a file: what importing it gives where that is possible at all. */
const WASM_FILE = `\
/** The module as workers of Cloudflare and edge functions import it. Elsewhere it is a file: pass its address to \`ready({ wasm })\`. */
declare const module: WebAssembly.Module;
`;

/** A typed array's own copy is what we mean: \`Uint8Array<ArrayBuffer>\` where it can be said, \`Uint8Array\` before. */
function relaxed(line) {
  if (/^\s*(\/\*\*|\*)/.test(line)) return line;
  return line
    .replaceAll(/\b(\w+Array)<ArrayBuffer>/g, "ReturnType<$1['slice']>")
    .replaceAll(/\b(\w+Array)<ArrayBufferLike>/g, '$1');
}

/** Rewrites every declaration below a folder. */
export function relaxDeclarations(folder) {
  for (const name of readdirSync(folder, { recursive: true })) {
    if (!name.endsWith('.d.ts')) continue;
    const file = `${folder}/${name}`;
    const text = readFileSync(file, 'utf8').split('\n').map(relaxed).join('\n');
    const needed = Object.entries(LIBRARIES).flatMap(([word, libs]) => (text.includes(word) ? libs : []));
    writeFileSync(file, needed.map((lib) => `/// <reference lib="${lib}" />\n`).join('') + text);
  }
  writeFileSync(`${folder}/wasm/file.d.ts`, `${WASM_FILE}export default module;\n`);
  mkdirSync(`${folder}/cjs/wasm`, { recursive: true });
  writeFileSync(`${folder}/cjs/wasm/file.d.ts`, `${WASM_FILE}export = module;\n`);
}
