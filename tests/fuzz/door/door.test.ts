import { describe, expect, onTestFinished, test } from 'vitest';
import { openDoor } from '../../../fuzz/door/door.ts';
import type { CreateLog } from '../../../fuzz/door/house.ts';
import { NOW_NANOS } from '../../../fuzz/moment.ts';
import type { Payload, Target } from '../../../fuzz/types.ts';
import { MemoryLog } from '../../../log/memory/memory-log.ts';
import type { NewRecord } from '../../../log/types.ts';
import { fixed64 } from '../../otlp/support/encode.ts';
import { logRecord, logs } from '../../otlp/support/payloads.ts';

const LOGS: Target = { signal: 'logs', encoding: 'protobuf' };
/** Numbers enough for every manner of sending. */
const NUMBERS = 64;

function payload(number: number): Payload {
  const body = logs(logRecord(fixed64(1, NOW_NANOS)), logRecord(fixed64(1, BigInt(number))));
  return { policy: 'plain', compression: 'identity', body };
}

async function findings(createLog?: CreateLog): Promise<string[]> {
  const door = await openDoor(LOGS, createLog);
  onTestFinished(() => door.close());
  const found: string[] = [];
  for (let number = 1; number <= NUMBERS; number++) {
    const failure = await door.check(payload(number), number);
    if (failure !== undefined) found.push(failure.message);
  }
  return found;
}

/** Logs that do something else than what they are asked for, and what has to be found then. */
class ChangingLog extends MemoryLog {
  change: (records: readonly NewRecord[]) => readonly NewRecord[] = (records) => records;

  override append(topic: string, records: readonly NewRecord[], partition?: number) {
    return super.append(topic, this.change(records), partition);
  }
}

function changing(change: ChangingLog['change']): CreateLog {
  return (options) => Object.assign(new ChangingLog(options), { change });
}

const PLANTED: Record<string, [CreateLog, RegExp]> = {
  'stores twice': [changing((records) => [...records, ...records]), /holds 2 records, not 1/],
  'stores other bytes': [
    changing((records) => records.map((record) => ({ ...record, value: record.value.slice(1) }))),
    /record 0 of the log is not what was accepted/,
  ],
  'stores nothing': [changing(() => [{ value: new Uint8Array(0) }]), /record 0 of the log/],
  fails: [
    changing(() => {
      throw new Error('the disk is gone');
    }),
    /answers (?:503|14) to a body that is taken, not (?:200|0)/,
  ],
};

describe('Door.check()', () => {
  test('Door.check() finds nothing where answers and log are as they should be, in every manner', async () => {
    const door = await openDoor(LOGS);
    for (let number = 1; number <= NUMBERS; number++)
      expect(await door.check(payload(number), number)).toBeUndefined();
    await door.close();
    const { sent, taken, refused, cut, logged } = door.tally;
    expect(sent).toBe(NUMBERS);
    expect(taken + refused + cut).toBe(NUMBERS);
    expect(logged).toBe(taken);
    for (const count of [taken, refused, cut]) expect(count).toBeGreaterThan(0);
  });

  test.each(Object.entries(PLANTED))('Door.check() finds a log that %s', async (_, [createLog, message]) => {
    expect((await findings(createLog)).join('\n')).toMatch(message);
  });
});
