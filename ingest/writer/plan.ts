/**
 * The metadata the writer commits beside its offset (docs/formats/writer-plan.md):
 *
 *   metadata := JSON {"v": 1, "id": identity}                                                        nothing planned
 *             | JSON {"v": 1, "id": identity, "last": offset, "version": text, "settings": text, "policy": any,
 *                     "at": milliseconds, "shards": number, "as": {"identity", "last"}, "done": [text, …]}
 *
 * The committed offset is the plan's first; `last` is inclusive. `as` and `done` may be absent. At most 4096 bytes.
 */
import { createHash } from 'node:crypto';
import { INSERT_SETTINGS } from '../../store/client/insert-settings.ts';
import type { TableBlock } from './mapping/types.ts';
import type { BatchRange } from './types.ts';

/** Format of the metadata and of the tokens. */
const PLAN_FORMAT = 1;
/** What the names of blocks that are done may take of the metadata. */
const MAX_DONE_BYTES = 2_500;

/** A batch whose INSERTs may have been sent: the range and everything else that decides its rows and where they go. */
export interface Plan<Policy> {
  readonly last: number;
  /** Format and mapping, see {@link planVersion}; part of every token. */
  readonly version: string;
  /** Digest of the INSERT settings. */
  readonly settings: string;
  readonly policy: Policy;
  /** When it was made, by the writer's clock; the time of damaged records whose own cannot be. */
  readonly at: number;
  /** Shards of the store's cluster: they decide which of them gets the rows. */
  readonly shards: number;
  /** What the tokens say, when the log has lost the end of the batch since it was planned. */
  readonly as?: { readonly identity: string; readonly last: number };
}

/** What the metadata says. */
export interface WriterState<Policy> {
  readonly identity: string;
  readonly plan?: Plan<Policy>;
  /** Blocks of the plan known to be stored, by {@link blockName}; a batch that takes long notes them. */
  readonly done?: readonly string[];
}

/** Digest of the INSERT settings this process uses. */
export const SETTINGS_DIGEST = createHash('sha256')
  .update(JSON.stringify(INSERT_SETTINGS))
  .digest('hex')
  .slice(0, 8);

/**
 * The group that keeps the last plan of each partition once more, for the day the writer's own loses what it committed:
 * it is deleted, or another program sets its offsets. Nobody joins it.
 */
export function journalGroup(group: string): string {
  return `${group}-journal`;
}

/** The version of plans made with a mapping of this version. */
export function planVersion(mappingVersion: string): string {
  return `${PLAN_FORMAT}.${mappingVersion}`;
}

/** The metadata for a state; as many of the blocks that are done as there is room for. */
export function encodeState<Policy>({ identity, plan, done = [] }: WriterState<Policy>): string {
  let room = MAX_DONE_BYTES;
  const noted = done.filter((name) => {
    room -= name.length + 3;
    return room >= 0;
  });
  return JSON.stringify({
    v: PLAN_FORMAT,
    id: identity,
    ...plan,
    ...(noted.length === 0 ? {} : { done: noted }),
  });
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
  const { v, id, last, version, settings, policy, at, shards, as, done } = parsed as Record<string, unknown>;
  if (v !== PLAN_FORMAT || typeof id !== 'string') return undefined;
  if (last === undefined) return { identity: id };
  if (!Number.isSafeInteger(last) || typeof version !== 'string' || typeof settings !== 'string')
    return undefined;
  return {
    identity: id,
    plan: {
      last: last as number,
      version,
      settings,
      policy: policy as Policy,
      at: typeof at === 'number' ? at : 0,
      shards: typeof shards === 'number' ? shards : 1,
      ...(as === undefined ? {} : { as: as as NonNullable<Plan<Policy>['as']> }),
    },
    ...(Array.isArray(done) ? { done: done.map(String) } : {}),
  };
}

/** Names a block within its batch. */
export function blockName({ table, day }: Pick<TableBlock, 'table' | 'day'>): string {
  return `${table}/${day}`;
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
