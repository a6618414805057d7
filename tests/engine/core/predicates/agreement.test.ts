import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileClosure } from '../../../../engine/core/predicates/closure/compile-closure.ts';
import { parsePredicate } from '../../../../engine/core/predicates/parse-predicate.ts';
import { compileSql } from '../../../../engine/core/predicates/sql/compile-sql.ts';
import {
  logConditions,
  logRows,
  PATTERNS,
  pointConditions,
  pointRows,
  spanConditions,
  spanRows,
  VALUES,
} from './support/arbitraries.ts';
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

  it('give the same answer for every gauge and sum point', () => {
    const property = fc.property(
      pointRows,
      some(pointConditions),
      fc.constantFrom('gauge', 'sum'),
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
});
