/** Times as text with a format of strptime's: the arguments of OTTL's `Time`. */

/** Directive → pattern; the names are those of `Parts`. */
const DIRECTIVES: Readonly<Record<string, string>> = {
  Y: '(?<year>\\d{4})',
  m: '(?<month>\\d{2})',
  d: '(?<day>\\d{2})',
  H: '(?<hour>\\d{2})',
  M: '(?<minute>\\d{2})',
  S: '(?<second>\\d{2})',
  L: '(?<millis>\\d{3})',
  f: '(?<micros>\\d{6})',
  s: '(?<nanos>\\d{9})',
  z: '(?<zone>Z|[-+]\\d{2}:?\\d{2})',
  '%': '%',
};
const COMBINED: Readonly<Record<string, string>> = { F: '%Y-%m-%d', T: '%H:%M:%S' };

/** The directives `timeNanos` reads, for messages. */
export const TIME_DIRECTIVES = '%Y %m %d %H %M %S %L %f %s %z %F %T';

/**
 * Nanoseconds since the epoch; in UTC without a `%z`. undefined when the text does not have the format, when there is no
 * such day or hour, or when the format has another directive, one of them twice, or no year.
 */
export function timeNanos(text: string, format: string): bigint | undefined {
  const pattern = patternOf(format);
  const parts = pattern === undefined ? undefined : (pattern.exec(text)?.groups ?? undefined);
  if (parts === undefined || parts['year'] === undefined) return undefined;
  const part = (name: string, otherwise = 0) => Number(parts[name] ?? otherwise);
  const day = [part('year'), part('month', 1), part('day', 1)] as const;
  const clock = [part('hour'), part('minute'), part('second')] as const;
  const millis = Date.UTC(day[0], day[1] - 1, day[2], ...clock);
  const shown = new Date(millis).toISOString();
  const wanted = `${fixed(day[0], 4)}-${fixed(day[1])}-${fixed(day[2])}T${clock.map((value) => fixed(value)).join(':')}`;
  if (!shown.startsWith(wanted)) return undefined;
  const fraction = part('millis') * 1_000_000 + part('micros') * 1000 + part('nanos');
  return BigInt(millis - zoneMillis(parts['zone'])) * 1_000_000n + BigInt(fraction);
}

function patternOf(format: string): RegExp | undefined {
  const seen = new Set<string>();
  let broken = false;
  const plain = format.replace(/%([FT])/g, (_, name: string) => COMBINED[name] ?? '');
  const source = plain.replace(/%(.?)|[\\^$.*+?()[\]{}|/]/gs, (found, name: string | undefined) => {
    if (name === undefined) return `\\${found}`;
    broken ||= DIRECTIVES[name] === undefined || (name !== '%' && seen.has(name));
    seen.add(name);
    return DIRECTIVES[name] ?? '';
  });
  return broken ? undefined : new RegExp(`^${source}$`);
}

function fixed(value: number, digits = 2): string {
  return String(value).padStart(digits, '0');
}

function zoneMillis(zone = 'Z'): number {
  const [, sign, hours, minutes] = /^([-+])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  const offset = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
  return sign === '-' ? -offset : offset;
}
