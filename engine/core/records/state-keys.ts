/** Keys of `valet_state`: a later record of a key replaces the earlier one (docs/formats/valet_state.md). */
import type { StateRecord } from '../../../schemas/records-state.ts';
import type { AlertRecord } from '../types.ts';

/** The key of a state record. */
export function stateKey(record: StateRecord<AlertRecord>): string {
  switch (record.kind) {
    case 'counts':
      return `counts|${record.slo}|${record.generation}|${record.level}|${record.block}`;
    case 'slices':
      return `slices|${record.slo}|${record.generation}|${record.rule}|${record.level}|${record.block}`;
    case 'excluded':
      return `excluded|${record.slo}|${record.generation}|${record.rule}|${record.level}|${record.block}`;
    case 'samples':
      return `samples|${record.slo}|${record.generation}`;
    case 'alive':
      return `alive|${record.signal}|${record.level}|${record.block}`;
    case 'progress':
      return `progress|${record.partition}`;
    case 'alert':
      return `alert|${record.alert.id}`;
  }
}

const BLOCKS = ['counts|', 'slices|', 'excluded|', 'alive|', 'samples|'];

/** Whether a key is that of a block of counts, judged or alive slices, or of samples: what is absolute. */
export function isBlockKey(key: string): boolean {
  return BLOCKS.some((kind) => key.startsWith(kind));
}

/** The id of the alert whose key this is; undefined for any other key. */
export function deletedAlert(key: string): string | undefined {
  return key.startsWith('alert|') ? key.slice('alert|'.length) : undefined;
}
