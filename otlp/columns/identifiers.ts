import { NONE } from './types.ts';

/** The start of a trace id when `[start, end)` is a valid one (16 bytes, not all zero), else NONE. */
export function traceIdStart(view: DataView, start: number, end: number): number {
  if (end - start !== 16) return NONE;
  const low = view.getInt32(start, true) | view.getInt32(start + 4, true);
  const high = view.getInt32(start + 8, true) | view.getInt32(start + 12, true);
  return (low | high) === 0 ? NONE : start;
}

/** The start of a span id when `[start, end)` is a valid one (8 bytes, not all zero), else NONE. */
export function spanIdStart(view: DataView, start: number, end: number): number {
  if (end - start !== 8) return NONE;
  return (view.getInt32(start, true) | view.getInt32(start + 4, true)) === 0 ? NONE : start;
}
