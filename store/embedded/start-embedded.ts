import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { createStore } from '../client/clickhouse-store.ts';
import { StoreError } from '../errors.ts';
import type { StoreEndpoint } from '../types.ts';
import { engineConfig, SECRET_HEADER } from './config.ts';
import { EngineProcess, untilReady } from './engine-process.ts';
import { freePort } from './free-port.ts';
import { engineLibrary } from './library.ts';

/** What the supervisor says of its work; pino fits. */
export interface EngineLogger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** How the embedded engine runs. */
export interface EmbeddedOptions {
  /** Valet's data directory; the engine's tables are in `clickhouse` below it. Made when missing. */
  readonly dataDir: string;
  /** Memory limit of the engine, MiB. @default 3072 */
  readonly memoryMib?: number;
  readonly logger?: EngineLogger;
  /** How long a first start waits for a former process that still holds the directory. @default 30_000 */
  readonly lockWaitMillis?: number;
  /** How long a start may take until the engine answers. @default 60_000 */
  readonly readyMillis?: number;
  /** Wait before the first restart; doubled with each one that fails, up to 10 s. @default 250 */
  readonly backoffMillis?: number;
}

/** `restarting`: it died and will be back at the same endpoint. */
export type EngineState = 'starting' | 'ready' | 'restarting' | 'closed';

/** A running embedded engine. */
export interface EmbeddedEngine {
  /** Stays the same over restarts, so it can be handed to worker threads. Its headers carry the secret. */
  readonly endpoint: StoreEndpoint;
  readonly state: EngineState;
  /** Process id of the engine's process, undefined while there is none. */
  readonly pid: number | undefined;
  /** Calls the listener each time the engine is back after it died. */
  onRestart(listener: () => void): void;
  /** Ends the engine; resolves when its process is gone. */
  close(): Promise<void>;
}

const STOP_MILLIS = 10_000;
const MAX_BACKOFF_MILLIS = 10_000;
/** A run that lasted so long was a good one: the next restart comes quickly again. */
const STEADY_MILLIS = 60_000;

