import { describe, expect, it } from 'vitest';
import { compileClosure } from '../../../../engine/core/predicates/closure/compile-closure.ts';
import { parsePredicate } from '../../../../engine/core/predicates/parse-predicate.ts';
import { decodeSpans } from '../../../../otlp/columns/decode.ts';
import { spanBatch } from './support/batches.ts';

describe('a condition over span events', () => {
  const batch = spanBatch([
    { name: 'none' },
    { name: 'two', events: [{ name: 'retry' }, { name: 'exception', attributes: [['type', 'Timeout']] }] },
    { name: 'mixed', events: [{ name: 'retry', attributes: [['type', 'Timeout']] }, { name: 'exception' }] },
    { name: 'one', start: 5n, events: [{ name: 'retry', time: 9n }] },
  ]);
  const names = (text: string) => {
    const test = compileClosure(parsePredicate(text, 'traces'), batch);
    return ['none', 'two', 'mixed', 'one'].filter((_, row) => test(row));
  };
  it.each<[string, string, readonly string[]]>([
    ['is true of a span with an event that makes it true', 'spanevent.name == "exception"', ['two', 'mixed']],
    [
      'asks one event for all of it',
      'spanevent.name == "exception" and spanevent.attributes["type"] == "Timeout"',
      ['two'],
    ],
    [
      'is asked of every event, also below not',
      'not spanevent.name == "exception"',
      ['none', 'two', 'mixed', 'one'],
    ],
    ['finds nil where there are no events', 'spanevent.name == nil', ['none']],
    ['finds events that are there', 'spanevent.name != nil', ['two', 'mixed', 'one']],
    ['may look at the span beside', 'spanevent.name == "retry" and span.name != "two"', ['mixed', 'one']],
    [
      'is also about spans without events',
      'spanevent.name == "exception" or span.name == "none"',
      ['none', 'two', 'mixed'],
    ],
    ['has nil times equal', 'spanevent.time + Duration("1s") <= spanevent.time', ['none']],
    [
      'has no order of nil times',
      'spanevent.time - Duration("1ns") < spanevent.time',
      ['two', 'mixed', 'one'],
    ],
    ['compares times', 'spanevent.time - span.start_time == Duration("4ns")', ['one']],
    ['calculates with names', 'ConvertCase(spanevent.name, "upper") == "EXCEPTION"', ['two', 'mixed']],
    [
      'has nil equal nil',
      'ConvertCase(spanevent.name, "upper") == ConvertCase(spanevent.name, "lower")',
      ['none'],
    ],
  ])('%s', (_, text, expected) => {
    expect(names(text)).toEqual(expected);
  });

  it('reads batches as they are decoded', () => {
    const start = '1790000000000000000';
    const events = [
      { name: 'retry', timeUnixNano: '1790000000000000005' },
      {
        name: 'exception',
        timeUnixNano: '1790000000000000009',
        attributes: [{ key: 'type', value: { stringValue: 'Timeout' } }],
      },
    ];
    const ids = { traceId: '0102030405060708090a0b0c0d0e0f10', spanId: '0102030405060708' };
    const spans = [
      { ...ids, name: 'none', startTimeUnixNano: start, endTimeUnixNano: start },
      { ...ids, name: 'two', startTimeUnixNano: start, endTimeUnixNano: start, events },
      { ...ids, name: 'none again', startTimeUnixNano: start, endTimeUnixNano: start },
      { ...ids, name: 'one', startTimeUnixNano: start, endTimeUnixNano: start, events: events.slice(1) },
    ];
    const bytes = new TextEncoder().encode(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
    const decoded = decodeSpans([{ bytes, offset: 0, appendedMillis: 1_790_000_000_000, tenant: '' }]);
    const answers = (text: string) =>
      [0, 1, 2, 3].map(compileClosure(parsePredicate(text, 'traces'), decoded));
    expect(answers('spanevent.attributes["type"] == "Timeout"')).toEqual([false, true, false, true]);
    expect(answers('spanevent.time - span.start_time == Duration("5ns")')).toEqual([
      false,
      true,
      false,
      false,
    ]);
    expect(answers('spanevent.name == nil')).toEqual([true, false, true, false]);
    expect(answers('not spanevent.name == "exception"')).toEqual([true, true, true, false]);
  });
});
