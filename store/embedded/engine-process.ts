import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What one run of the engine needs. */
export interface EngineArguments {
  readonly library: string;
  /** The engine's own directory. */
  readonly path: string;
  readonly configFile: string;
  readonly port: number;
}

/** ClickHouse's number for "another process holds this directory". */
const CANNOT_OPEN_FILE = 76;
const KEPT_OUTPUT_CHARS = 16_384;
const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));

/**
 * One run of the engine's process. Must be made on the main thread: the kernel's death signal follows the thread
 * that started it. In a session of its own, so that Ctrl-C in a terminal does not reach it.
 */
export class EngineProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #output = '';

  constructor(args: EngineArguments) {
    const { library, path, configFile, port } = args;
    this.#child = spawn(
      process.execPath,
      [CHILD, library, path, configFile, String(port), String(process.pid)],
      // No environment: neither our secrets nor a library path from outside belong in it. Its time zone is that of TZ,
      // whatever its configuration says.
      { detached: true, stdio: ['ignore', 'ignore', 'pipe'], env: { TZ: 'UTC' } },
    );
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#output = (this.#output + text).slice(-KEPT_OUTPUT_CHARS);
    });
    this.#exited = new Promise((resolve) => {
      this.#child.once('close', resolve);
      this.#child.once('error', (error) => {
        this.#output += String(error);
        resolve(undefined);
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Resolves when the process is gone and its output read. */
  get exited(): Promise<unknown> {
    return this.#exited;
  }

  get running(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The last of what it wrote to its standard error. */
  get output(): string {
    return this.#output;
  }

  /** How it ended, in words. */
  get ending(): string {
    const { exitCode, signalCode } = this.#child;
    return signalCode ? `signal ${signalCode}` : `exit code ${exitCode ?? 'none'}`;
  }

  /** It ended because another process holds the directory. Its standard error is the only place that says so. */
  get foundLock(): boolean {
    return Number(/Code: (\d+)\. DB::Exception/.exec(this.#output)?.[1]) === CANNOT_OPEN_FILE;
  }

  /** SIGTERM, then SIGKILL after `graceMillis`; resolves when the process is gone. */
  async stop(graceMillis: number): Promise<void> {
    if (!this.running) return;
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), graceMillis);
    this.#child.kill('SIGTERM');
    await this.#exited;
    clearTimeout(timer);
  }
}

/** Resolves with true when `ready` says so, with false when the process ends before. */
export async function untilReady(engine: EngineProcess, ready: () => Promise<boolean>): Promise<boolean> {
  while (engine.running) {
    if (await ready()) return true;
    await Promise.race([engine.exited, once(AbortSignal.timeout(20), 'abort')]);
  }
  return false;
}
