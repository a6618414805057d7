/** Which column of a batch a path reads, and on which level it stands. */
import type { Batch, LogBatch, MetricBatch, SpanBatch } from '../../../../otlp/columns/types.ts';
import { numberTest } from '../compare-number.ts';
import { metricTypeOf } from '../metric-type.ts';
import type { PointKind } from '../types.ts';
import {
  attributeTest,
  dictionaryTest,
  durationTest,
  type FieldCondition,
  idTest,
  numbersTest,
  sliceTest,
} from './column-test.ts';
import { type LeveledTest, METRIC_LEVEL, RESOURCE_LEVEL, SCOPE_LEVEL } from './lineage.ts';
import { type RowTest, remember } from './row-test.ts';
import { type ValueCondition, valueTest } from './value-test.ts';

/** Spans and log records stand right below their scope, points below their metric. */
const RECORD_LEVEL = 2;
const POINT_LEVEL = 3;

/**
 * The condition over the column its path names; a boolean when all rows answer alike.
 *
 * @throws {TypeError} when the batch's signal does not have the path: the checker has let it through.
 */
export function fieldTest(condition: FieldCondition, batch: Batch, table?: PointKind): LeveledTest | boolean {
  const shared = sharedTest(condition, batch);
  if (shared !== undefined) return shared;
  switch (batch.signal) {
    case 'traces':
      return { level: RECORD_LEVEL, test: spanTest(condition, batch) };
    case 'logs':
      return { level: RECORD_LEVEL, test: logTest(condition, batch) };
    case 'metrics':
      return metricTest(condition, batch, table ?? 'gauge');
  }
}

function sharedTest(condition: FieldCondition, batch: Batch): LeveledTest | undefined {
  const { source, resources, scopes } = batch;
  switch (condition.field.path) {
    case 'resource.attributes': {
      const test = attributeTest(condition, resources.attributes, source);
      return { level: RESOURCE_LEVEL, test: remember(test, resources.count) };
    }
    case 'scope.attributes': {
      const test = attributeTest(condition, scopes.attributes, source);
      return { level: SCOPE_LEVEL, test: remember(test, scopes.count) };
    }
    case 'scope.name':
    case 'scope.version': {
      const column = condition.field.path === 'scope.name' ? scopes.name : scopes.version;
      return {
        level: SCOPE_LEVEL,
        test: remember(sliceTest(ofValue(condition), column, source), scopes.count),
      };
    }
    default:
      return undefined;
  }
}

function spanTest(condition: FieldCondition, batch: SpanBatch): RowTest {
  const { source } = batch;
  switch (condition.field.path) {
    case 'span.attributes':
      return attributeTest(condition, batch.attributes, source);
    case 'span.name':
      return dictionaryTest(ofValue(condition), batch.name);
    case 'span.kind':
      return numbersTest(condition, batch.kind);
    case 'span.status.code':
      return numbersTest(condition, batch.statusCode);
    case 'span.status.message':
      return sliceTest(ofValue(condition), batch.statusMessage, source);
    case 'span.duration':
      return durationTest(condition, batch.startNanos, batch.endNanos);
    case 'span.trace_id.string':
      return idTest(ofValue(condition), batch.traceId);
    case 'span.span_id.string':
      return idTest(ofValue(condition), batch.spanId);
    case 'span.parent_span_id.string':
      return idTest(ofValue(condition), batch.parentSpanId);
    case 'span.trace_state':
      return sliceTest(ofValue(condition), batch.traceState, source);
    case 'span.flags':
      return numbersTest(condition, batch.flags);
    default:
      throw unreadable(condition);
  }
}

function logTest(condition: FieldCondition, batch: LogBatch): RowTest {
  const { source } = batch;
  switch (condition.field.path) {
    case 'log.attributes':
      return attributeTest(condition, batch.attributes, source);
    case 'log.body':
      return valueTest(ofValue(condition), batch.body, source);
    case 'log.severity_number':
      return numbersTest(condition, batch.severityNumber);
    case 'log.severity_text':
      return dictionaryTest(ofValue(condition), batch.severityText);
    case 'log.event_name':
      return dictionaryTest(ofValue(condition), batch.eventName);
    case 'log.trace_id.string':
      return idTest(ofValue(condition), batch.traceId);
    case 'log.span_id.string':
      return idTest(ofValue(condition), batch.spanId);
    default:
      throw unreadable(condition);
  }
}

function metricTest(condition: FieldCondition, batch: MetricBatch, table: PointKind): LeveledTest | boolean {
  const { metrics, source } = batch;
  const ofMetric = (test: RowTest): LeveledTest => ({
    level: METRIC_LEVEL,
    test: remember(test, metrics.count),
  });
  switch (condition.field.path) {
    case 'metric.name':
      return ofMetric(dictionaryTest(ofValue(condition), metrics.name));
    case 'metric.description':
      return ofMetric(sliceTest(ofValue(condition), metrics.description, source));
    case 'metric.unit':
      return ofMetric(sliceTest(ofValue(condition), metrics.unit, source));
    case 'metric.type':
      return (
        condition.kind === 'number' && numberTest(condition.operator, condition.literal)(metricTypeOf(table))
      );
    case 'datapoint.attributes':
      return { level: POINT_LEVEL, test: attributeTest(condition, batch[table].attributes, source) };
    case 'datapoint.value_double':
    case 'datapoint.value_int':
      if (table !== 'gauge' && table !== 'sum') return false;
      return { level: POINT_LEVEL, test: numbersTest(condition, batch[table].value) };
    default:
      throw unreadable(condition);
  }
}

function ofValue(condition: FieldCondition): ValueCondition {
  if (condition.kind === 'present')
    throw new TypeError(`Cannot ask whether ${condition.field.path} is present`);
  return condition;
}

function unreadable(condition: FieldCondition): TypeError {
  return new TypeError(`Cannot read ${condition.field.path} from this batch`);
}
