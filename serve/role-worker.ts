/** A role that runs in a worker thread: started, watched, asked for its metrics, and told to drain. */
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { FromWorker, PostedMetrics, ToWorker } from '../schemas/worker-messages.ts';

export interface RoleWorkerOptions {
  /** For log lines and readiness. */
  readonly role: string;
  /** The role's worker entry. */
  readonly entry: URL;
  readonly workerData: unknown;
  readonly logger: Logger;
}

const DRAIN_LIMIT_MILLIS = 20_000;
const METRICS_LIMIT_MILLIS = 2_000;
const MAX_BACKOFF_MILLIS = 10_000;
/** Roles make few objects that live long; V8's own 48 MiB would stay empty and count as memory. */
const YOUNG_MIB = 24;
/** A run that lasted so long was a good one: the next restart comes quickly again. */
const STEADY_MILLIS = 60_000;

/** Keeps one worker alive: a role that fails is started again, with growing pauses; its state is in the log. */
export class RoleWorker {
  readonly #options: RoleWorkerOptions;
  #worker: Worker | undefined;
  /** What the role says of itself. */
  #problem: string | undefined;
  #ended: Promise<void> = Promise.resolve();
  #failures = 0;
  #stopping = false;
  #lastMetricsId = 0;
  #restart: NodeJS.Timeout | undefined;

  constructor(options: RoleWorkerOptions) {
    this.#options = options;
    this.#start();
  }

  /** Undefined while the role does its work, else why it does not. */
  get problem(): string | undefined {
    return this.#worker ? this.#problem : `${this.#options.role} is being restarted after a failure`;
  }

  /** The role's metrics; none when it does not answer in two seconds. */
  async metrics(): Promise<PostedMetrics> {
    const worker = this.#worker;
    if (!worker) return [];
    const id = ++this.#lastMetricsId;
    return await new Promise((resolve) => {
      const done = (metrics: PostedMetrics) => {
        clearTimeout(timer);
        worker.off('message', take);
        resolve(metrics);
      };
      const take = (message: FromWorker) => {
        if (message.type === 'metrics' && message.id === id) done(message.metrics);
      };
      const timer = setTimeout(() => done([]), METRICS_LIMIT_MILLIS);
      worker.on('message', take);
      worker.postMessage({ type: 'metrics', id } satisfies ToWorker);
    });
  }

  /** Asks the role to finish what it has begun; ends it when it takes longer than 20 s. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const worker = this.#worker;
    if (!worker) return;
    worker.postMessage({ type: 'drain' } satisfies ToWorker);
    const timer = setTimeout(() => void worker.terminate(), DRAIN_LIMIT_MILLIS);
    await this.#ended;
    clearTimeout(timer);
  }

  #start(): void {
    const { role, entry, workerData, logger } = this.#options;
    const startedMillis = Date.now();
    const worker = new Worker(entry, {
      workerData,
      name: `valet-${role}`,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
    });
    this.#worker = worker;
    this.#problem = undefined;
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'problem') this.#problem = message.problem;
    });
    worker.on('error', (error) => logger.error({ err: error, role }, 'role failed'));
    this.#ended = new Promise((resolve) => {
      worker.once('exit', (code) => {
        this.#worker = undefined;
        resolve();
        if (Date.now() - startedMillis > STEADY_MILLIS) this.#failures = 0;
        if (!this.#stopping) this.#startAgain(code);
      });
    });
  }

  #startAgain(code: number): void {
    const { role, logger } = this.#options;
    const pauseMillis = Math.min(MAX_BACKOFF_MILLIS, 250 * 2 ** this.#failures++);
    logger.error({ role, code, pauseMillis }, 'role ended unexpectedly; starting it again');
    this.#restart = setTimeout(() => this.#start(), pauseMillis);
  }
}
