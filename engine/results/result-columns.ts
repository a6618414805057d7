/** Columns of the result tables the engine writes (docs/formats/valet-tables.md). */
import { TABLES } from '../../schemas/names.ts';
import type { TableColumn } from '../../schemas/tables.ts';

const LC = 'LowCardinality(String)';
const FIGURE = 'Nullable(Float64)';

function columns(definition: Readonly<Record<string, string>>): readonly TableColumn[] {
  const all = { TenantId: LC, ...definition, UpdatedAt: 'DateTime64(3)' };
  return Object.entries(all).map(([name, type]) => ({ name, type }));
}

/** Columns by table, in the order they are sent. */
export const RESULT_COLUMNS = {
  [TABLES.slices]: columns({
    Slo: LC,
    Generation: 'UInt32',
    Group: 'String',
    Slice: 'DateTime',
    Good: 'UInt64',
    Total: 'UInt64',
  }),
  [TABLES.budgets]: columns({
    Slo: LC,
    Objective: LC,
    Service: LC,
    Dimension: LC,
    Time: 'DateTime',
    WindowSeconds: 'UInt32',
    Good: 'UInt64',
    Total: 'UInt64',
    Sli: FIGURE,
    Target: 'Float64',
    Allowed: FIGURE,
    Spent: FIGURE,
    RemainingRatio: FIGURE,
    ExhaustsInSeconds: FIGURE,
    Coverage: FIGURE,
    State: LC,
    Window: LC,
    PeriodEnds: 'Nullable(DateTime)',
    Scale: 'UInt32',
    SecondWindow: LC,
    SecondGood: 'UInt64',
    SecondTotal: 'UInt64',
    SecondRemainingRatio: FIGURE,
    PeriodRemainingRatio: FIGURE,
  }),
  [TABLES.burnRates]: columns({
    Slo: LC,
    Objective: LC,
    Time: 'DateTime',
    Window: LC,
    Good: 'UInt64',
    Total: 'UInt64',
    Rate: FIGURE,
    Scale: 'UInt32',
  }),
  [TABLES.alerts]: columns({
    Id: 'String',
    Slo: LC,
    Objective: LC,
    Service: LC,
    Kind: LC,
    Severity: LC,
    LongWindow: LC,
    ShortWindow: LC,
    Factor: 'Float64',
    StartedAt: 'DateTime64(3)',
    EndedAt: 'Nullable(DateTime64(3))',
    State: LC,
    Retroactive: 'Bool',
    Reason: 'String',
    Details: 'String',
  }),
  [TABLES.definitions]: columns({
    Slo: LC,
    Generation: 'UInt32',
    Service: LC,
    Dimension: LC,
    FromSlice: 'DateTime',
    Document: 'String',
  }),
} as const;

/** A table the engine writes. */
export type ResultTable = keyof typeof RESULT_COLUMNS;
