import { afterAll, beforeAll, describe, onTestFinished, test } from 'vitest';
import { BROKER_DEATHS } from './broker-deaths.ts';
import { LOG_DAMAGE } from './log-damage.ts';
import { OWNERSHIP } from './ownership.ts';
import { RECEIVER_DEATHS } from './receiver-deaths.ts';
import type { Scenarios } from './scenario.ts';
import { type LogMaker, type Site, startSite } from './site.ts';
import { STORE_FAULTS } from './store-faults.ts';
import { World } from './world.ts';
import { WRITER_DEATHS } from './writer-deaths.ts';

const MATRIX: Readonly<Record<string, Scenarios>> = {
  'when a process of Valet dies': { ...WRITER_DEATHS, ...RECEIVER_DEATHS },
  'when the broker dies': BROKER_DEATHS,
  'when partitions change hands': OWNERSHIP,
  'when the store fails': STORE_FAULTS,
  'when the log is not what it was': LOG_DAMAGE,
};

/**
 * Every scenario on one kind of log, with a real ClickHouse. After each: nothing acknowledged is missing, nothing
 * acknowledged at the first try is there twice.
 */
export function faultMatrix(
  kind: LogMaker['kind'],
  makeLogs: () => Promise<LogMaker & { close(): Promise<void> }>,
): void {
  let logs: LogMaker & { close(): Promise<void> };
  let site: Site;
  beforeAll(async () => {
    [logs, site] = await Promise.all([makeLogs(), startSite()]);
  });
  afterAll(async () => {
    await site.close();
    await logs.close();
  });
  for (const [group, scenarios] of Object.entries(MATRIX)) {
    const rows = Object.entries(scenarios).filter(([, { on }]) => on === undefined || on === kind);
    if (rows.length === 0) continue;
    describe(`nothing is lost or stored twice ${group}`, () => {
      for (const [sentence, { run, partitions = 1 }] of rows)
        test(sentence, async () => {
          const world = await World.create(logs, site, partitions);
          onTestFinished(() => world.end());
          await run(world);
        });
    });
  }
}
