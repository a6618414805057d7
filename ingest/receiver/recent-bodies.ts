import { hash } from 'node:crypto';
import type { Encoding } from '../../otlp/response/types.ts';
import type { Answer, Compression } from './types.ts';

/** A repeat within this time is known. */
export const REMEMBER_MILLIS = 5 * 60_000;
/** 16 bytes in hexadecimal. */
const KEY_CHARACTERS = 32;
const USUAL_MEANING = 'protobuf/identity/';

/** What tells a body apart. */
export interface KnownBody {
  readonly tenant: string;
  readonly encoding: Encoding;
  readonly compression: Compression;
  /** As it was sent. */
  readonly body: Uint8Array;
}

/**
 * What a body is known by: the first 16 bytes of the SHA-256 of it as it was sent, in hexadecimal. The same bytes mean
 * something else for another tenant, or in another encoding: unless they mean the usual, it is the hash of that hash
 * and their meaning.
 */
export function bodyKey({ tenant, encoding, compression, body }: KnownBody): string {
  const bodyHash = hash('sha256', body, 'hex');
  const meaning = `${encoding}/${compression}/${tenant}`;
  const key = meaning === USUAL_MEANING ? bodyHash : hash('sha256', `${bodyHash}/${meaning}`, 'hex');
  return key.slice(0, KEY_CHARACTERS);
}

interface Entry {
  readonly seenMillis: number;
  /** Absent for bodies known from the log: they were taken, more is not known. */
  readonly answer?: Promise<Answer>;
}

/** Options of {@link RecentBodies}. */
export interface RecentBodiesOptions {
  /** Most bodies remembered; the oldest go first. @default 131_072 */
  readonly maxEntries?: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * The bodies of one signal seen within {@link REMEMBER_MILLIS}, taken or under way. Entries are in order of sight,
 * so the oldest are always in front.
 */
export class RecentBodies {
  readonly #entries = new Map<string, Entry>();
  readonly #maxEntries: number;
  readonly #now: () => number;

  constructor({ maxEntries = 131_072, now }: RecentBodiesOptions) {
    this.#maxEntries = maxEntries;
    this.#now = now;
  }

  /** Bodies remembered. */
  get size(): number {
    return this.#entries.size;
  }

  /** Remembers a body found in the log. Call in the order of the log. */
  restore(key: string, seenMillis: number): void {
    this.#enter(key, { seenMillis });
  }

  /** The answer a known body got or is about to get; undefined when the body is new. */
  find(key: string): Promise<Answer> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || this.#isOld(entry)) return undefined;
    return entry.answer ?? Promise.resolve({ kind: 'taken', partial: { rejected: 0, message: '' } });
  }

  /** Remembers a body that is under way, and keeps it when it was taken. */
  track(key: string, answer: Promise<Answer>): void {
    const entry = { seenMillis: this.#now(), answer };
    this.#enter(key, entry);
    const forget = () => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    };
    answer.then(({ kind }) => {
      if (kind !== 'taken') forget();
    }, forget);
  }

  #enter(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    for (const [oldest, old] of this.#entries) {
      if (this.#entries.size <= this.#maxEntries && !this.#isOld(old)) return;
      this.#entries.delete(oldest);
    }
  }

  #isOld(entry: Entry): boolean {
    return this.#now() - entry.seenMillis > REMEMBER_MILLIS;
  }
}
