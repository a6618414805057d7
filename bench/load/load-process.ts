/** The load in a process of its own: its CPU time is nobody else's. Told what to send, it tells how much was acknowledged. */
import { setTimeout as sleep } from 'node:timers/promises';
import { liveRequests } from '../payload/live-requests.ts';
import type { Load, LoadTally } from './load.ts';
import { createSender } from './senders.ts';

/** A refused request is sent again after so long. */
const RETRY_MILLIS = 100;

async function run(load: Load): Promise<LoadTally> {
  const { signal, recordsPerRequest, connections, records, seconds, recordsPerSecond, firstNumber } = load;
  const encode = liveRequests(signal, recordsPerRequest);
  const sender = createSender(load);
  const last = firstNumber + (records === undefined ? Number.POSITIVE_INFINITY : records / recordsPerRequest);
  const startMillis = performance.now();
  const until = seconds === undefined ? Number.POSITIVE_INFINITY : startMillis + seconds * 1000;
  const pauseMillis = recordsPerSecond === undefined ? 0 : (recordsPerRequest / recordsPerSecond) * 1000;
  let next = firstNumber;
  let refused = 0;

  async function connection(): Promise<void> {
    while (next < last && performance.now() < until) {
      const number = next++;
      const due = startMillis + (number - firstNumber) * pauseMillis - performance.now();
      if (due > 0) await sleep(due);
      const body = encode(number, Date.now());
      while (!(await acknowledged(body))) {
        refused++;
        await sleep(RETRY_MILLIS);
      }
    }
  }

  async function acknowledged(body: Uint8Array): Promise<boolean> {
    return await sender.send(body).then(
      () => true,
      () => false,
    );
  }

  await Promise.all(Array.from({ length: connections }, connection));
  sender.close();
  const millis = performance.now() - startMillis;
  const { user, system } = process.cpuUsage();
  return {
    records: (next - firstNumber) * recordsPerRequest,
    nextNumber: next,
    refused,
    seconds: millis / 1000,
    cpuSeconds: (user + system) / 1e6,
  };
}

process.on('message', (load: Load) => {
  void run(load).then((tally) => process.send?.(tally));
});
process.on('disconnect', () => process.exit(0));
