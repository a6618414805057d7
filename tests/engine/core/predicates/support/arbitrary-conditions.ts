/** Generated conditions and values of each signal. */
import fc from 'fast-check';
import { PredicateError } from '../../../../../engine/core/predicates/errors.ts';
import { parsePredicate, parseValue } from '../../../../../engine/core/predicates/parse-predicate.ts';
import type { Signal } from '../../../../../schemas/names.ts';
import {
  compared,
  conditions,
  entryOf,
  equality,
  keyed,
  number,
  ofAny,
  ofEnum,
  ofId,
  ofText,
  operator,
} from './arbitrary-comparisons.ts';
import { calculated, literalDuration, type Vocabulary, values } from './arbitrary-values.ts';

/** What is refused for its literals, and what is never nil; nothing else may be. */
const EXPECTED = new Set(['predicate-invalid-literal', 'predicate-unsupported', 'predicate-never-nil']);
const EXPECTED_MISMATCH =
  /^Cannot use (String|Int|Double) on|must be a path|its enum|say what they are|^Cannot measure a literal/;

function isAccepted(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (!(error instanceof PredicateError)) throw error;
    const isExpected =
      EXPECTED.has(error.code) ||
      (error.code === 'predicate-type-mismatch' && EXPECTED_MISMATCH.test(error.reason));
    if (!isExpected) throw error;
    return false;
  }
}

function accepted(conditions: fc.Arbitrary<string>, signal: Signal): fc.Arbitrary<string> {
  return conditions.filter((text) => isAccepted(() => parsePredicate(text, signal)));
}

const SHARED_MAPS = ['resource.attributes', 'scope.attributes', 'instrumentation_scope.attributes'];

/** An id by itself compares with ids only. */
const ID_AS_TEXT = 'ConvertCase(span.trace_id.string, "upper")';

const SPAN: Vocabulary = {
  any: entryOf('span.attributes', ...SHARED_MAPS),
  texts: ['span.name', 'span.status.message', 'span.trace_state', 'scope.name', ID_AS_TEXT],
  numbers: ['span.kind'],
  whole: ['span.kind', 'span.status.code'],
  counts: ['span.start_time_unix_nano', 'span.end_time_unix_nano', 'Int(span.duration)'],
  times: ['span.start_time', 'span.end_time'],
};

const EVENT: Vocabulary = {
  any: entryOf('spanevent.attributes', 'spanevent.attributes', 'span.attributes'),
  texts: ['spanevent.name', 'spanevent.name', 'span.name'],
  numbers: ['span.kind'],
  whole: ['span.status.code'],
  counts: ['spanevent.time_unix_nano', 'span.end_time_unix_nano'],
  times: ['spanevent.time', 'span.start_time'],
};

const spanLeaf = fc.oneof(
  { weight: 4, arbitrary: keyed('span.attributes', ...SHARED_MAPS) },
  ofText('span.name', 'span.status.message', 'span.trace_state', 'scope.name', 'scope.version'),
  ofId(16, 'span.span_id.string', 'span.parent_span_id.string'),
  ofId(32, 'span.trace_id.string'),
  ofEnum('span.kind', 'SPAN_KIND_SERVER', 'SPAN_KIND_UNSPECIFIED'),
  ofEnum('span.status.code', 'STATUS_CODE_ERROR', 'STATUS_CODE_OK'),
  compared(fc.constant('span.duration'), operator, fc.oneof(literalDuration, fc.constantFrom('0', '1'))),
  fc.constant('IsRootSpan()'),
);

export const spanConditions = accepted(
  conditions(fc.oneof({ weight: 2, arbitrary: spanLeaf }, { weight: 2, arbitrary: calculated(SPAN) })),
  'traces',
);

export const eventConditions = accepted(
  conditions(
    fc.oneof(
      { weight: 2, arbitrary: keyed('spanevent.attributes') },
      { weight: 2, arbitrary: ofText('spanevent.name') },
      compared(fc.constantFrom('spanevent.name', 'spanevent.time'), equality, fc.constant('nil')),
      { weight: 2, arbitrary: calculated(EVENT) },
      spanLeaf,
    ),
  ),
  'traces',
).filter((text) => text.includes('spanevent.'));

const LOG: Vocabulary = {
  any: fc.oneof(entryOf('log.attributes', ...SHARED_MAPS), fc.constant('log.body')),
  texts: ['log.severity_text', 'log.event_name', 'scope.name', 'resource.schema_url'],
  numbers: ['log.severity_number'],
  whole: ['log.flags', 'log.severity_number'],
  counts: ['log.time_unix_nano'],
  times: ['log.time'],
};

export const logConditions = accepted(
  conditions(
    fc.oneof(
      { weight: 3, arbitrary: keyed('log.attributes', ...SHARED_MAPS) },
      { weight: 2, arbitrary: ofAny(fc.constant('log.body')) },
      ofText('log.severity_text', 'log.event_name', 'scope.name', 'scope.schema_url'),
      ofId(16, 'log.span_id.string'),
      ofId(32, 'log.trace_id.string'),
      ofEnum('log.severity_number', 'SEVERITY_NUMBER_ERROR', 'SEVERITY_NUMBER_WARN2'),
      { weight: 6, arbitrary: calculated(LOG) },
    ),
  ),
  'logs',
);

const POINT: Vocabulary = {
  any: entryOf('datapoint.attributes', ...SHARED_MAPS),
  texts: ['metric.name', 'metric.description', 'metric.unit'],
  numbers: ['datapoint.value_double', 'datapoint.sum', 'datapoint.min', 'datapoint.max'],
  whole: [
    'datapoint.scale',
    'datapoint.flags',
    'datapoint.positive.offset',
    'datapoint.negative.offset',
    'metric.type',
    'metric.aggregation_temporality',
    'scope.dropped_attributes_count',
  ],
  counts: ['datapoint.count', 'datapoint.zero_count', 'datapoint.time_unix_nano'],
  times: ['datapoint.time', 'datapoint.start_time'],
};

export const pointConditions = accepted(
  conditions(
    fc.oneof(
      { weight: 2, arbitrary: keyed('datapoint.attributes', ...SHARED_MAPS) },
      { weight: 2, arbitrary: ofText('metric.name', 'metric.description', 'metric.unit') },
      ofEnum('metric.type', 'METRIC_DATA_TYPE_SUM', 'METRIC_DATA_TYPE_GAUGE'),
      ofEnum('metric.aggregation_temporality', 'AGGREGATION_TEMPORALITY_DELTA'),
      compared(fc.constant('metric.is_monotonic'), equality, fc.constantFrom('true', 'false', 'nil')),
      compared(fc.constantFrom(...POINT.numbers, ...POINT.counts), operator, number),
      compared(fc.constantFrom('datapoint.count', 'datapoint.sum'), equality, fc.constant('nil')),
      { weight: 4, arbitrary: calculated(POINT) },
    ),
  ),
  'metrics',
);

/** Numbers of each signal's records. */
export const spanValues = measured(SPAN, 'traces');
export const pointValues = measured(POINT, 'metrics');

function measured(vocabulary: Vocabulary, signal: Signal): fc.Arbitrary<string> {
  const { number: numeric } = values(vocabulary);
  return numeric
    .filter((text) => /[a-z]\./.test(text))
    .filter((text) => isAccepted(() => parseValue(text, signal)));
}
