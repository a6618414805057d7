/**
 * V8 compiles well what is called often. A function that is called a few times per block and loops over all its rows
 * is compiled anew, in the middle of its loop, at nearly every call: so columns are written in pieces of this size.
 */
const PIECE_ROWS = 256;

/** Calls `write` for ranges `from` ≤ i < `to` that make up `count`. */
export function inPieces(count: number, write: (from: number, to: number) => void): void {
  for (let from = 0; from < count; from += PIECE_ROWS) write(from, Math.min(count, from + PIECE_ROWS));
}
