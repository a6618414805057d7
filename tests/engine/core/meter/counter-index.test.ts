import { describe, expect, test } from 'vitest';
import { CounterIndex } from '../../../../engine/core/meter/counter-index.ts';
import { indicatorConditions } from '../../../../engine/core/meter/indicator-conditions.ts';
import { ConditionPool } from '../../../../engine/core/predicates/condition-pool.ts';
import { spanBatch } from '../predicates/support/batches.ts';
import type { Attributes } from '../predicates/support/rows.ts';

const service = (name: string) => `resource.attributes["service.name"] == "${name}"`;
const environment = 'resource.attributes["env"] == "production"';

/** Names of the SLOs whose counters are found for each of the resources; each SLO is called as its condition. */
function found(wheres: readonly string[], resources: readonly Attributes[], tenants = ['']): string[][] {
  const pool = new ConditionPool();
  const index = new CounterIndex(
    wheres.map((where, number) => ({
      slo: where,
      tenant: tenants[number] ?? '',
      generation: 1,
      fromSlice: 0,
      toSlice: Number.POSITIVE_INFINITY,
      conditions: indicatorConditions({ total: { signal: 'traces', where } }, pool),
    })),
  );
  const finder = index.finder(spanBatch(resources.map((resource) => ({ resource }))));
  return resources.map((_, resource) => finder.of(resource).map(({ counter }) => counter.slo));
}

describe('CounterIndex', () => {
  test('CounterIndex finds for a resource only the counters of its service, and those that name none', () => {
    const wheres = [service('a'), service('b'), `${service('a')} and span.kind == 2`, 'span.kind == 2'];
    const resources: readonly Attributes[] = [
      [['service.name', 'a']],
      [['service.name', 'c']],
      [['other', 'a']],
    ];
    expect(found(wheres, resources)).toEqual([
      [service('a'), `${service('a')} and span.kind == 2`, 'span.kind == 2'],
      ['span.kind == 2'],
      ['span.kind == 2'],
    ]);
  });

  test('CounterIndex goes by the attribute that the fewest share, whichever is named first', () => {
    const services = Array.from({ length: 10 }, (_, index) => `${environment} and ${service(`s${index}`)}`);
    const resources: readonly Attributes[] = [
      [
        ['env', 'production'],
        ['service.name', 's3'],
      ],
    ];
    expect(found(services, resources)).toEqual([[services[3]]]);
  });

  test('CounterIndex finds a counter once, however many of what it demands a resource has', () => {
    const either = `${service('a')} or ${environment} or ${service('a')}`;
    const both: Attributes = [
      ['env', 'production'],
      ['service.name', 'a'],
    ];
    expect(found([either], [both, [['env', 'production']], []])).toEqual([[either], [either], []]);
  });

  test('CounterIndex finds no counter of another tenant', () => {
    expect(found([service('a'), 'true'], [[['service.name', 'a']]], ['other', 'other'])).toEqual([[]]);
  });

  test('CounterIndex takes the string form of what is no text, and the first of equal keys', () => {
    const wheres = [service('5'), service('true'), service('')];
    const resources: readonly Attributes[] = [
      [['service.name', { int: 5n }]],
      [['service.name', true]],
      [['service.name', null]],
      [
        ['service.name', '5'],
        ['service.name', ''],
      ],
    ];
    expect(found(wheres, resources)).toEqual([
      [service('5')],
      [service('true')],
      [service('')],
      [service('5')],
    ]);
  });

  test('CounterIndex takes no bytes that are not UTF-8 for the character they are shown as', () => {
    const pool = new ConditionPool();
    const conditions = indicatorConditions({ total: { signal: 'traces', where: service('\ufffd') } }, pool);
    const counter = { slo: 'x', tenant: '', generation: 1, fromSlice: 0, toSlice: 1, conditions };
    const batch = spanBatch([
      { resource: [['service.name', 'x']] },
      { resource: [['service.name', '\ufffd']] },
    ]);
    batch.source[batch.resources.attributes.values.starts[0] as number] = 0xff;
    const finder = new CounterIndex([counter]).finder(batch);
    expect([finder.of(0).length, finder.of(1).length]).toEqual([0, 1]);
  });
});
