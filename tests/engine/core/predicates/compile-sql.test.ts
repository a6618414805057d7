import { describe, expect, it } from 'vitest';
import { PredicateError } from '../../../../engine/core/predicates/errors.ts';
import { parsePredicate } from '../../../../engine/core/predicates/parse-predicate.ts';
import { compileSql } from '../../../../engine/core/predicates/sql/compile-sql.ts';

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
});
