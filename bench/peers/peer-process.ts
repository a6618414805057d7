/** A program as a child process whose output is kept and whose end is awaited. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** How to run a program. */
export interface PeerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The processor it may use, as `taskset -c` takes it. @default any */
  readonly core?: string;
  /** A directory of its own, removed when it has ended. */
  readonly folder?: string;
}

const READY_LIMIT_MILLIS = 90_000;
const STOP_GRACE_MILLIS = 20_000;

/** Whether a program is ready, from what it has printed or by trying. */
export type Ready = (output: string) => boolean | Promise<boolean>;

const LAST_WORDS_CHARACTERS = 4000;

export class PeerProcess {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #folder: string | undefined;
  #output = '';

  private constructor(child: ChildProcess, command: PeerCommand) {
    this.#child = child;
    this.#name = command.command;
    this.#folder = command.folder;
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
  }

  /** Starts the program and waits until `ready` says so; rejects when it ends before that, or after 90 s. */
  static async start(command: PeerCommand, ready: Ready): Promise<PeerProcess> {
    const { program, args } = pinned(command);
    const child = spawn(program, args, {
      cwd: command.cwd,
      env: { ...process.env, ...command.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const peer = new PeerProcess(child, command);
    await once(child, 'spawn');
    try {
      await peer.#until(ready);
    } catch (error) {
      await peer.stop();
      throw error;
    }
    return peer;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** Everything it has printed so far. */
  get output(): string {
    return this.#output;
  }

  get #lastWords(): string {
    return this.#output.slice(-LAST_WORDS_CHARACTERS);
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Ends it in order, by force after 20 s; resolves when it is gone. */
  async stop(): Promise<void> {
    if (this.running) {
      const exited = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      const forced = setTimeout(() => this.#child.kill('SIGKILL'), STOP_GRACE_MILLIS);
      await exited;
      clearTimeout(forced);
    }
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }

  async #until(ready: Ready): Promise<void> {
    const deadline = Date.now() + READY_LIMIT_MILLIS;
    while (!(await ready(this.#output))) {
      if (!this.running) throw new Error(`${this.#name} ended: ${this.#lastWords}`);
      if (Date.now() > deadline) throw new Error(`${this.#name} was not ready in time: ${this.#lastWords}`);
      await sleep(100);
    }
  }
}

function pinned({ command, args, core }: PeerCommand): { program: string; args: readonly string[] } {
  return core === undefined
    ? { program: command, args }
    : { program: 'taskset', args: ['-c', core, command, ...args] };
}
