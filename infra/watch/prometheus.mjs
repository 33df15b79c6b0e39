// What can be asked of the Prometheus of the stack.

const base = process.env.STACK_PROMETHEUS;

async function get(path, parameters = {}) {
  const answer = await fetch(`${base}${path}?${new URLSearchParams(parameters)}`);
  const { status, data, error } = await answer.json();
  if (status !== 'success') throw new Error(`${parameters.query ?? path}: ${error}`);
  return data;
}

/** The series that an expression has now. */
export async function series(query) {
  return (await get('/api/v1/query', { query })).result;
}

/** The same over the last seconds. */
export async function past(query, seconds, step) {
  const end = Date.now() / 1000;
  return (await get('/api/v1/query_range', { query, start: end - seconds, end, step })).result;
}

/** Every alert that it has loaded: its name and its expression. */
export async function alerts() {
  const { groups } = await get('/api/v1/rules', { type: 'alert' });
  return groups.flatMap(({ rules }) => rules);
}

/** Whom it tells of alerts. */
export async function alertmanagers() {
  return (await get('/api/v1/alertmanagers')).activeAlertmanagers;
}

/** The first true answer of `ask`, which is asked again twice a second; false when none came within so many seconds. */
async function within(seconds, ask) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    if (await ask()) return true;
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Waits until an expression has a series that is more than nothing. */
export async function until(query, seconds = 60) {
  const came = await within(seconds, async () =>
    (await series(query)).some(({ value: [, number] }) => Number(number) > 0),
  );
  if (!came) throw new Error(`${query}: nothing within ${seconds} s`);
}

/**
 * Whether an expression has data, or gets some soon: a stack that is some seconds old may lie between two steps of a subquery, which
 * come four times a minute, on the clock.
 */
export function hasData(query, seconds = 30) {
  return within(seconds, async () =>
    (await series(query)).some(({ value: [, number] }) => !Number.isNaN(Number(number))),
  );
}
