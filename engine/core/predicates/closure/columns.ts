import type { Field } from '../types.ts';
import type { BatchColumn } from './batch-column.ts';
import type { Lineage } from './lineage.ts';

/** What readers need of a batch. */
export interface Columns {
  /** The bytes all slices point into. */
  readonly source: Uint8Array;
  readonly lineage: Lineage;
  readonly of: (field: Field) => BatchColumn;
}
