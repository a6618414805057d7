import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { RoleWorker } from '../../serve/role-worker.ts';

/** Says of itself what it is told to, and ends when it drains. */
const ROLE = `
  import { parentPort, workerData } from 'node:worker_threads';
  parentPort.on('message', ({ type }) => {
    if (type === 'drain') process.exit(0);
    parentPort.postMessage({ type: 'problem', problem: workerData.shift() });
  });
`;

test('RoleWorker.problem is what the role says of itself, until it says that there is none', async () => {
  const role = new RoleWorker({
    role: 'writer',
    entry: new URL(`data:text/javascript,${encodeURIComponent(ROLE)}`),
    workerData: ['nothing can be stored'],
    logger: pino({ level: 'silent' }),
  });
  onTestFinished(() => role.stop());
  expect(role.problem).toBeUndefined();
  void role.metrics();
  await expect.poll(() => role.problem).toBe('nothing can be stored');
  void role.metrics();
  await expect.poll(() => role.problem).toBeUndefined();
});
