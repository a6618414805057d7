import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ChildTask } from './child-task.ts';
import type { FromChild, ReceiverPorts, Step } from './stopping-log.ts';

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

  /** Resolves when it stands still there, with so many requests. */
  async at(step: Step, times = 1): Promise<void> {
    const isThere = (message: FromChild) => 'at' in message && message.at === step;
    await this.#first(() => (this.#messages.filter(isThere).length >= times ? true : undefined));
  }

  /** Resolves when the group has given it partitions, with how many. */
  assigned(): Promise<number> {
    return this.#first((message) => ('assigned' in message ? message.assigned : undefined));
  }

  /** Resolves when a commit of its was refused. */
  async fenced(): Promise<void> {
    await this.#first((message) => ('fenced' in message ? true : undefined));
  }

  /** The ports it listens on. */
  ports(): Promise<ReceiverPorts> {
    return this.#first((message) => ('ports' in message ? message.ports : undefined));
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
