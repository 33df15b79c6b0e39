/** Serves the package, the compiled tests and the vectors, under the policy that a scenario asks for. */
import { readFile } from 'node:fs/promises';
import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
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
    '@duet-chat/crypto/subtle': '/dist/subtle.js',
    '@duet-chat/crypto/subtle/install': '/dist/subtle/install.js',
    '@duet-chat/crypto/testing': '/dist/testing.js',
    '@duet-chat/crypto/worker': '/dist/worker.js',
    'fast-check': '/.build/fast-check.js',
    '@hpke/core': '/.build/hpke.js',
    'age-encryption': '/.build/age.js',
    jose: '/.build/jose.js',
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
    /(from\s+|import\(\s*|import\s+)'(@duet-chat\/crypto(?:\/\w+)*|fast-check|@noble\/hashes\/[\w.]+)'/g,
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

/** Passes a request on to the relay as it is: to the relay this server is its own site. */
function pass(relay: number, request: IncomingMessage, response: ServerResponse): void {
  const { method, url: path, headers } = request;
  const passed = ask({ host: '127.0.0.1', port: relay, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  passed.on('error', () => response.writeHead(502).end());
  request.pipe(passed);
}

/** The same for a WebSocket. */
function passSocket(relay: number, request: IncomingMessage, socket: Socket): void {
  const upstream = connect(relay, '127.0.0.1', () => {
    const lines = request.rawHeaders.flatMap((name, at, all) =>
      at % 2 === 0 ? [`${name}: ${all[at + 1]}`] : [],
    );
    upstream.write([`GET ${request.url} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
    upstream.pipe(socket).pipe(upstream);
  });
  upstream.on('error', () => socket.destroy());
  socket.on('error', () => upstream.destroy());
}

/** `policies` are the Content-Security-Policies by path of the page; `relay` is the port of the relay behind it, if there is one. */
export async function serve(policies: Readonly<Record<string, string>>, relay = 0): Promise<Server> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname.startsWith('/api/')) return pass(relay, request, response);
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
  server.on('upgrade', (request, socket) => passSocket(relay, request, socket as Socket));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections();
      return new Promise((done, failed) => server.close((error) => (error ? failed(error) : done())));
    },
  };
}
