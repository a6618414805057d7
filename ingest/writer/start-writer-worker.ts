import { Worker } from 'node:worker_threads';
import type { FromWriter, PostedMetrics, ToWriter, WriterWorkerData } from './worker-messages.ts';

/** The writer's worker thread, seen from the thread that started it. */
export interface WriterWorker {
  /** Resolves when the worker has ended by {@link drain}; rejects when it ended by itself. Never left unhandled. */
  readonly ended: Promise<void>;
  /** Tells it to finish the attempt under way and end; resolves as {@link ended} does. */
  drain(): Promise<void>;
  /** Its metrics now; rejects when it has ended. */
  metrics(): Promise<PostedMetrics>;
}

/** Starts the writer of all three signals. The log's topics must exist. */
export function startWriterWorker(data: WriterWorkerData): WriterWorker {
  const worker = new Worker(new URL('./main.ts', import.meta.url), { workerData: data, name: 'writer' });
  const asked = new Map<number, { resolve(metrics: PostedMetrics): void; reject(error: Error): void }>();
  const tell = (message: ToWriter) => worker.postMessage(message);
  let draining = false;
  let over: Error | undefined;
  let ids = 0;

  worker.on('message', (message: FromWriter) => {
    asked.get(message.id)?.resolve(message.metrics);
    asked.delete(message.id);
  });
  const ended = new Promise<void>((resolve, reject) => {
    let failure: unknown;
    worker.on('error', (error) => {
      failure = error;
    });
    worker.on('exit', (code) => {
      const error = new Error(`Cannot go on as the writer ended with code ${code}`, { cause: failure });
      over = error;
      for (const { reject } of asked.values()) reject(error);
      asked.clear();
      if (draining && code === 0) resolve();
      else reject(error);
    });
  });
  ended.catch(() => {});

  return {
    ended,
    drain() {
      draining = true;
      tell({ type: 'drain' });
      return ended;
    },
    metrics() {
      if (over) return Promise.reject(over);
      const id = ids++;
      const answer = new Promise<PostedMetrics>((resolve, reject) => asked.set(id, { resolve, reject }));
      tell({ type: 'metrics', id });
      return answer;
    },
  };
}
