import type { Random } from '../../bench/payload/random.ts';

/** Markers are `mk` and twelve letters or digits: the chance that two records of a run share one is nil. */
const MARKER = /mk[0-9a-z]{12}/g;

/** A text to know a record by. */
export function nextMarker(random: Random): string {
  const part = () => random.uint32().toString(36).padStart(7, '0').slice(-6);
  return `mk${part()}${part()}`;
}

/** The markers in bytes of any kind. */
export function markersIn(bytes: Uint8Array): readonly string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return text.match(MARKER) ?? [];
}
