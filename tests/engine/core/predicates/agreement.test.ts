import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  compileClosure,
  compileValueClosure,
} from '../../../../engine/core/predicates/closure/compile-closure.ts';
import { parsePredicate, parseValue } from '../../../../engine/core/predicates/parse-predicate.ts';
import { compileSql, compileValueSql } from '../../../../engine/core/predicates/sql/compile-sql.ts';
import { POINT_KINDS } from '../../../../engine/core/predicates/types.ts';
import { PATTERNS } from './support/arbitrary-comparisons.ts';
import {
  eventConditions,
  logConditions,
  pointConditions,
  pointValues,
  spanConditions,
  spanValues,
} from './support/arbitrary-conditions.ts';
import { logRows, pointRows, spanRows, VALUES } from './support/arbitrary-rows.ts';
import { logBatch, metricBatch, spanBatch } from './support/batches.ts';
import { logRow, pointRow, spanRow, Tables, textOf } from './support/tables.ts';

const RUNS = Number(process.env['VALET_PROPERTY_RUNS'] ?? 60);
const CONDITIONS_PER_RUN = 8;
const OPERATORS = ['==', '!=', '<', '<=', '>', '>='];
const SEED = 20_261_121;

describe('closure and SQL', () => {
  let tables: Tables;
  beforeAll(() => {
    tables = new Tables();
  });
  afterAll(() => tables.close());

  const some = (condition: fc.Arbitrary<string>) =>
    fc.array(condition, { minLength: 1, maxLength: CONDITIONS_PER_RUN });
  const options = { numRuns: RUNS, seed: Number(process.env['VALET_PROPERTY_SEED'] ?? SEED) };

  it('give the same answer for every value that is hard to read, by every way to ask', () => {
    const path = 'span.attributes["k"]';
    const rows = [
      {},
      ...VALUES.map((value) => ({ attributes: [['k', value]] as const, statusMessage: textOf(value) })),
    ];
    const literals = [
      '5',
      '-5',
      '0',
      '0.1',
      '1000',
      '9007199254740991',
      '"5"',
      '""',
      '"true"',
      '"a"',
      '"\\u00e4"',
      '"\\ufffd"',
    ];
    const texts = [
      ...literals.flatMap((literal) => OPERATORS.map((operator) => `${path} ${operator} ${literal}`)),
      ...['true', 'false', 'nil'].flatMap((literal) => [`${path} == ${literal}`, `${path} != ${literal}`]),
      ...PATTERNS.flatMap((pattern) =>
        [path, 'span.status.message'].map((field) => `IsMatch(${field}, ${JSON.stringify(pattern)})`),
      ),
      ...['5', '', ' ', '\n'].flatMap((part) => [
        `HasPrefix(${path}, ${JSON.stringify(part)})`,
        `HasSuffix(${path}, ${JSON.stringify(part)})`,
      ]),
    ];
    const batch = spanBatch(rows);
    const predicates = texts.map((text) => parsePredicate(text, 'traces'));
    const inSql = tables.answers(
      'spans',
      rows.map(spanRow),
      predicates.map((predicate) => compileSql(predicate).sql),
    );
    for (const [index, predicate] of predicates.entries()) {
      const test = compileClosure(predicate, batch);
      expect(
        rows.map((_, row) => test(row)),
        predicate.text,
      ).toEqual(inSql[index]);
    }
  });

  it('give the same answer for what is nested as deep as it may be', () => {
    const around = (before: string, after: string, depth: number) => (inner: string) =>
      before.repeat(depth) + inner + after.repeat(depth);
    const texts = [
      `span.kind${' + span.kind'.repeat(64)} == 130`,
      `span.kind${' / span.kind'.repeat(64)} == 1`,
      `${around('(1.5 + ', ')', 60)('span.kind')} == 92`,
      around('not (', ')', 63)('span.kind == 2'),
      around('(span.kind == 2 and (span.kind != 3 or ', '))', 30)('false'),
      `${around('ConvertCase(', ', "upper")', 63)('span.name')} == "A"`,
      `${around('Substring(', ', 0, 1)', 63)('span.name')} == "a"`,
      `${around('Split(', ', ",")[0]', 63)('span.name')} == "a"`,
      `${around('Int(', ')', 63)('span.attributes["k"]')} == 7`,
      `spanevent.name == "e" and ${around('Split(', ', ",")[0]', 30)('spanevent.name')} == "e"`,
    ];
    const rows = [
      { kind: 2, name: 'a', attributes: [['k', '7.5']] as const, events: [{ name: 'e' }] },
      { kind: 3 },
      {},
    ];
    const batch = spanBatch(rows);
    const predicates = texts.map((text) => parsePredicate(text, 'traces'));
    const streamed = predicates.map((predicate) =>
      rows.map((_, row) => compileClosure(predicate, batch)(row)),
    );
    const sql = predicates.map((predicate) => compileSql(predicate).sql);
    expect(sql.map((one) => tables.answers('spans', rows.map(spanRow), [one])[0])).toEqual(streamed);
    const [no, yes] = [false, true];
    expect(streamed.map(([first]) => first)).toEqual([yes, no, yes, no, yes, yes, yes, yes, yes, yes]);
  });

  it('give the same answer for every span', () => {
    const property = fc.property(spanRows, some(spanConditions), (rows, texts) => {
      const batch = spanBatch(rows);
      const predicates = texts.map((text) => parsePredicate(text, 'traces'));
      const streamed = predicates.map((predicate) =>
        rows.map((_, row) => compileClosure(predicate, batch)(row)),
      );
      const sql = predicates.map((predicate) => compileSql(predicate).sql);
      expect(streamed).toEqual(tables.answers('spans', rows.map(spanRow), sql));
    });
    fc.assert(property, options);
  });

  it('give the same answer for every span with events', () => {
    const property = fc.property(spanRows, some(eventConditions), (rows, texts) => {
      const batch = spanBatch(rows);
      const predicates = texts.map((text) => parsePredicate(text, 'traces'));
      const streamed = predicates.map((predicate) =>
        rows.map((_, row) => compileClosure(predicate, batch)(row)),
      );
      const sql = predicates.map((predicate) => compileSql(predicate).sql);
      expect(streamed).toEqual(tables.answers('spans', rows.map(spanRow), sql));
    });
    fc.assert(property, options);
  });

  it('give the same answer for every log record', () => {
    const property = fc.property(logRows, some(logConditions), (rows, texts) => {
      const batch = logBatch(rows);
      const predicates = texts.map((text) => parsePredicate(text, 'logs'));
      const streamed = predicates.map((predicate) =>
        rows.map((_, row) => compileClosure(predicate, batch)(row)),
      );
      const sql = predicates.map((predicate) => compileSql(predicate).sql);
      expect(streamed).toEqual(tables.answers('logs', rows.map(logRow), sql));
    });
    fc.assert(property, options);
  });

  it('give the same answer for every point of every table', () => {
    const property = fc.property(
      pointRows,
      some(pointConditions),
      fc.constantFrom(...POINT_KINDS),
      (rows, texts, table) => {
        const batch = metricBatch(rows);
        const predicates = texts.map((text) => parsePredicate(text, 'metrics'));
        const streamed = predicates.map((predicate) =>
          rows.map((_, row) => compileClosure(predicate, batch, table)(row)),
        );
        const sql = predicates.map((predicate) => compileSql(predicate, table).sql);
        expect(streamed).toEqual(tables.answers('points', rows.map(pointRow), sql));
      },
    );
    fc.assert(property, options);
  });

  it('give the same number for every span', () => {
    const property = fc.property(spanRows, some(spanValues), (rows, texts) => {
      const batch = spanBatch(rows);
      const measured = texts.map((text) => parseValue(text, 'traces'));
      const streamed = measured.map((value) => rows.map((_, row) => compileValueClosure(value, batch)(row)));
      const sql = measured.map((value) => compileValueSql(value).sql);
      expect(streamed.map(numbersOf)).toEqual(tables.values('spans', rows.map(spanRow), sql).map(numbersOf));
    });
    fc.assert(property, options);
  });

  it('give the same number for every point of every table', () => {
    const property = fc.property(
      pointRows,
      some(pointValues),
      fc.constantFrom(...POINT_KINDS),
      (rows, texts, table) => {
        const batch = metricBatch(rows);
        const measured = texts.map((text) => parseValue(text, 'metrics'));
        const streamed = measured.map((value) =>
          rows.map((_, row) => compileValueClosure(value, batch, table)(row)),
        );
        const sql = measured.map((value) => compileValueSql(value, table).sql);
        expect(streamed.map(numbersOf)).toEqual(
          tables.values('points', rows.map(pointRow), sql).map(numbersOf),
        );
      },
    );
    fc.assert(property, options);
  });
});

/** Numbers as ClickHouse's JSON has them: none is null, infinities are texts. A zero's sign is not looked at. */
function numbersOf(values: readonly unknown[]): readonly unknown[] {
  return values.map((value) => {
    if (value === null) return Number.NaN;
    if (typeof value === 'string') return value === 'inf' ? Number.POSITIVE_INFINITY : -Infinity;
    return value === 0 ? 0 : value;
  });
}