/**
 * Starts ClickHouse out of the package `chdb` as a child process and keeps it running: only HTTP, only on loopback,
 * only for those who know the secret that is new at each call. Resolves when it answers. Main thread only. Throws
 * {@link StoreError} `engine-missing`, `engine-locked` or `engine-failed`.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedEngine> {
  if (!isMainThread) {
    throw new TypeError('Cannot start the embedded engine as a worker thread: its end would end the engine');
  }
  const supervisor = new Supervisor(options, engineLibrary(), await freePort());
  await supervisor.start();
  return supervisor;
}

class Supervisor implements EmbeddedEngine {
  readonly endpoint: StoreEndpoint;
  readonly #options: EmbeddedOptions;
  readonly #library: string;
  readonly #port: number;
  readonly #secret = randomBytes(32).toString('hex');
  readonly #dataDir: string;
  readonly #listeners: (() => void)[] = [];
  readonly #closing = new AbortController();
  #state: EngineState = 'starting';
  #process: EngineProcess | undefined;
  /** Ends when the supervision has ended. */
  #watch: Promise<void> = Promise.resolve();

  constructor(options: EmbeddedOptions, library: string, port: number) {
    this.#options = options;
    this.#library = library;
    this.#port = port;
    this.#dataDir = resolve(options.dataDir);
    this.endpoint = { url: `http://127.0.0.1:${port}`, headers: { [SECRET_HEADER]: this.#secret } };
  }

  get state(): EngineState {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#process?.running ? this.#process.pid : undefined;
  }

  onRestart(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** The first start: waits for a former process's lock, fails for every other reason. */
  async start(): Promise<void> {
    const giveUpAt = Date.now() + (this.#options.lockWaitMillis ?? 30_000);
    let told = false;
    for (;;) {
      const engine = await this.#run();
      if (engine.running) break;
      if (!engine.foundLock) throw this.#failure(engine);
      if (Date.now() >= giveUpAt) {
        throw new StoreError(
          'engine-locked',
          `Cannot use ${this.#dataDir}: another process holds its tables; end it, or use another data directory`,
        );
      }
      if (!told) this.#tellOfLock(giveUpAt - Date.now());
      told = true;
      await this.#pause(300);
    }
    this.#state = 'ready';
    this.#watch = this.#supervise();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#process?.stop(STOP_MILLIS);
    await this.#watch;
    this.#state = 'closed';
    await rm(this.#configFile, { force: true });
  }

  /** Restarts it whenever it ends, for as long as it takes: there is nothing better to do without it. */
  async #supervise(): Promise<void> {
    const first = this.#options.backoffMillis ?? 250;
    let backoff = first;
    while (!this.#closing.signal.aborted) {
      const startedAt = Date.now();
      await this.#process?.exited;
      if (this.#closing.signal.aborted) return;
      this.#state = 'restarting';
      this.#tellOfDeath(backoff);
      if (Date.now() - startedAt > STEADY_MILLIS) backoff = first;
      await this.#pause(backoff);
      backoff = Math.min(backoff * 2, MAX_BACKOFF_MILLIS);
      if (this.#closing.signal.aborted) return;
      const engine = await this.#run().catch((error: unknown) => {
        this.#options.logger?.error({ err: error }, 'embedded ClickHouse cannot be started');
      });
      if (!engine?.running) continue;
      this.#state = 'ready';
      this.#options.logger?.info({ pid: engine.pid }, 'embedded ClickHouse is back');
      for (const listener of this.#listeners) listener();
    }
  }

  /** One start of the process; the result runs and answers, or has ended. */
  async #run(): Promise<EngineProcess> {
    const path = join(this.#dataDir, 'clickhouse');
    await mkdir(path, { recursive: true, mode: 0o700 });
    await this.#writeConfig();
    const engine = new EngineProcess({
      library: this.#library,
      path,
      configFile: this.#configFile,
      port: this.#port,
    });
    this.#process = engine;
    if (this.#closing.signal.aborted) await engine.stop(STOP_MILLIS);
    await this.#answers(engine);
    // It has been read; the secret is then in no file.
    await rm(this.#configFile, { force: true });
    return engine;
  }

  async #answers(engine: EngineProcess): Promise<void> {
    const probe = createStore(this.endpoint, { timeoutMillis: 1_000 });
    const giveUpAt = Date.now() + (this.#options.readyMillis ?? 60_000);
    try {
      await untilReady(engine, async () => {
        if (Date.now() >= giveUpAt) await engine.stop(0);
        return await probe.ping();
      });
    } finally {
      await probe.close();
    }
  }

  async #writeConfig(): Promise<void> {
    const text = engineConfig({
      secret: this.#secret,
      memoryMib: this.#options.memoryMib ?? 3072,
      logFile: this.#logFile,
    });
    // A file left by a crash may have other rights: a new one is made.
    await rm(this.#configFile, { force: true });
    await writeFile(this.#configFile, text, { mode: 0o600, flag: 'wx' });
  }

  get #configFile(): string {
    return join(this.#dataDir, `clickhouse-${process.pid}.xml`);
  }

  get #logFile(): string {
    return join(this.#dataDir, 'clickhouse.log');
  }

  #tellOfLock(waitMillis: number): void {
    this.#options.logger?.warn(
      { dataDir: this.#dataDir, waitMillis },
      'another process holds the tables; waiting for its end',
    );
  }

  #tellOfDeath(backoffMillis: number): void {
    const engine = this.#process;
    this.#options.logger?.error(
      { ending: engine?.ending, output: engine?.output, logFile: this.#logFile, backoffMillis },
      'embedded ClickHouse ended, it will be restarted',
    );
  }

  #failure(engine: EngineProcess): StoreError {
    const told = engine.output.trim() || 'it wrote nothing';
    return new StoreError(
      'engine-failed',
      `Cannot start the embedded ClickHouse (${engine.ending}; see ${this.#logFile}): ${told}`,
    );
  }

  async #pause(millis: number): Promise<void> {
    const { signal } = this.#closing;
    if (signal.aborted) return;
    await new Promise<void>((done) => {
      const timer = setTimeout(end, millis);
      signal.addEventListener('abort', end, { once: true });
      function end() {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        done();
      }
    });
  }
}
