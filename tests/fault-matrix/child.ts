import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ChildTask } from './child-task.ts';
import type { FromChild, Step } from './stopping-log.ts';

/** A process of the pipeline under test. */
export class Child {
  readonly #process: ChildProcess;
  readonly #messages: FromChild[] = [];
  readonly #heard = new Set<() => void>();
  #output = '';

  constructor(role: 'writer' | 'receiver', task: ChildTask) {
    const entry = fileURLToPath(new URL(`${role}-child.ts`, import.meta.url));
    this.#process = spawn(process.execPath, [entry, JSON.stringify(task)], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.on('data', (chunk) => (this.#output += chunk));
    this.#process.on('message', (message: FromChild) => {
      this.#messages.push(message);
      for (const hear of this.#heard) hear();
    });
    this.#process.once('exit', () => {
      for (const hear of this.#heard) hear();
    });
  }

  /** Resolves when it stands still there. */
  async at(step: Step): Promise<void> {
    await this.#first((message) => ('at' in message && message.at === step ? true : undefined));
  }

  /** Resolves when the group has given it partitions, with how many. */
  assigned(): Promise<number> {
    return this.#first((message) => ('assigned' in message ? message.assigned : undefined));
  }

  /** Resolves when a commit of its was refused. */
  async fenced(): Promise<void> {
    await this.#first((message) => ('fenced' in message ? true : undefined));
  }

  /** The port it listens on. */
  port(): Promise<number> {
    return this.#first((message) => ('port' in message ? message.port : undefined));
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }

  /** Stops it without its knowing. */
  freeze(): void {
    this.#process.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process.kill('SIGCONT');
  }

  async #first<Found>(find: (message: FromChild) => Found | undefined): Promise<Found> {
    for (;;) {
      for (const message of this.#messages) {
        const found = find(message);
        if (found !== undefined) return found;
      }
      if (this.#process.exitCode !== null || this.#process.signalCode !== null)
        throw new Error(`The child ended: ${this.#output}`);
      await new Promise<void>((resolve) => {
        const hear = () => {
          this.#heard.delete(hear);
          resolve();
        };
        this.#heard.add(hear);
      });
    }
  }
}
