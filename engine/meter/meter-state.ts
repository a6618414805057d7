/** The meter's running state as commit metadata (docs/formats/valet_sli.md). */
import type { MeterState } from '../core/meter/meter-batch.ts';

/** What is kept beside a meter's offset. */
export interface StoredMeterState {
  /** Of the topic the offset belongs to; undefined when it was not told. */
  readonly identity: string | undefined;
  readonly state: MeterState;
}

const FIELDS = ['headMillis', 'dataMillis', 'aliveData', 'aliveBeat'] as const;

/** The state as text, far below the log's limit of 4096 bytes. */
export function encodeMeterState(state: MeterState, identity: string): string {
  return JSON.stringify({ ...state, identity });
}

/** The state of a committed text; empty when the text is not ours. */
export function decodeMeterState(metadata: string): StoredMeterState {
  try {
    const parsed = JSON.parse(metadata) as Readonly<Record<string, unknown>>;
    const fields = FIELDS.flatMap((field) =>
      typeof parsed[field] === 'number' ? [[field, parsed[field]]] : [],
    );
    const identity = typeof parsed['identity'] === 'string' ? parsed['identity'] : undefined;
    return { identity, state: Object.fromEntries(fields) };
  } catch {
    return { identity: undefined, state: {} };
  }
}
