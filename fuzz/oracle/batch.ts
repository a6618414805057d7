/** The oracles of several requests on their way from the log to the blocks of a table. */
import type { EncodedBatch } from '../../ingest/writer/blocks.ts';
import type { BatchDecoder } from '../../otlp/columns/decode.ts';
import type { Batch, EncodedRequest } from '../../otlp/columns/types.ts';
import type { Validation } from '../../otlp/validate/types.ts';
import { FuzzFailure } from '../failure.ts';
import { NOW_MILLIS } from '../moment.ts';
import { markersIn } from '../payload/markers.ts';
import type { Subject } from '../subject.ts';
import type { Target } from '../types.ts';
import { type ActualRow, actualRows } from './actual-rows.ts';
import type { Admitted } from './admission.ts';
import type { RowText } from './expected-rows.ts';

/** Blocks start with their columns' names and types, and write dictionaries anew. */
const BLOCK_BYTES = 8192;
/** Rows may become so much larger than `storedBytes` says: attributes are told once there, columns repeat types. */
const STORED_FACTOR = 2;

/** What a batch is decoded with and compared to. */
export interface BatchContext {
  readonly target: Target;
  readonly subject: Subject;
  /** Used for batch after batch. */
  readonly decoder: BatchDecoder;
  /** Whether somebody else wrote to the log as well: what was refused, and in JSON what was taken. */
  readonly withForeign: boolean;
  /** Whether to compare with a decoder that never saw another batch. */
  readonly compareWithFresh: boolean;
}

/** What came out of a batch. */
export interface BatchTally {
  readonly rows: number;
  readonly undecodable: number;
}

/**
 * Decodes and encodes what the receiver took, with what somebody else may have written to the log between it.
 *
 * @throws {FuzzFailure} when rows are not exactly the accepted records
 */
export function checkBatch(admitted: readonly Admitted[], context: BatchContext): BatchTally {
  const entries = admitted.map((one) => entryOf(one, context.withForeign));
  const requests = entries.flatMap(({ requests: bodies }, offset) =>
    bodies.map((bytes) => ({ bytes, offset, appendedMillis: NOW_MILLIS, tenant: '' })),
  );
  const batch = attempt('decode', () => context.decoder.decode(requests));
  const rows = actualRows(batch);
  checkUndecodable(batch, admitted, rows);
  checkRows(rows, batch, entries);
  const encoded = attempt('encode', () => context.subject.encode(batch));
  checkBlocks(encoded, batch, context.withForeign);
  if (!context.withForeign) checkSize(encoded, admitted);
  checkMarkers(encoded, admitted, requests);
  if (context.compareWithFresh) compareWithFresh(requests, encoded, context);
  context.subject.release(encoded);
  return { rows: rows.length, undecodable: batch.undecodable.length };
}

/** What of a body is in the log, and its rows; undefined when nobody knows which. */
interface Entry {
  readonly requests: readonly Uint8Array[];
  readonly rows: readonly RowText[] | undefined;
}

const NOTHING: Entry = { requests: [], rows: [] };

function entryOf(admitted: Admitted, withForeign: boolean): Entry {
  switch (admitted.kind) {
    case 'too-large':
      return NOTHING;
    case 'malformed':
      return withForeign ? { requests: [admitted.bytes], rows: undefined } : NOTHING;
    case 'taken': {
      const { rows, text, validation } = admitted;
      if (validation.accepted === 0) return NOTHING;
      const pieces = validation.pieces.map(({ bytes }) => bytes);
      if (text === undefined || !withForeign) return { requests: pieces, rows };
      return { requests: [...pieces, text], rows: [...rows, ...rows] };
    }
  }
}

function attempt<Result>(step: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw new FuzzFailure('throws', `${step} throws ${String(error)}`, { cause: error });
  }
}

function checkUndecodable(batch: Batch, admitted: readonly Admitted[], rows: readonly ActualRow[]): void {
  const withRows = new Set(rows.map(({ request }) => batch.requests[request]?.offset));
  for (const { offset, reason } of batch.undecodable) {
    if (admitted[offset]?.kind === 'taken')
      throw new FuzzFailure('undecodable', `a request that was taken cannot be decoded: ${reason}`);
    if (withRows.has(offset)) throw new FuzzFailure('undecodable', 'an undecodable request has rows');
  }
}

function checkRows(rows: readonly ActualRow[], batch: Batch, entries: readonly Entry[]): void {
  const rowsOf = new Map<number, ActualRow[]>();
  for (const row of rows) {
    const offset = batch.requests[row.request]?.offset as number;
    const known = rowsOf.get(offset);
    if (known === undefined) rowsOf.set(offset, [row]);
    else known.push(row);
  }
  for (const [offset, { rows: expected }] of entries.entries()) {
    if (expected === undefined) continue;
    const mine = rowsOf.get(offset) ?? [];
    if (mine.length !== expected.length)
      throw new FuzzFailure('rows', `${mine.length} rows of ${expected.length} accepted records`);
    for (const table of new Set(expected.map((row) => row.table))) compareTable(table, mine, expected);
  }
}

