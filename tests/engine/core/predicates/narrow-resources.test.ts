import { describe, expect, test } from 'vitest';
import { ConditionPool } from '../../../../engine/core/predicates/condition-pool.ts';
import { narrowResources } from '../../../../engine/core/predicates/narrow-resources.ts';
import { parsePredicate } from '../../../../engine/core/predicates/parse-predicate.ts';

const A = 'resource.attributes["service.name"] == "a"';
const B = 'resource.attributes["service.name"] == "b"';
const PRODUCTION = 'resource.attributes["env"] == "production"';
const NAMED = 'span.name == "x"';
const MATCHED = 'IsMatch(resource.attributes["host"], "^h")';

/** What is asked of resources and rows besides, as conditions; `true` is nothing. */
interface Expected {
  /** `key=text`; undefined: no equality is demanded. */
  readonly equalities: readonly string[] | undefined;
  readonly ofResource: string;
  readonly ofRow: string;
}

const demanded: Readonly<Record<string, readonly [string, ...Expected[]]>> = {
  'an equality': [A, { equalities: ['service.name=a'], ofResource: 'true', ofRow: 'true' }],
  'a literal on the left': [
    '"a" == resource.attributes["service.name"]',
    { equalities: ['service.name=a'], ofResource: 'true', ofRow: 'true' },
  ],
  'an equality beside others': [
    `${NAMED} and (${A} and ${MATCHED})`,
    { equalities: ['service.name=a'], ofResource: MATCHED, ofRow: NAMED },
  ],
  'each of two equalities, a way by each': [
    `${A} and ${PRODUCTION} and ${NAMED}`,
    { equalities: ['service.name=a'], ofResource: PRODUCTION, ofRow: NAMED },
    { equalities: ['env=production'], ofResource: A, ofRow: NAMED },
  ],
  'one of several': [
    `(${A} or ${B}) and ${NAMED}`,
    { equalities: ['service.name=a', 'service.name=b'], ofResource: 'true', ofRow: NAMED },
  ],
  'one of several attributes': [
    `${A} or ${PRODUCTION}`,
    { equalities: ['service.name=a', 'env=production'], ofResource: 'true', ofRow: 'true' },
  ],
  'one of several with more to each, which is asked still': [
    `${A} and ${NAMED} or ${B}`,
    {
      equalities: ['service.name=a', 'service.name=b'],
      ofResource: 'true',
      ofRow: `${A} and ${NAMED} or ${B}`,
    },
  ],
  'nothing can fulfil it': [`${NAMED} and false`, { equalities: [], ofResource: 'true', ofRow: NAMED }],
};

const free: Readonly<Record<string, readonly [string, Expected]>> = {
  'an inequality': [
    'resource.attributes["service.name"] != "a"',
    { equalities: undefined, ofResource: 'resource.attributes["service.name"] != "a"', ofRow: 'true' },
  ],
  'the opposite of an equality': [
    `not (${A})`,
    { equalities: undefined, ofResource: `not (${A})`, ofRow: 'true' },
  ],
  'a number': [
    'resource.attributes["service.name"] == 5',
    { equalities: undefined, ofResource: 'resource.attributes["service.name"] == 5', ofRow: 'true' },
  ],
  absence: [
    'resource.attributes["service.name"] == nil',
    { equalities: undefined, ofResource: 'resource.attributes["service.name"] == nil', ofRow: 'true' },
  ],
  'what is made of an attribute': [
    'ConvertCase(resource.attributes["service.name"], "lower") == "a"',
    {
      equalities: undefined,
      ofResource: 'ConvertCase(resource.attributes["service.name"], "lower") == "a"',
      ofRow: 'true',
    },
  ],
  'a side without one': [
    `${A} or ${NAMED}`,
    { equalities: undefined, ofResource: 'true', ofRow: `${A} or ${NAMED}` },
  ],
  'an attribute of the span': [
    'span.attributes["service.name"] == "a"',
    { equalities: undefined, ofResource: 'true', ofRow: 'span.attributes["service.name"] == "a"' },
  ],
};

function expectWays(text: string, expected: readonly Expected[]): void {
  const pool = new ConditionPool();
  const condition = (where: string) => pool.share(parsePredicate(where, 'traces').condition);
  const ways = narrowResources(parsePredicate(text, 'traces').condition);
  expect(ways.map(({ equalities }) => equalities?.map(({ key, text: value }) => `${key}=${value}`))).toEqual(
    expected.map(({ equalities }) => equalities),
  );
  for (const [index, { ofResource, ofRow }] of ways.entries()) {
    expect(pool.share(ofResource)).toBe(condition(expected[index]?.ofResource ?? ''));
    expect(pool.share(ofRow.condition)).toBe(condition(expected[index]?.ofRow ?? ''));
  }
}

describe('narrowResources()', () => {
  test.each(Object.entries(demanded))('narrowResources() finds a demand: %s', (_, [text, ...expected]) => {
    expectWays(text, expected);
  });

  test.each(Object.entries(free))('narrowResources() finds no demand: %s', (_, [text, expected]) => {
    expectWays(text, [expected]);
  });

  test('narrowResources() tells a few ways of a condition that demands very much', () => {
    const all = Array.from({ length: 150 }, (_, key) => `resource.attributes["${key}"] == "x"`);
    const ways = narrowResources(parsePredicate(all.join(' and '), 'traces').condition);
    expect(ways.length).toBeGreaterThan(1);
    expect(ways.length).toBeLessThan(20);
  });

  test('narrowResources() keeps what reads span events with the rows', () => {
    const [way] = narrowResources(parsePredicate(`${A} and spanevent.name == "x"`, 'traces').condition);
    expect(way.ofRow.readsEvents).toBe(true);
    const [plain] = narrowResources(parsePredicate(`${A} and ${NAMED}`, 'traces').condition);
    expect(plain.ofRow.readsEvents).toBe(false);
  });
});
