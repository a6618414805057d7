/** What acts cost in this process. */
import { memoryMibOf } from '../process-usage.ts';
import type { Cost, Memory } from './messages.ts';

const MIB = 1024 * 1024;

export async function costOf(act: () => unknown): Promise<Cost> {
  const [cpu, at] = [process.cpuUsage(), performance.now()];
  await act();
  const { user, system } = process.cpuUsage(cpu);
  return { cpuSeconds: (user + system) / 1e6, seconds: (performance.now() - at) / 1000 };
}

/** The process must have been started with `--expose-gc`. */
export function memoryNow(): Memory {
  const ownMib = memoryMibOf(process.pid, 'RssAnon');
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { ownMib, liveMib: (heapUsed + arrayBuffers) / MIB };
}
