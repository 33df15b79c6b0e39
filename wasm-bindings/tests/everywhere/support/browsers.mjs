/** Debian's browsers, without a driver: a page says by itself what came out, to the address that it was opened with. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';

const LIMIT_MS = 90_000;

/** A name that leads to this machine and makes no secure context, as a relay on a local network does. */
export const PLAIN_HOST = 'duet.test';

const PREFERENCES = {
  'network.dns.localDomains': PLAIN_HOST,
  'browser.shell.checkDefaultBrowser': false,
  'browser.aboutwelcome.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'toolkit.telemetry.reportingpolicy.firstRun': false,
  'app.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'dom.security.https_first': false,
};

const BROWSERS = {
  chromium: {
    program: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: (profile) => [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--host-resolver-rules=MAP ${PLAIN_HOST} 127.0.0.1`,
      `--user-data-dir=${profile}`,
    ],
  },
  firefox: {
    program: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
    args: (profile) => ['--headless', '--no-remote', '--profile', profile],
  },
};

async function listening(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

/** Waits for the one line that a page sends. */
function receiver() {
  let heard;
  const line = new Promise((resolve) => {
    heard = resolve;
  });
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request.setEncoding('utf8')) body += part;
    response.writeHead(204).end();
    if (request.method === 'POST') heard(body);
  });
  return { server, line };
}

/** Opens an address in a browser on a fresh profile, and returns what the page sends to `?report=…`. */
export async function visit(name, address) {
  const { program, args } = BROWSERS[name];
  const profile = await mkdtemp(join(tmpdir(), 'duet-everywhere-'));
  const preferences = Object.entries(PREFERENCES).map(
    ([key, value]) => `user_pref(${JSON.stringify(key)}, ${JSON.stringify(value)});\n`,
  );
  await writeFile(join(profile, 'user.js'), preferences.join(''));
  const { server, line } = receiver();
  const port = await listening(server);
  const page = `${address}?report=http://127.0.0.1:${port}/`;
  const child = spawn(program, [...args(profile), page], { stdio: 'ignore', detached: true });
  let timer;
  try {
    return await Promise.race([
      line,
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`${name} ended with ${code}`))),
      new Promise((_, reject) => {
        timer = setTimeout(
          () => reject(new Error(`${name}: no word from ${address} in ${LIMIT_MS / 1000} s`)),
          LIMIT_MS,
        );
      }),
    ]);
  } finally {
    clearTimeout(timer);
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    process.kill(-child.pid, 'SIGKILL');
    await ended;
    server.closeAllConnections();
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** Serves a folder, with these headers, for as long as `use` takes. */
export async function folderServed(folder, headers, use) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const path = normalize(`${folder}/${pathname}`);
    const bytes = path.startsWith(folder) ? await readFile(path).catch(() => undefined) : undefined;
    if (bytes === undefined) return response.writeHead(404).end();
    const type = TYPES[extname(path)] ?? 'application/octet-stream';
    return response.writeHead(200, { ...headers, 'content-type': type }).end(bytes);
  });
  const port = await listening(server);
  try {
    return await use(port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
