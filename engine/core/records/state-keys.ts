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
    case 'exclusions':
      return `exclusions|${record.slo}|${record.generation}`;
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

const BLOCKS = ['counts|', 'slices|', 'excluded|', 'exclusions|', 'alive|', 'samples|'];

/** Whether a key is that of a block of counts, judged or alive slices, or of samples: what is absolute. */
export function isBlockKey(key: string): boolean {
  return BLOCKS.some((kind) => key.startsWith(kind));
}

/** Whose blocks of what was taken out are meant. */
export interface DeletedExclusion {
  readonly slo: string;
  readonly generation: number;
  /** The block; absent: the exclusions themselves. */
  readonly block?: { readonly rule: string; readonly level: number; readonly block: number };
}

/** What a deleted record told of exclusions; undefined for any other key. */
export function deletedExclusion(key: string): DeletedExclusion | undefined {
  const [kind, slo = '', generation, rule = '', level, block] = key.split('|');
  if (kind !== 'excluded' && kind !== 'exclusions') return undefined;
  const of = { slo, generation: Number(generation) };
  if (kind === 'exclusions') return of;
  return { ...of, block: { rule, level: Number(level), block: Number(block) } };
}

/** The id of the alert whose key this is; undefined for any other key. */
export function deletedAlert(key: string): string | undefined {
  return key.startsWith('alert|') ? key.slice('alert|'.length) : undefined;
}
