import { SIGNALS, SOURCE_TOPICS } from '../../schemas/names.ts';
import { DeadLetterError } from './errors.ts';
import { DEAD_LETTER_REASONS } from './types.ts';

/** Which letters are meant; what is absent is not looked at. */
export interface LetterFilter {
  readonly topic?: string;
  readonly reason?: string;
  readonly tenant?: string;
  /** Appended since, milliseconds. */
  readonly sinceMillis?: number;
  /** Those not replayed yet. */
  readonly open?: boolean;
}

/** As the command line gives it. */
export interface FilterOptions {
  readonly topic?: string;
  readonly reason?: string;
  readonly tenant?: string;
  readonly since?: string;
  readonly open?: boolean;
}

const TOPICS: readonly string[] = SIGNALS.flatMap((signal) => SOURCE_TOPICS[signal]);
const UNIT_MILLIS: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3.6e6, d: 86.4e6 };

/** Checks the options. Throws {@link DeadLetterError} `invalid-filter` with what may be given. */
export function letterFilter({ since, ...rest }: FilterOptions, nowMillis: number): LetterFilter {
  const { topic, reason } = rest;
  if (topic !== undefined && !TOPICS.includes(topic)) throw invalid('--topic', topic, TOPICS.join(', '));
  if (reason !== undefined && !(DEAD_LETTER_REASONS as readonly string[]).includes(reason))
    throw invalid('--reason', reason, DEAD_LETTER_REASONS.join(', '));
  return since === undefined ? rest : { ...rest, sinceMillis: instantOf(since, nowMillis) };
}

function instantOf(since: string, nowMillis: number): number {
  const age = /^(\d+)([smhd])$/.exec(since);
  const millis = age
    ? nowMillis - Number(age[1]) * (UNIT_MILLIS[age[2] as string] as number)
    : Date.parse(since);
  if (Number.isFinite(millis)) return millis;
  throw invalid('--since', since, 'an age like 90s, 15m, 2h or 7d, or an instant like 2026-01-31T12:00:00Z');
}

function invalid(option: string, value: string, allowed: string): DeadLetterError {
  return new DeadLetterError('invalid-filter', `Cannot use ${option} ${value}; it may be: ${allowed}`);
}
