/** What a `User-Agent` header says of a device, in the names that people use. Only for the list of one's own logins. */

export interface Device {
  /** Null where the header names none that is known here. */
  readonly browser: string | null;
  readonly system: string | null;
  /** It is held in a hand. */
  readonly handheld: boolean;
}

/** In this order: the earlier ones call themselves by the names of the later ones, too. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|HeadlessChrome|CriOS)\//, 'Chrome'],
  [/\bVersion\/.*Safari\//, 'Safari'],
];

const systems: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

const first = (names: readonly (readonly [RegExp, string])[], text: string): string | null =>
  names.find(([pattern]) => pattern.test(text))?.[1] ?? null;

export function deviceOf(userAgent: string | null): Device {
  const text = userAgent ?? '';
  const system = first(systems, text);
  return {
    browser: first(browsers, text),
    system,
    handheld: system === 'iPhone' || system === 'iPad' || system === 'Android',
  };
}
