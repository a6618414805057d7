/** What OpenSLO v1 has and this version does not: each with its own code and what to write instead. */
import type { DefinitionProblemCode } from './codes.ts';

export interface Unsupported {
  readonly code: DefinitionProblemCode;
  readonly message: string;
}

const TIME_SLICES: Unsupported = {
  code: 'unsupported-time-slices',
  message: 'Time slices are not supported: use budgetingMethod: Occurrences, without timeSlice properties',
};
const CALENDAR: Unsupported = {
  code: 'unsupported-calendar-window',
  message: 'Calendar windows are not supported: write isRolling: true and no calendar',
};
const COMPOSITE: Unsupported = {
  code: 'unsupported-composite',
  message: 'Composite SLOs are not supported: give the SLO one indicator, and each further one its own SLO',
};
const RAW: Unsupported = {
  code: 'unsupported-raw-ratio',
  message: 'Raw ratios are not supported: write good (or bad) and total',
};
const THRESHOLD: Unsupported = {
  code: 'unsupported-threshold-metric',
  message:
    'Threshold metrics are not supported: write a ratioMetric whose good condition holds the threshold',
};

/** By general path below `spec` (`objectives[].op`), longest known ending first. */
const PROPERTIES: Readonly<Record<string, Unsupported>> = {
  alertPolicies: {
    code: 'unsupported-alert-policies',
    message: 'Alert policies are not supported: leave them out, the default burn-rate tiers apply',
  },
  'timeWindow[].calendar': CALENDAR,
  'objectives[].timeSliceTarget': TIME_SLICES,
  'objectives[].timeSliceWindow': TIME_SLICES,
  'objectives[].name': {
    code: 'unknown-property',
    message:
      'Objectives have no name in OpenSLO: write displayName, which names the objective when it is a name',
  },
  'objectives[].op': THRESHOLD,
  'objectives[].value': THRESHOLD,
  'objectives[].indicator': COMPOSITE,
  'objectives[].indicatorRef': COMPOSITE,
  'objectives[].compositeWeight': COMPOSITE,
  thresholdMetric: THRESHOLD,
  'ratioMetric.raw': RAW,
  'ratioMetric.rawType': RAW,
  'metricSource.metricSourceRef': {
    code: 'unsupported-data-source',
    message: 'Data sources are not supported: write type: otlp and spec, without metricSourceRef',
  },
};

/** A property no schema here has, if OpenSLO has it. */
export function unsupportedProperty(path: string): Unsupported | undefined {
  for (const [ending, unsupported] of Object.entries(PROPERTIES)) {
    if (path.endsWith(`.${ending}`)) return unsupported;
  }
  return undefined;
}

/** A value no schema here has, if OpenSLO has it. */
export function unsupportedValue(path: string, value: unknown): Unsupported | undefined {
  if (path.endsWith('.budgetingMethod') && (value === 'Timeslices' || value === 'RatioTimeslices')) {
    return TIME_SLICES;
  }
  if (path.endsWith('.metricSource.type') && typeof value === 'string') {
    return {
      code: 'unsupported-metric-source',
      message: `Metric sources of type ${value} are not supported: write type: otlp`,
    };
  }
  if (/^metadata\.labels[.[]/.test(path) && Array.isArray(value)) {
    return { code: 'unsupported-label-list', message: 'Lists as labels are not supported: write one text' };
  }
  return undefined;
}

/** `isRolling: false` asks for a calendar. */
export const NOT_ROLLING = CALENDAR;

/** `counter: false`: figures that go up and down are not events. */
export const GAUGE_RATIO: Unsupported = {
  code: 'unsupported-gauge-ratio',
  message: 'Ratios of gauges are not supported, only events are counted: write counter: true or leave it out',
};

const KINDS: Readonly<Record<string, string>> = {
  AlertPolicy: 'leave it out, the default burn-rate tiers apply',
  AlertCondition: 'leave it out, the default burn-rate tiers apply',
  AlertNotificationTarget: 'leave it out',
  DataSource: 'leave it out, and write type: otlp in each metricSource',
};

/** A kind of OpenSLO that is not read. */
export function unsupportedKind(kind: string): Unsupported | undefined {
  if (!Object.hasOwn(KINDS, kind)) return undefined;
  return { code: 'unsupported-kind', message: `The kind ${kind} is not supported: ${KINDS[kind]}` };
}
