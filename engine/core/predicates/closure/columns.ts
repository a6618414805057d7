/** The columns of one table of a batch, each made once. */
import type { Batch } from '../../../../otlp/columns/types.ts';
import type { Field, PointKind } from '../types.ts';
import { type BatchColumn, columnOf } from './batch-column.ts';
import type { Lineage } from './lineage.ts';

/** What readers need of a batch. */
export interface Columns {
  /** The bytes all slices point into. */
  readonly source: Uint8Array;
  readonly lineage: Lineage;
  readonly of: (field: Field) => BatchColumn;
}

/** Where the rows stand, and of metrics in which table. */
export interface Place {
  readonly lineage: Lineage;
  readonly table?: PointKind | undefined;
}

export function columnsOf(batch: Batch, { lineage, table }: Place): Columns {
  const known = new Map<string, BatchColumn>();
  const of = (field: Field): BatchColumn => {
    const name = `${field.path} ${field.key ?? ''}`;
    const column = known.get(name) ?? columnOf(field, batch, table);
    known.set(name, column);
    return column;
  };
  return { source: batch.source, lineage, of };
}
