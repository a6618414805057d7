/** What of a request is taken, held against what has to be. */
import type { RecordPolicy, Validation } from '../../otlp/validate/types.ts';
import { FuzzFailure } from '../failure.ts';
import { ExpectedRows, type RowText } from './expected-rows.ts';
import { Splicer } from './splicer.ts';
import { type ExpectedRecord, recordsOf } from './verdicts.ts';
import { readTree, WireFault, type WireMessage } from './wire.ts';

/** A request with the second opinion on its records. */
export interface JudgedRequest {
  readonly bytes: Uint8Array;
  readonly tree: WireMessage;
  readonly policy: RecordPolicy;
  readonly records: readonly ExpectedRecord[];
}

/** Why a record is dropped that is taken in itself: no request with it would fit the log. */
const TOO_LARGE = 'too-large-for-log';
/** What tags and lengths around a record may take beyond the least: one pair a level. */
const HEADER_SLACK = 64;

/** Checks how many records are taken and rejected, and for what. */
export function checkVerdicts(validation: Validation, records: readonly ExpectedRecord[]): void {
  const rejected = records.filter(({ flaw }) => flaw !== undefined);
  const tooLarge = validation.rejections.find(({ reason }) => reason === TOO_LARGE)?.count ?? 0;
  const expected = [
    records.length,
    records.length - rejected.length - tooLarge,
    rejected.length + tooLarge,
  ].join();
  const counts = [validation.records, validation.accepted, validation.rejected].join();
  if (counts !== expected)
    throw new FuzzFailure('verdicts', `counts ${counts} (records, accepted, rejected), not ${expected}`);
  for (const { reason, count, firstPath } of validation.rejections) {
    if (reason === TOO_LARGE) continue;
    const alike = rejected.filter(({ flaw }) => flaw === reason);
    if (alike.length !== count)
      throw new FuzzFailure('verdicts', `${reason} ${count} times, not ${alike.length}`);
    const [resource = ''] = (alike[0]?.path ?? '').split('.');
    if (!firstPath.startsWith(resource))
      throw new FuzzFailure('verdicts', `first at "${firstPath}", not in "${resource}"`);
  }
  const told = validation.rejections.reduce((sum, { count }) => sum + count, 0);
  if (told !== validation.rejected)
    throw new FuzzFailure('verdicts', `gives reasons for ${told} of ${validation.rejected}`);
}

/** A record and what is around it, as text, and the bytes they need. */
interface Content {
  readonly around: string;
  readonly record: string;
  readonly size: number;
}

/**
 * Checks that what is taken is the request without the rejected records, changed as the policy wants it and not
 * otherwise, in pieces that are not too large. Returns the rows it becomes.
 */
export function checkAccepted(validation: Validation, request: JudgedRequest): readonly RowText[] {
  const { bytes, pieces } = validation;
  const { policy, records } = request;
  const limit = policy.maxPieceBytes ?? Number.POSITIVE_INFINITY;
  const isWhole = pieces.length === 1 && pieces[0]?.bytes === bytes;
  if (isWhole && bytes === request.bytes) {
    if (records.some(({ flaw }) => flaw !== undefined))
      throw new FuzzFailure('accepted', 'a rejected record stays');
    if (bytes.length > limit)
      throw new FuzzFailure('accepted', 'a request larger than a piece may be is not cut');
    checkCount(pieces, [request]);
    return rowsOf(request);
  }
  if (pieces.some((piece) => piece.bytes.length > limit))
    throw new FuzzFailure('accepted', 'a piece is too large');
  const parts = pieces.map((piece) => read(piece.bytes, request));
  checkCount(pieces, parts);
  const actual = parts.flatMap((part) => contents(part.records, new Splicer(part.bytes)));
  const taken = records.filter(({ flaw }) => flaw === undefined);
  const expected = contents(taken, new Splicer(request.bytes, policy));
  compare(actual, withoutTooLarge(expected, actual, limit));
  if (actual.length !== validation.accepted)
    throw new FuzzFailure('accepted', `${actual.length} records are in the pieces`);
  const isChanged = validation.rejected > 0 || validation.changes.length > 0 || request.bytes.length > limit;
  if (!isChanged) throw new FuzzFailure('accepted', 'a request without flaw is not kept as it came');
  return parts.flatMap(rowsOf);
}

function checkCount(pieces: Validation['pieces'], parts: readonly Part[]): void {
  for (const [index, { records }] of parts.entries()) {
    const told = pieces[index]?.records;
    if (told !== records.length)
      throw new FuzzFailure('accepted', `a piece is said to have ${told} records, not ${records.length}`);
  }
}

function rowsOf({ bytes, records }: Part): RowText[] {
  const rows = new ExpectedRows(bytes);
  return records.map((record) => rows.row(record));
}

/** A request and its records. */
interface Part {
  readonly bytes: Uint8Array;
  readonly records: readonly ExpectedRecord[];
}

function read(bytes: Uint8Array, { tree, policy }: JudgedRequest): Part {
  try {
    const records = recordsOf(bytes, readTree(bytes, tree.name), policy);
    const flawed = records.find(({ flaw }) => flaw !== undefined);
    if (flawed !== undefined)
      throw new FuzzFailure('accepted', `what is left has a record that is ${flawed.flaw}`);
    return { bytes, records };
  } catch (error) {
    if (error instanceof WireFault)
      throw new FuzzFailure('accepted', `what is left is no request: ${error.message}`);
    throw error;
  }
}

function contents(records: readonly ExpectedRecord[], splicer: Splicer): Content[] {
  return records.map(({ message, around }) => {
    const record = splicer.record(message);
    const holders = around.map((holder) => splicer.around(holder)).join('\n');
    return { record, around: holders, size: record.length + holders.length };
  });
}

/** The expected records without those that no piece had room for; others may not be missing. */
function withoutTooLarge(expected: readonly Content[], actual: readonly Content[], limit: number): Content[] {
  let next = 0;
  return expected.filter((content) => {
    const found = actual[next];
    if (found?.record === content.record && found.around === content.around) {
      next++;
      return true;
    }
    return content.size + HEADER_SLACK <= limit;
  });
}

function compare(actual: readonly Content[], expected: readonly Content[]): void {
  if (actual.length !== expected.length)
    throw new FuzzFailure('accepted', `${actual.length} records are left of ${expected.length}`);
  for (const [index, { around, record }] of expected.entries()) {
    const found = actual[index] as Content;
    if (found.record !== record)
      throw new FuzzFailure('accepted', `a record is ${quoted(found.record)}, not ${quoted(record)}`);
    if (found.around !== around)
      throw new FuzzFailure('accepted', `around a record is ${quoted(found.around)}, not ${quoted(around)}`);
  }
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
