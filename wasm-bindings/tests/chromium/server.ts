/** Serves the package, the compiled tests and the vectors, under the policy that a scenario asks for. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('../../../', import.meta.url));
const VECTORS = fileURLToPath(new URL('../../../../test-vectors/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

const IMPORTS = JSON.stringify({
  imports: {
    '@duet-chat/crypto': '/dist/index.js',
    '@duet-chat/crypto/relay': '/dist/relay.js',
    '@duet-chat/crypto/testing': '/dist/testing.js',
    '@noble/ciphers/': '/node_modules/@noble/ciphers/',
    '@noble/curves/': '/node_modules/@noble/curves/',
    '@noble/hashes/': '/node_modules/@noble/hashes/',
    libsodium: '/node_modules/libsodium/dist/modules-esm/libsodium.mjs',
    'libsodium-wrappers': '/node_modules/libsodium-wrappers/dist/modules-esm/libsodium-wrappers.mjs',
  },
});

/** An empty page that knows where the packages are; `nonce` lets that through a policy. */
const page = (nonce: string) =>
  `<!doctype html><meta charset="utf-8"><title>tests</title><script type="importmap" nonce="${nonce}">${IMPORTS}</script>`;

/** Workers have no import maps: bare names become addresses as the files are served. */
const resolved = (code: string) =>
  code.replace(
    /(from\s+|import\(\s*|import\s+)'(@duet-chat\/crypto(?:\/\w+)?|@noble\/hashes\/[\w.]+)'/g,
    (_, before, name) => {
      const { imports } = JSON.parse(IMPORTS);
      const address = imports[name] ?? name.replace('@noble/hashes/', imports['@noble/hashes/']);
      return `${before}'${address}'`;
    },
  );

export interface Server {
  readonly port: number;
  close(): Promise<void>;
}

/** `policies` are the Content-Security-Policies by path of the page. */
export async function serve(policies: Readonly<Record<string, string>>): Promise<Server> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const policy = policies[pathname];
    if (policy !== undefined) {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      if (policy !== '') response.setHeader('content-security-policy', policy);
      return response.end(page('import-map'));
    }
    const [folder, file] = pathname.startsWith('/test-vectors/')
      ? [VECTORS, pathname.slice('/test-vectors/'.length)]
      : [PACKAGE, pathname.slice(1)];
    const path = normalize(folder + file);
    if (!path.startsWith(folder)) return response.writeHead(404).end();
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes === undefined) return response.writeHead(404).end();
    const type = TYPES[extname(path)];
    if (type !== undefined) response.setHeader('content-type', type);
    return response.end(pathname.startsWith('/.build/tests/') ? resolved(bytes.toString('utf8')) : bytes);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections();
      return new Promise((done, failed) => server.close((error) => (error ? failed(error) : done())));
    },
  };
}
