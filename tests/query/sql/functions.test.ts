import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  allowedFunctionsText,
  type EngineFunction,
  mayCall,
} from '../../../query/sql/guard/function-policy.ts';
import { isAllowedFunction } from '../../../query/sql/guard/functions.ts';
import { startTestEngine, type TestEngine } from '../../support/embedded.ts';

let engine: TestEngine;
let functions: readonly EngineFunction[];

beforeAll(async () => {
  engine = await startTestEngine();
  const rows = await engine.store.query<EngineFunction & { readonly aggregate: number }>(
    `SELECT name, toUInt8(is_aggregate) AS aggregate, categories AS category, alias_to AS aliasTo FROM system.functions`,
    { database: 'system' },
  );
  functions = rows.map(({ aggregate, ...row }) => ({ ...row, isAggregate: aggregate === 1 }));
});
afterAll(() => engine.close());

describe('allowed-functions.txt', () => {
  it('is what the policy makes of the engine in use (run vitest with -u after an upgrade and read the difference)', async () => {
    await expect(allowedFunctionsText(functions)).toMatchFileSnapshot(
      '../../../query/sql/guard/allowed-functions.txt',
    );
  });

  it('has no function that differs from a refused one by case only', () => {
    const refused = functions.filter((row) => !isAllowedFunction(row.name));
    const byLower = new Map(functions.map((row) => [row.name.toLowerCase(), row.name]));
    for (const { name } of refused) expect(isAllowedFunction(name.toLowerCase()), name).toBe(false);
    expect(byLower.size).toBeGreaterThan(1_500);
  });
});

describe('isAllowedFunction()', () => {
  it.each([
    'count',
    'COUNT',
    'sumIf',
    'quantilesTDigestArrayIf',
    'uniqExactMerge',
    'toStartOfInterval',
    'lambda',
    'topKWeightedMap',
  ])('is true for %s', (name) => expect(isAllowedFunction(name)).toBe(true));

  it.each([
    'file',
    'fileIf',
    'dictGet',
    'joinGet',
    'sleep',
    'hostName',
    '__actionName',
    'aggThrowIf',
    '',
    'nothingKnown',
  ])('is false for %s', (name) => expect(isAllowedFunction(name)).toBe(false));
});

describe('mayCall()', () => {
  it('follows an alias to what it stands for', () => {
    const alias = { name: 'hostname', isAggregate: false, category: '', aliasTo: 'hostName' };
    expect(mayCall(alias)).toBe(false);
    expect(mayCall({ ...alias, name: 'substr', aliasTo: 'substring', category: 'String' })).toBe(true);
  });
});
