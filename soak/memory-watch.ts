import { memoryMibOf } from '../bench/process-usage.ts';
import type { Watched } from './pipeline.ts';

const LOOK_MILLIS = 1_000;

/** The most memory each process had, over all its lives: pages of its own, and with the log's mapped file. */
export class MemoryWatch {
  readonly #most = new Map<string, { anonymousMib: number; residentMib: number }>();
  readonly #timer: NodeJS.Timeout;

  constructor(watched: readonly Watched[]) {
    this.#timer = setInterval(() => this.#look(watched), LOOK_MILLIS);
  }

  /** `writer 1: 210 MiB of its own, 260 resident`, a line each. */
  report(): readonly string[] {
    return [...this.#most].map(
      ([name, { anonymousMib, residentMib }]) =>
        `${name}: ${Math.round(anonymousMib)} MiB of its own, ${Math.round(residentMib)} MiB resident at most`,
    );
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #look(watched: readonly Watched[]): void {
    for (const { name, pid } of watched) {
      if (pid <= 0) continue;
      try {
        const now = { anonymousMib: memoryMibOf(pid, 'RssAnon'), residentMib: memoryMibOf(pid, 'VmRSS') };
        const before = this.#most.get(name) ?? now;
        this.#most.set(name, {
          anonymousMib: Math.max(before.anonymousMib, now.anonymousMib),
          residentMib: Math.max(before.residentMib, now.residentMib),
        });
      } catch {
        // Killed between two lines.
      }
    }
  }
}
