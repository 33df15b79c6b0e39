/** Programs that a fixture starts: one that ends, and one that serves. Their output is what is looked at. */
import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

const LIMIT_MS = 300_000;

/** Ends a program and all that it started. */
function end(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It had ended by itself.
  }
}

function start(command, args, { cwd, env }) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, NO_COLOR: '1', CI: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part) => {
      output.text += stripVTControlCharacters(part);
      child.emit('output');
    });
  }
  return { child, output };
}

const failed = (command, args, why, output) =>
  new Error(`${[command.split('/').at(-1), ...args].join(' ')}: ${why}\n${output.text.slice(-6000)}`);

/** Waits for something that a program does; it is ended when it takes too long. */
function awaited(begun, command, args, listen) {
  const { child, output } = begun;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      end(child);
      reject(failed(command, args, `nothing after ${LIMIT_MS / 1000} s`, output));
    }, LIMIT_MS);
    const settle = (act) => (value) => {
      clearTimeout(timer);
      act(value);
    };
    child.once('error', settle(reject));
    listen(settle(resolve), settle(reject));
  });
}

/** Runs a program to its end, and returns what it said. */
export async function run(command, args, options) {
  const begun = start(command, args, options);
  const { child, output } = begun;
  await awaited(begun, command, args, (resolve, reject) => {
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(failed(command, args, `ended with ${code}`, output));
    });
  });
  return output.text;
}

/** Starts a program that serves, and calls `use` with the address that it prints. */
export async function serving(command, args, options, use) {
  const begun = start(command, args, options);
  const { child, output } = begun;
  try {
    const address = await awaited(begun, command, args, (resolve, reject) => {
      child.on('output', () => {
        const found = /(http:\/\/(?:localhost|127\.0\.0\.1):\d+)/.exec(output.text);
        if (found) resolve(found[1]);
      });
      child.once('close', (code) => reject(failed(command, args, `ended with ${code}`, output)));
    });
    return await use(address).catch((error) => {
      throw new Error(`${error.message}\n${output.text.slice(-3000)}`);
    });
  } finally {
    end(child);
  }
}
