/**
 * About how many bytes a record becomes as a row. Tables repeat resource, scope and metric in every row, so a small
 * request can become a huge block: 20,000 empty log records under one attribute of 1 MB are 1 MB to send (1 kB as
 * gzip) and 20 GB to store.
 */

/** The fixed columns of a row: times, ids in hexadecimal, offsets of arrays and maps. */
const ROW_BYTES = 200;
/** What a value costs beside its bytes: its place in a map or an array. */
const VALUE_BYTES = 8;
/** Beyond so many values in one place their bookkeeping, not their bytes, is what fills the memory. */
const USUAL_VALUES = 1024;
const UNUSUAL_VALUE_BYTES = 64;

/** Bytes of one row for content of so many bytes with so many messages (attributes, values, events …) in it. */
export function rowBytes(bytes: number, messages: number): number {
  return ROW_BYTES + repeatedBytes(bytes, messages);
}

/** Bytes that content of a resource, scope or metric adds to each row below it. */
export function repeatedBytes(bytes: number, messages: number): number {
  const unusual = Math.max(0, messages - USUAL_VALUES);
  return bytes + (messages - unusual) * VALUE_BYTES + unusual * UNUSUAL_VALUE_BYTES;
}
