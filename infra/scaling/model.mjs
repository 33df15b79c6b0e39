// How far a deployment goes: a calculation with measured constants. docs/operations/scaling.md says what was measured and where; draw.mjs writes
// its tables and charts; simulate.mjs plays what the model assumes of several relays.

/** What was measured. Milliseconds and microseconds are CPU time of one core; what each is taken from stands in the document. */
export const MEASURED = {
  /** A message of 2,606 bytes through one relay, µs (server/README.md, 2026-11-29, release build). */
  message: 9.8,
  /** A password compared, ms (measure.mjs, 2026-12-01). */
  login: 46.5,
  /** A refresh, ms (the same; a debug build, so it is an upper bound). */
  refresh: 1.65,
  /** Memory of an idle connection, KiB (server/README.md), and of the ten prekeys that its client gives. */
  connection: 10 + 14,
  /** Payloads on their way, MiB (`DUET_MAX_QUEUED`). */
  queued: 256,
  /** A message between two relays, in Redis, µs; a sign of life; and a megabyte of a file (measure.mjs). */
  redis: 9.6,
  sign: 7.0,
  megabyte: 976,
  /** A small write in PostgreSQL, ms (measure.mjs, pgbench). */
  write: 0.4,
};

/** What the program does by its source. */
export const BUILT = {
  /** Frames of a message: itself and its receipt. */
  frames: 2,
  /** Writes a second of a connected person: `last_seen_at` once a minute at most, a refresh every quarter of an hour. */
  writes: 1 / 60 + 1 / 900,
  /** Signs of life of a relay to each other one: two lanes, every 400 ms (server/src/backplane/nodes.rs). */
  signs: 2 * 2.5,
};

/** What is assumed of people and machines: change it to your own. */
export const ASSUMED = {
  /** Of all accounts so many are connected in the busiest hour, and each of these writes so many messages a minute. */
  connected: 0.1,
  messages: 1,
  /** Logins with a password for each account and day, and how much busier than the average the busiest hour is. */
  logins: 1 / 7,
  peak: 3,
  /** Bytes of files for each account and day; they pass a relay twice, in and out. */
  files: 5e6,
  /** A relay's machine: cores, memory in MiB, bits a second each way. */
  cores: 2,
  memory: 4096,
  network: 1e9,
  /** Of a machine as much is planned for; the rest is for a bad day and for the relay that is being replaced. */
  planned: 0.5,
  /** Cores of the largest PostgreSQL that one would run, and bits a second of Redis's machine. Redis has one thread. */
  database: 32,
  redisNetwork: 10e9,
};

const DAY = 86_400;

/** What `accounts` people need in their busiest hour. `relays`: as many, where they are given and not to be found. */
export function needs(accounts, { relays, ...changes } = {}) {
  const a = { ...ASSUMED, ...changes };
  const connected = accounts * a.connected;
  const frames = ((connected * a.messages) / 60) * BUILT.frames;
  const logins = (accounts * a.logins * a.peak) / DAY;
  const refreshes = connected / 900;
  const writes = connected * BUILT.writes + logins * 2;
  const fileBits = (accounts * a.files * a.peak * 8) / DAY;

  // A frame between two relays is handled by both: of n relays, that are all but one in n.
  const cross = (n) => 1 - 1 / n;
  const relayCores = (n) =>
    (frames * MEASURED.message * (1 + cross(n))) / 1e6 +
    (logins * MEASURED.login + refreshes * MEASURED.refresh) / 1e3;
  const wants = (n) => ({
    cores: relayCores(n) / (a.cores * a.planned),
    memory: (connected * MEASURED.connection) / 1024 / (a.memory * a.planned - MEASURED.queued),
    // Each way; between two relays once more.
    network: (fileBits * (1 + cross(n))) / (a.network * a.planned),
  });
  let count = relays ?? 1;
  // One more relay makes more frames cross; it settles after a step or two.
  while (relays === undefined && Math.max(...Object.values(wants(count))) > count) {
    count = Math.ceil(Math.max(...Object.values(wants(count)), count + 1));
  }
  const wanted = wants(count);
  // Whatever goes from one relay to another goes through Redis.
  const redisBits = fileBits * cross(count);
  const signs = count * (count - 1) * BUILT.signs;
  const redisCores =
    (frames * cross(count) * MEASURED.redis + signs * MEASURED.sign + (redisBits / 8e6) * MEASURED.megabyte) /
    1e6;
  return {
    accounts,
    connected,
    frames,
    logins,
    writes,
    fileBits,
    relays: count,
    relayCores: relayCores(count),
    /** What makes it so many relays. */
    because: Object.entries(wanted).reduce((most, one) => (one[1] > most[1] ? one : most))[0],
    redisCores,
    redisBits,
    databaseCores: (writes * MEASURED.write) / 1e3,
  };
}

/** Whether one Redis and one PostgreSQL carry it. */
export const isCarried = ({ redisCores, redisBits, databaseCores }, a = ASSUMED) =>
  redisCores <= a.planned &&
  redisBits <= a.redisNetwork * a.planned &&
  databaseCores <= a.database * a.planned;

/** How many accounts a part carries at most, to two digits. */
export function most(carries) {
  let [low, high] = [1e3, 1e12];
  while (high / low > 1.001) {
    const middle = Math.sqrt(low * high);
    if (carries(needs(middle))) low = middle;
    else high = middle;
  }
  return Number(low.toPrecision(2));
}

export const LIMITS = {
  'one relay': () => most(({ relays }) => relays === 1),
  'one PostgreSQL': () => most(({ databaseCores }) => databaseCores <= ASSUMED.database * ASSUMED.planned),
  'one Redis: its thread': () => most(({ redisCores }) => redisCores <= ASSUMED.planned),
  'one Redis: 10 Gbit/s': () => most(({ redisBits }) => redisBits <= ASSUMED.redisNetwork * ASSUMED.planned),
  'one Redis, no files': () =>
    most(({ accounts }) => needs(accounts, { files: 0 }).redisCores <= ASSUMED.planned),
};
