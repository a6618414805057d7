import type { Configuration } from '../../../schemas/configuration.ts';
import type { TableColumn } from '../../../schemas/tables.ts';

/**
 * What to do about tables that another program made under the names Valet uses. `refuse`: stop, and say what differs
 * and what can be done. `alter`: add what is missing. `accept`: leave them as they are, without tenants, and a repeated
 * insert is stored again.
 */
export type ForeignTables = Configuration['foreignTables'];

/** What a table lacks of what Valet relies on. */
export interface Difference {
  readonly table: string;
  readonly kind: /** Columns of the blocks that are inserted. */
    | 'columns'
    /** It does not remember the tokens of inserts, or too few. */
    | 'window'
    /** The view fills its target without the tenant. */
    | 'view'
    /** Something under this name that rows cannot go to, or not safely. */
    | 'shape';
  /** For people, to be read behind the table's name. */
  readonly told: string;
  /** Statements that mend it; none where that is not possible. */
  readonly mend: readonly string[];
  /** Of kind `columns`: what is missing. */
  readonly missing: readonly TableColumn[];
}

/** A table that is used though it lacks something. */
export interface ForeignTable {
  readonly table: string;
  /** Columns whose values are not stored. */
  readonly missingColumns: readonly string[];
  /** An insert that is repeated is stored again. */
  readonly atLeastOnce: boolean;
  /** Rows of all tenants look alike. */
  readonly singleTenant: boolean;
  /** All of it in words. */
  readonly told: readonly string[];
}
