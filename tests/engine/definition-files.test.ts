/** What edits of the SLO directory must not do: take an SLO's history away. */
import { afterEach, describe, expect, test } from 'vitest';
import { Harness, sloYaml } from './support/harness.ts';
import { burst } from './support/traces.ts';

let harness: Harness;
afterEach(() => harness.close());

async function traffic(seconds: number, bad = 0): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 10) {
    await harness.append(burst(harness.nowMillis, 10, bad));
    harness.nowMillis += 10_000;
    await harness.settle();
  }
}

describe('SLO files', () => {
  test('A file that is empty while it is being written anew keeps generation and history', async () => {
    harness = await Harness.create();
    await traffic(60);
    await harness.write('slo.yaml', '');
    await harness.engine.publishDefinitions();
    harness.nowMillis += 3000;
    await harness.engine.publishDefinitions();
    await harness.write('slo.yaml', sloYaml({ target: '0.9' }));
    harness.nowMillis += 3000;
    await harness.engine.publishDefinitions();
    harness.nowMillis += 60_000;
    await harness.engine.publishDefinitions();
    await traffic(30);
    expect(harness.status()).toMatchObject({ generation: 1, total: 90, target: 0.9 });
  });

  test('A definition missed now and then, never for 10 s, is not retired', async () => {
    harness = await Harness.create();
    await traffic(20);
    for (const text of ['', sloYaml(), '', sloYaml()]) {
      await harness.write('slo.yaml', text);
      await harness.engine.publishDefinitions();
      harness.nowMillis += 6000;
    }
    await harness.write('slo.yaml', '');
    await harness.engine.publishDefinitions();
    expect(harness.engine.replica.definition('shop-availability')).toBeDefined();
  });

  test('A definition gone for 10 s is retired', async () => {
    harness = await Harness.create();
    await traffic(20);
    await harness.remove('slo.yaml');
    await harness.engine.publishDefinitions();
    harness.nowMillis += 9999;
    await harness.engine.publishDefinitions();
    expect(harness.engine.replica.definition('shop-availability')).toBeDefined();
    harness.nowMillis += 1;
    await harness.engine.publishDefinitions();
    expect(harness.engine.replica.definition('shop-availability')).toBeUndefined();
  });

  test('A second file with the name of an SLO in force does not displace it, wherever its path sorts', async () => {
    harness = await Harness.create();
    await traffic(60);
    for (const copy of ['a-copy.yaml', 'z-copy.yaml']) {
      await harness.write(copy, sloYaml({ target: '0.5', good: 'span.duration > 5' }));
      await harness.engine.publishDefinitions();
      expect(harness.engine.replica.problems()).toMatchObject([
        { file: copy, code: 'duplicate-name', message: expect.stringContaining('slo.yaml line 1') },
      ]);
      harness.nowMillis += 20_000;
      await traffic(10);
      expect(harness.status()).toMatchObject({ generation: 1, target: 0.999 });
      await harness.remove(copy);
    }
    expect(harness.status().total).toBe(80);
  });

  test('A file renamed, also by way of a copy, keeps generation and history', async () => {
    harness = await Harness.create();
    await traffic(60);
    await harness.write('a-renamed.yaml', sloYaml());
    await harness.engine.publishDefinitions();
    await harness.remove('slo.yaml');
    await harness.engine.publishDefinitions();
    harness.nowMillis += 20_000;
    await harness.engine.publishDefinitions();
    await traffic(20);
    expect(harness.status()).toMatchObject({ generation: 1, total: 80 });
    expect(harness.engine.replica.definition('shop-availability')?.file).toBe('a-renamed.yaml');
    expect(harness.engine.replica.problems()).toEqual([]);
  });
});

describe('SLO files with warnings', () => {
  const withTiers = (tiers: string) => {
    const slo = JSON.parse(sloYaml()) as { metadata: object };
    return JSON.stringify({ ...slo, metadata: { ...slo.metadata, labels: { 'valet/tiers': tiers } } });
  };

  test('are in force, and an SLO gone from one is retired like any other', async () => {
    harness = await Harness.create({ files: { 'slo.yaml': withTiers('page 1h 14.4') } });
    const { replica } = harness.engine;
    expect(replica.problems()).toMatchObject([{ code: 'deviation-key', severity: 'warning' }]);
    expect(replica.definition('shop-availability')?.tiers).toHaveLength(1);
    await traffic(20);
    const other = withTiers('none').replaceAll('shop-availability', 'other');
    await harness.write('slo.yaml', other);
    await harness.engine.publishDefinitions();
    harness.nowMillis += 10_000;
    await harness.engine.publishDefinitions();
    expect(replica.definition('shop-availability')).toBeUndefined();
    expect(replica.definition('other')?.tiers).toEqual([]);
  });

  test('have the tiers they ask for, also after a restart, and no others', async () => {
    harness = await Harness.create({ files: { 'slo.yaml': withTiers('ticket 2h/10m 3') } });
    await harness.restart();
    await traffic(600, 1);
    const firing = () => harness.engine.replica.alerts({ limit: 9, openOnly: true });
    expect(
      firing().map(({ severity, longWindow, shortWindow, factor }) => [
        severity,
        longWindow,
        shortWindow,
        factor,
      ]),
    ).toEqual([['ticket', '2h', '10m', 3]]);
    await harness.write('slo.yaml', withTiers('none'));
    await harness.engine.publishDefinitions();
    await traffic(20, 1);
    expect(firing()).toEqual([]);
  });
});

describe('Several objectives', () => {
  test('Status and list name the tier that fires as the alerts do, though the other one began first', async () => {
    const two = JSON.parse(sloYaml()) as { spec: { objectives: unknown[] } } satisfies object;
    two.spec.objectives = [
      { displayName: 'loose', target: 0.99 },
      { displayName: 'strict', target: 0.9999 },
    ];
    harness = await Harness.create({ files: { 'slo.yaml': JSON.stringify(two) } });
    await traffic(3600);
    await traffic(60, 10);
    const { replica } = harness.engine;
    const name = 'shop-availability';
    expect(replica.slos(harness.nowMillis)[0]).toMatchObject({ firing: ['page'], state: 'exhausted' });
    await traffic(720, 10);
    const pages = replica.alerts({ limit: 99 }).filter(({ longWindow }) => longWindow === '1h');
    const stateOf = (objective: string) => pages.find((alert) => alert.objective === objective)?.state;
    expect([stateOf('loose'), stateOf('strict')]).toEqual(['firing', 'inhibited']);
    for (const objective of ['loose', 'strict']) {
      const tier = replica.status(name, harness.nowMillis, objective)?.tiers[0];
      expect(tier).toMatchObject({ longWindow: '1h', state: stateOf(objective) });
    }
    expect(replica.slos(harness.nowMillis)[0]).toMatchObject({ firing: ['page'] });
  }, 60_000);
});
