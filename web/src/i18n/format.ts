/** Numbers, sizes and times in the reader's language. Pure; the formatters are made once per language. */

export type Language = 'en' | 'ru';

export const languages: readonly Language[] = ['en', 'ru'];

/** The person's own regional variant of the language where they have one (en-GB writes 14:05, en-US 2:05 PM). */
export function localeFor(language: Language, preferred: readonly string[]): string {
  return preferred.find((tag) => tag === language || tag.startsWith(`${language}-`)) ?? language;
}

export interface Format {
  /** Hours and minutes of an epoch time in milliseconds. */
  time(at: number): string;
  /** The day of an epoch time in milliseconds. */
  date(at: number): string;
  /** The day of an epoch time in full, for the line between two days. */
  day(at: number): string;
  /** A size in bytes, in powers of 1,024: the limit for files is 50 of such megabytes. */
  bytes(size: number): string;
  /** 0..1 as whole per cent. */
  percent(part: number): string;
  number(value: number): string;
  /** A wait, rounded up: seconds below a minute, minutes above. */
  wait(milliseconds: number): string;
  /** How long ago something was, in minutes, hours or days. */
  ago(milliseconds: number): string;
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

export function createFormat(locale: string): Format {
  const time = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
  const day = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });
  const number = new Intl.NumberFormat(locale);
  const unit = (name: string, display: 'short' | 'long', digits: number) =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit: name,
      unitDisplay: display,
      maximumFractionDigits: digits,
    });
  const sizes = units.map((name, power) => unit(name, power === 0 ? 'long' : 'short', power === 0 ? 0 : 1));
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const seconds = unit('second', 'long', 0);
  const minutes = unit('minute', 'long', 0);
  return {
    time: (at) => time.format(at),
    date: (at) => date.format(at),
    day: (at) => day.format(at),
    bytes: (size) => {
      let power = 0;
      while (size >= 1024 ** (power + 1) && power < units.length - 1) power += 1;
      return (sizes[power] ?? number).format(size / 1024 ** power);
    },
    percent: (part) => percent.format(Math.min(1, Math.max(0, part))),
    number: (value) => number.format(value),
    wait: (milliseconds) => {
      const total = Math.max(1, Math.ceil(milliseconds / 1000));
      return total < 60 ? seconds.format(total) : minutes.format(Math.ceil(total / 60));
    },
    ago: (milliseconds) => {
      const past = Math.max(1, Math.floor(milliseconds / 60_000));
      if (past < 60) return relative.format(-past, 'minute');
      if (past < 24 * 60) return relative.format(-Math.floor(past / 60), 'hour');
      return relative.format(-Math.floor(past / (24 * 60)), 'day');
    },
  };
}

/** The forms that English and Russian need; `few` is Russian's 2-4. */
export interface PluralForms {
  readonly one: string;
  readonly few?: string;
  readonly many: string;
}

/** Picks a form by the language's own rules (CLDR, through `Intl.PluralRules`). */
export function pluralOf(language: Language): (count: number, forms: PluralForms) => string {
  const rules = new Intl.PluralRules(language);
  return (count, forms) => {
    const category = rules.select(count);
    if (category === 'one') return forms.one;
    if (category === 'few') return forms.few ?? forms.many;
    return forms.many;
  };
}
