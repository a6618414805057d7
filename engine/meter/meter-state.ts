/** The meter's running state as commit metadata (docs/formats/valet_sli.md). */
import type { MeterState } from '../core/meter/meter-batch.ts';

const FIELDS = ['headMillis', 'dataMillis', 'aliveData', 'aliveBeat'] as const;

/** The state as text, far below the log's limit of 4096 bytes. */
export function encodeMeterState(state: MeterState): string {
  return JSON.stringify(state);
}

/** The state of a committed text; empty when the text is not ours. */
export function decodeMeterState(metadata: string): MeterState {
  try {
    const parsed = JSON.parse(metadata) as Readonly<Record<string, unknown>>;
    return Object.fromEntries(
      FIELDS.flatMap((field) => (typeof parsed[field] === 'number' ? [[field, parsed[field]]] : [])),
    );
  } catch {
    return {};
  }
}
