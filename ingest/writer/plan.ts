/**
 * The metadata the writer commits beside its offset (docs/formats/writer-plan.md):
 *
 *   metadata := JSON {"v": 1, "id": identity}                                                        nothing planned
 *             | JSON {"v": 1, "id": identity, "last": offset, "version": text, "settings": text, "policy": any}
 *
 * The committed offset is the plan's first; `last` is inclusive. At most 4096 bytes.
 */
import { createHash } from 'node:crypto';
import { INSERT_SETTINGS } from '../../store/client/insert-settings.ts';
import type { TableBlock } from './mapping/types.ts';
import type { BatchRange } from './types.ts';

/** Format of the metadata and of the tokens. */
const PLAN_FORMAT = 1;

/** A batch whose INSERTs may have been sent: the range and everything else that decides its rows. */
export interface Plan<Policy> {
  readonly last: number;
  /** Format and mapping, see {@link planVersion}; part of every token. */
  readonly version: string;
  /** Digest of the INSERT settings. */
  readonly settings: string;
  readonly policy: Policy;
}

/** What the metadata says. */
export interface WriterState<Policy> {
  readonly identity: string;
  readonly plan?: Plan<Policy>;
}

/** Digest of the INSERT settings this process uses. */
export const SETTINGS_DIGEST = createHash('sha256')
  .update(JSON.stringify(INSERT_SETTINGS))
  .digest('hex')
  .slice(0, 8);

/** The version of plans made with a mapping of this version. */
export function planVersion(mappingVersion: string): string {
  return `${PLAN_FORMAT}.${mappingVersion}`;
}

/** The metadata for a state. */
export function encodeState<Policy>({ identity, plan }: WriterState<Policy>): string {
  return JSON.stringify({ v: PLAN_FORMAT, id: identity, ...plan });
}

/** The state, or undefined when the metadata is not the writer's: another program committed the offset. */
export function decodeState<Policy>(metadata: string): WriterState<Policy> | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(metadata);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const { v, id, last, version, settings, policy } = parsed as Record<string, unknown>;
  if (v !== PLAN_FORMAT || typeof id !== 'string') return undefined;
  if (last === undefined) return { identity: id };
  if (!Number.isSafeInteger(last) || typeof version !== 'string' || typeof settings !== 'string')
    return undefined;
  return { identity: id, plan: { last: last as number, version, settings, policy: policy as Policy } };
}

/** Names a batch in `valet_batches`. */
export function batchToken({ identity, partition, first, last }: BatchRange, version: string): string {
  return `${identity}-${partition}-${first}-${last}-${version}`;
}

/** The deduplication token of one block: the same token always stands for the same bytes. */
export function blockToken(range: BatchRange, { table, day }: TableBlock, version: string): string {
  const { identity, partition, first, last } = range;
  return `${identity}-${partition}-${first}-${last}-${table}-${day}-${version}`;
}
