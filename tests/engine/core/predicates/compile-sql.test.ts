import { describe, expect, it } from 'vitest';
import { PredicateError } from '../../../../engine/core/predicates/errors.ts';
import { parsePredicate, parseValue } from '../../../../engine/core/predicates/parse-predicate.ts';
import { compileSql, compileValueSql } from '../../../../engine/core/predicates/sql/compile-sql.ts';

const sql = (text: string) => compileSql(parsePredicate(text, 'traces')).sql;

describe('compileSql()', () => {
  it.each([
    ['true', '1'],
    ['span.status.code == STATUS_CODE_ERROR', "(StatusCode IN ('Error'))"],
    ['span.kind > 7', '0'],
    ['span.kind >= 0', '1'],
    ['span.attributes["http.route"] == "/x"', "(SpanAttributes['http.route'] = '/x')"],
    ['span.attributes["k"] == ""', "(mapContains(SpanAttributes, 'k') AND SpanAttributes['k'] = '')"],
    ['span.attributes["k"] == nil', "(NOT mapContains(SpanAttributes, 'k'))"],
    ['IsMatch(span.name, "^G.T")', "(match(SpanName, '(?-s)^G.T'))"],
    ['span.duration >= Duration("200ms")', '(Duration >= 200000000)'],
    [
      'span.kind / 2 == 1',
      "ifNull(trunc(toFloat64(indexOf(['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'], SpanKind) - 1) / nullIf(2, 0)) = 1, 0)",
    ],
    ['ConvertCase(span.name, "lower") == "a"', "(lower(SpanName) = 'a')"],
    [
      'spanevent.name == "x"',
      "if(empty(Events.Name), 0, arrayExists((event_name, event_time, event_attributes) -> (event_name = 'x'), Events.Name, Events.Timestamp, Events.Attributes))",
    ],
    ['IsRootSpan()', "(ParentSpanId = '')"],
    ['resource.attributes["service.name"] == "cart"', "(ServiceName = 'cart')"],
    ['span.name == "it\'s \\\\ \\n"', "(SpanName = 'it\\'s \\\\ \\n')"],
  ])('writes %s as %s', (text, expected) => {
    expect(sql(text)).toBe(expected);
  });

  it('cannot be led out of a literal', () => {
    expect(sql(`span.name == "' OR 1=1 --"`)).toBe("(SpanName = '\\' OR 1=1 --')");
    expect(sql(`span.name == "\\\\' OR 1=1 --"`)).toBe("(SpanName = '\\\\\\' OR 1=1 --')");
    expect(sql(`span.attributes["'] OR 1=1 --"] == "x"`)).toBe("(SpanAttributes['\\'] OR 1=1 --'] = 'x')");
  });

  it('says that a path in no table works in the stream only, and where it stands', () => {
    const predicate = parsePredicate('true and span.flags == 1', 'traces');
    expect(() => compileSql(predicate)).toThrow(PredicateError);
    expect(() => compileSql(predicate)).toThrow(
      expect.objectContaining({ code: 'predicate-stream-only', column: 10 }),
    );
  });

  it('needs the table of points for metrics, and knows what each has', () => {
    const predicate = parsePredicate(
      'metric.type == METRIC_DATA_TYPE_SUM and datapoint.value_int > 5',
      'metrics',
    );
    expect(() => compileSql(predicate)).toThrow(TypeError);
    expect(compileSql(predicate, 'sum').sql).toBe('(1 AND (Value > 5))');
    expect(compileSql(predicate, 'histogram').sql).toBe('(0 AND 0)');
  });

  it('refuses to write an expression that no statement has room for', () => {
    const part = `${'Split('.repeat(60)}span.name${', ",")[0]'.repeat(60)} == "a"`;
    const predicate = parsePredicate(`${part} or ${part} or ${part}`, 'traces');
    expect(() => compileSql(predicate)).toThrow(
      expect.objectContaining({ code: 'predicate-too-large', message: expect.stringMatching(/131072/) }),
    );
  });
});

describe('compileValueSql()', () => {
  it('says that a path in no table works in the stream only', () => {
    const value = parseValue('1 + span.flags', 'traces');
    expect(() => compileValueSql(value)).toThrow(
      expect.objectContaining({ code: 'predicate-stream-only', column: 5 }),
    );
  });

  it('needs the table of points for metrics', () => {
    const value = parseValue('datapoint.count', 'metrics');
    expect(() => compileValueSql(value)).toThrow(TypeError);
    expect(compileValueSql(value, 'summary').sql).toContain('toFloat64((toInt128(Count)))');
  });
});
