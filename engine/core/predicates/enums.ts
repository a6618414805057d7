/** OTTL's enum symbols and their numbers (opentelemetry-proto; METRIC_DATA_TYPE as the Collector's pdata numbers it). */

const SEVERITIES = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;

/** SEVERITY_NUMBER_TRACE = 1, …_TRACE2 = 2, …, SEVERITY_NUMBER_FATAL4 = 24. */
function severityNumbers(): Record<string, number> {
  const numbers: Record<string, number> = { SEVERITY_NUMBER_UNSPECIFIED: 0 };
  SEVERITIES.forEach((severity, index) => {
    for (let step = 1; step <= 4; step++) {
      numbers[`SEVERITY_NUMBER_${severity}${step === 1 ? '' : step}`] = index * 4 + step;
    }
  });
  return numbers;
}

export const ENUMS = {
  SPAN_KIND: {
    SPAN_KIND_UNSPECIFIED: 0,
    SPAN_KIND_INTERNAL: 1,
    SPAN_KIND_SERVER: 2,
    SPAN_KIND_CLIENT: 3,
    SPAN_KIND_PRODUCER: 4,
    SPAN_KIND_CONSUMER: 5,
  },
  STATUS_CODE: { STATUS_CODE_UNSET: 0, STATUS_CODE_OK: 1, STATUS_CODE_ERROR: 2 },
  SEVERITY_NUMBER: severityNumbers(),
  METRIC_DATA_TYPE: {
    METRIC_DATA_TYPE_NONE: 0,
    METRIC_DATA_TYPE_GAUGE: 1,
    METRIC_DATA_TYPE_SUM: 2,
    METRIC_DATA_TYPE_HISTOGRAM: 3,
    METRIC_DATA_TYPE_EXPONENTIAL_HISTOGRAM: 4,
    METRIC_DATA_TYPE_SUMMARY: 5,
  },
  AGGREGATION_TEMPORALITY: {
    AGGREGATION_TEMPORALITY_UNSPECIFIED: 0,
    AGGREGATION_TEMPORALITY_DELTA: 1,
    AGGREGATION_TEMPORALITY_CUMULATIVE: 2,
  },
} as const satisfies Record<string, Readonly<Record<string, number>>>;

export type EnumFamily = keyof typeof ENUMS;

/** An enum symbol's family and number. */
export interface EnumSymbol {
  readonly family: EnumFamily;
  readonly value: number;
}

const SYMBOLS: ReadonlyMap<string, EnumSymbol> = new Map(
  (Object.keys(ENUMS) as EnumFamily[]).flatMap((family) =>
    Object.entries(ENUMS[family]).map(([symbol, value]): [string, EnumSymbol] => [symbol, { family, value }]),
  ),
);

/** The symbol's family and number; undefined when there is none of that name. */
export function enumSymbol(name: string): EnumSymbol | undefined {
  return SYMBOLS.get(name);
}

/** All symbols, for suggestions. */
export function enumNames(): readonly string[] {
  return [...SYMBOLS.keys()];
}