function compareTable(table: string, mine: readonly RowText[], expected: readonly RowText[]): void {
  const actualTexts = mine.filter((row) => row.table === table).map(({ text }) => text);
  const expectedTexts = expected.filter((row) => row.table === table).map(({ text }) => text);
  if (actualTexts.length !== expectedTexts.length)
    throw new FuzzFailure(
      'rows',
      `${actualTexts.length} rows of ${expectedTexts.length} records in ${table}`,
    );
  for (const [row, text] of expectedTexts.entries()) {
    const actual = actualTexts[row];
    if (actual !== text)
      throw new FuzzFailure(
        'rows',
        `a row of ${table} says ${JSON.stringify(actual)}, not ${JSON.stringify(text)}`,
      );
  }
}

function checkBlocks(encoded: EncodedBatch, batch: Batch, withForeign: boolean): void {
  const rows = encoded.blocks.reduce((sum, block) => sum + block.rows, 0);
  const refused = encoded.refused.reduce((sum, { rows: some }) => sum + some.length, 0);
  if (rows + refused !== batch.count || (refused > 0 && !withForeign))
    throw new FuzzFailure(
      'blocks',
      `${rows} rows in blocks and ${refused} refused, of ${batch.count} decoded`,
    );
  for (const { table, rows: named, columns, chunks } of encoded.blocks) {
    const start = Buffer.concat(chunks.slice(0, 1));
    const first = varintAt(start, 0);
    if (first.value !== columns.length || varintAt(start, first.end).value !== named)
      throw new FuzzFailure('blocks', `a block of ${table} starts as one of other columns or rows`);
  }
}

/** A Native block starts with how many columns it has, and how many rows. */
function varintAt(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = start; ; at++) {
    const byte = bytes[at] ?? 0;
    value += (byte % 128) * 128 ** (at - start);
    if (byte < 128) return { value, end: at + 1 };
  }
}

/** Rows are announced with their size: a writer makes batches by it, and a receiver refuses what would be too much. */
function checkSize({ blocks }: EncodedBatch, admitted: readonly Admitted[]): void {
  const bytes = blocks.flatMap(({ chunks }) => chunks).reduce((sum, chunk) => sum + chunk.length, 0);
  const announced = admitted.reduce(
    (sum, one) => sum + (one.kind === 'taken' ? storedBytesOf(one.validation) : 0),
    0,
  );
  if (bytes > announced * STORED_FACTOR + blocks.length * BLOCK_BYTES)
    throw new FuzzFailure('work', `${bytes} bytes of blocks, though ${announced} were announced`);
}

function storedBytesOf({ pieces }: Validation): number {
  return pieces.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
}

/** Nothing that only a rejected record says is in any block. */
function checkMarkers(
  encoded: EncodedBatch,
  admitted: readonly Admitted[],
  requests: readonly EncodedRequest[],
): void {
  const rejected = new Set<string>();
  for (const one of admitted) {
    if (one.kind === 'taken')
      for (const record of one.rejected) for (const marker of markersIn(record)) rejected.add(marker);
  }
  if (rejected.size === 0) return;
  for (const { bytes } of requests) {
    for (const marker of markersIn(bytes)) rejected.delete(marker);
  }
  for (const { table, chunks } of encoded.blocks) {
    const marker = markersIn(Buffer.concat(chunks)).find((one) => rejected.has(one));
    if (marker !== undefined)
      throw new FuzzFailure('rejected', `a block of ${table} holds the rejected record "${marker}"`);
  }
}

/** A decoder that saw much gives the same bytes as one that saw nothing. */
function compareWithFresh(
  requests: readonly EncodedRequest[],
  used: EncodedBatch,
  context: BatchContext,
): void {
  const fresh = context.subject.encode(context.subject.createDecoder(context.target.signal).decode(requests));
  const [left, right] = [digest(used), digest(fresh)];
  context.subject.release(fresh);
  if (left !== right)
    throw new FuzzFailure('reuse', 'a decoder used before gives other blocks than a fresh one');
}

function digest({ blocks, refused, doubts }: EncodedBatch): string {
  const contents = blocks.map(({ table, day, rows, chunks }) => [
    table,
    day,
    rows,
    Buffer.concat(chunks).toString('latin1'),
  ]);
  return JSON.stringify([contents, refused.map(({ reason, rows }) => [reason, ...rows]), doubts]);
}
