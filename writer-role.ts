/** The writer's start: receivers and engine do not wait for ClickHouse, the writer does, for its tables. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { WriterWorkerData } from './ingest/writer/worker-data.ts';
import { RoleWorker } from './role-worker.ts';
import { type MigrateSettings, migrate } from './store/migrate/migrate.ts';
import type { Store } from './store/types.ts';

/** What the writer needs before and while it runs. */
export interface WriterRoleOptions {
  readonly store: Store;
  readonly settings: MigrateSettings;
  readonly workerData: WriterWorkerData;
  readonly logger: Logger;
}

const MAX_PAUSE_MILLIS = 10_000;

/** Prepares the tables, however long ClickHouse takes to let it, then runs the writer's worker. */
export class WriterRole {
  readonly #options: WriterRoleOptions;
  readonly #stopping = new AbortController();
  readonly #begun: Promise<void>;
  #worker: RoleWorker | undefined;
  #waitingFor = 'the tables are being prepared';

  constructor(options: WriterRoleOptions) {
    this.#options = options;
    this.#begun = this.#begin();
  }

  /** Undefined while the writer runs, else why it does not. */
  get problem(): string | undefined {
    return this.#worker ? this.#worker.problem : this.#waitingFor;
  }

  /** The worker, once it runs. */
  get worker(): RoleWorker | undefined {
    return this.#worker;
  }

  /** Lets the batch under way end; resolves when the worker has. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#begun;
    await this.#worker?.stop();
  }

  async #begin(): Promise<void> {
    const { workerData, logger } = this.#options;
    for (let pauseMillis = 250; !this.#stopping.signal.aborted; pauseMillis *= 2) {
      if (await this.#migrated()) {
        const entry = new URL('./ingest/writer/main.ts', import.meta.url);
        this.#worker = new RoleWorker({ role: 'writer', entry, workerData, logger });
        return;
      }
      const wait = sleep(Math.min(pauseMillis, MAX_PAUSE_MILLIS), undefined, {
        signal: this.#stopping.signal,
      });
      await wait.catch(() => undefined);
    }
  }

  async #migrated(): Promise<boolean> {
    try {
      await migrate(this.#options.store, this.#options.settings);
      return true;
    } catch (error) {
      this.#waitingFor = `the tables cannot be prepared: ${(error as Error).message}`;
      this.#options.logger.error({ err: error }, 'the tables cannot be prepared; trying again');
      return false;
    }
  }
}
