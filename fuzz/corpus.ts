/** Cases that once failed, as files: what was found, how to find it again, and the payloads themselves. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Compression } from '../ingest/receiver/types.ts';
import { SIGNALS, type Signal } from '../schemas/names.ts';
import { POLICY_NAMES, type PolicyName } from './policy.ts';
import type { Round, Target } from './types.ts';

/** A case of the corpus. */
export interface CorpusCase {
  readonly target: Target;
  /** What was wrong, in the words of the oracle that found it. */
  readonly found: string;
  /** How the payloads came about: the command that makes them, as long as their source stays the same. */
  readonly made: string;
  readonly round: Round;
}

/** A case and the file it stands in. */
export interface CorpusFile {
  readonly name: string;
  readonly content: CorpusCase;
}

interface StoredCase {
  readonly signal: Signal;
  readonly encoding: Target['encoding'];
  readonly found: string;
  readonly made: string;
  readonly payloads: readonly {
    readonly policy: PolicyName;
    readonly compression: Compression;
    readonly base64: string;
  }[];
}

/** All cases of a folder, by name; none when there is no folder. */
export function readCorpus(folder: string): readonly CorpusFile[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.name.endsWith('.json'));
  return names
    .map(({ name }) => ({ name, content: parse(name, readFileSync(join(folder, name), 'utf8')) }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** Writes a case; its name says what it is about, and is the same for the same payloads. Returns the path. */
export function writeCase(folder: string, { target, found, made, round }: CorpusCase): string {
  const payloads = round.map(({ policy, compression, body }) => ({
    policy,
    compression,
    base64: Buffer.from(body).toString('base64'),
  }));
  const stored: StoredCase = { ...target, found, made, payloads };
  const hash = createHash('sha256').update(JSON.stringify(payloads)).digest('hex').slice(0, 8);
  const path = join(folder, `${target.signal}-${target.encoding}-${hash}.json`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, `${JSON.stringify(stored, undefined, 2)}\n`);
  return path;
}

function parse(name: string, text: string): CorpusCase {
  const { signal, encoding, found, made, payloads } = JSON.parse(text) as StoredCase;
  const isKnown = SIGNALS.includes(signal) && (encoding === 'protobuf' || encoding === 'json');
  if (!isKnown || !payloads.every(({ policy }) => POLICY_NAMES.includes(policy)))
    throw new TypeError(`Cannot read ${name} as a case: signal, encoding or policy is unknown`);
  const round = payloads.map(({ policy, compression, base64 }) => ({
    policy,
    compression,
    body: Buffer.from(base64, 'base64'),
  }));
  return { target: { signal, encoding }, found, made, round };
}
