/** What OpenSLO v1 has and this version does not: each with its own code and what to write instead. */
import type { DefinitionProblemCode } from './codes.ts';

export interface Unsupported {
  readonly code: DefinitionProblemCode;
  readonly message: string;
  /** The property here that it stands in the place of, which is then not missing, too. */
  readonly insteadOf?: string;
}

const COMPOSITE: Unsupported = {
  code: 'unsupported-composite',
  message: 'Composite SLOs are not supported: give the SLO one indicator, and each further one its own SLO',
};
const RAW: Unsupported = {
  code: 'unsupported-raw-ratio',
  message: 'Raw ratios are not supported: write good (or bad) and total',
  insteadOf: 'total',
};
const THRESHOLD: Unsupported = {
  code: 'unsupported-threshold-metric',
  message:
    'Threshold metrics are not supported: write a ratioMetric whose good condition holds the threshold',
  insteadOf: 'ratioMetric',
};
const CONNECTION: Unsupported = {
  code: 'unsupported-data-source',
  message: 'Telemetry is sent here, there is nothing to connect to: write connectionDetails: {}',
};

/** By general path below `spec` (`objectives[].op`), longest known ending first. */
const PROPERTIES: Readonly<Record<string, Unsupported>> = {
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
};

/** A property no schema here has, if OpenSLO has it. */
export function unsupportedProperty(path: string): Unsupported | undefined {
  if (path.startsWith('spec.connectionDetails')) return CONNECTION;
  for (const [ending, unsupported] of Object.entries(PROPERTIES)) {
    if (path.endsWith(`.${ending}`)) return unsupported;
  }
  return undefined;
}

/** A value no schema here has, if OpenSLO has it. */
export function unsupportedValue(path: string, value: unknown): Unsupported | undefined {
  if (path.endsWith('.metricSource.type') && typeof value === 'string') {
    return {
      code: 'unsupported-metric-source',
      message: `Metric sources of type ${value.slice(0, 40)} are not supported: write type: otlp`,
    };
  }
  if (path === 'spec.type' && typeof value === 'string') {
    return {
      code: 'unsupported-data-source',
      message: `Data sources of type ${value.slice(0, 40)} are not supported, telemetry is sent here: write type: otlp`,
    };
  }
  return path === 'spec.connectionDetails' ? CONNECTION : undefined;
}

/** `counter: false`: figures that go up and down are not events. */
export const GAUGE_RATIO: Unsupported = {
  code: 'unsupported-gauge-ratio',
  message: 'Ratios of gauges are not supported, only events are counted: write counter: true',
};
