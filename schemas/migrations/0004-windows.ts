/** Budgets of calendar windows, of time slices, and of a second window; kinds of alerts (docs/formats/valet-tables.md). */
import { TABLES } from '../names.ts';
import type { LayoutStep } from './types.ts';

const LC = 'LowCardinality(String) CODEC(ZSTD(1))';
const COUNT = 'UInt64 CODEC(T64, ZSTD(1))';
/** What the counts of a row are to be divided by. */
const SCALE = 'Scale UInt32 DEFAULT 1 CODEC(ZSTD(1))';

export const windows: LayoutStep = {
  version: 4,
  name: 'windows',
  definitions: [
    {
      kind: 'columns',
      name: TABLES.budgets,
      columns: [
        `\`Window\` ${LC}`,
        'PeriodEnds Nullable(DateTime) CODEC(ZSTD(1))',
        SCALE,
        `SecondWindow ${LC}`,
        `SecondGood ${COUNT}`,
        `SecondTotal ${COUNT}`,
        'SecondRemainingRatio Nullable(Float64) CODEC(ZSTD(1))',
        'PeriodRemainingRatio Nullable(Float64) CODEC(ZSTD(1))',
      ],
    },
    { kind: 'columns', name: TABLES.burnRates, columns: [SCALE] },
    {
      kind: 'columns',
      name: TABLES.alerts,
      columns: [`Kind LowCardinality(String) DEFAULT 'burn' CODEC(ZSTD(1))`],
    },
  ],
};
