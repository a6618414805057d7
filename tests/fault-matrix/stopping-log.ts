import type { DurableLog, NewRecord, OffsetCommit } from '../../log/types.ts';
import { HEADER_HEARTBEAT, TOPIC_OF_SIGNAL } from '../../schemas/names.ts';

/** Where a process can be made to stand still, to be killed there. */
export type Step =
  | 'before-plan'
  | 'after-plan'
  | 'before-end'
  | 'after-end'
  | 'in-body'
  | 'before-append'
  | 'within-append'
  | 'after-append';

/** What a process says of itself. */
export type FromChild =
  | { readonly at: Step }
  | { readonly assigned: number }
  | { readonly fenced: true }
  | { readonly ports: ReceiverPorts };

/** Where a receiver listens. */
export interface ReceiverPorts {
  readonly http: number;
  readonly grpc: number;
}

/** So that requests of the matrix are appended in several records. */
const SMALL_RECORD_BYTES = 3072;
/** Never settles. */
const FOR_EVER = new Promise<never>(() => {});

/** The log with one step at which the process stops for good, having said so. */
export function stoppingLog(
  log: DurableLog,
  stopAt: Step | undefined,
  say: (message: FromChild) => void,
): DurableLog {
  async function around<Result>(name: string, act: () => Promise<Result>): Promise<Result> {
    await stop(`before-${name}`);
    const result = await act();
    await stop(`after-${name}`);
    return result;
  }
  async function stop(step: string): Promise<void> {
    if (step !== stopAt) return;
    say({ at: stopAt });
    await FOR_EVER;
  }
  return {
    ...bound(log),
    join: (group, topics, listener) =>
      log.join(group, topics, {
        assigned: async (partitions) => {
          await listener.assigned(partitions);
          say({ assigned: partitions.length });
        },
        revoked: (partitions) => listener.revoked(partitions),
      }),
    commit: (commits) =>
      around(commits.some(isPlan) ? 'plan' : 'end', () => log.commit(commits)).catch((error: unknown) => {
        if ((error as { code?: unknown }).code === 'fenced') say({ fenced: true });
        throw error;
      }),
    maxRecordBytes: async (topic) =>
      stopAt === 'within-append' ? SMALL_RECORD_BYTES : await log.maxRecordBytes(topic),
    append: (topic, records, partition) =>
      around(isData(topic, records) ? 'append' : 'other', async () => {
        if (stopAt === 'within-append' && records.length > 1) {
          await log.append(topic, records.slice(0, 1), partition);
          await stop(stopAt);
        }
        return await log.append(topic, records, partition);
      }),
  };
}

function isPlan({ metadata }: OffsetCommit): boolean {
  return metadata.includes('"last"');
}

function isData(topic: string, records: readonly NewRecord[]): boolean {
  return topic === TOPIC_OF_SIGNAL.traces && records.every(({ headers }) => !headers?.[HEADER_HEARTBEAT]);
}

/** Every method of the port, so that single ones can be replaced. */
export function bound(log: DurableLog): DurableLog {
  return {
    ensureTopic: (topic, options) => log.ensureTopic(topic, options),
    identity: (topic) => log.identity(topic),
    partitionCount: (topic) => log.partitionCount(topic),
    maxRecordBytes: (topic) => log.maxRecordBytes(topic),
    append: (topic, records, partition) => log.append(topic, records, partition),
    read: (from, fromOffset, options) => log.read(from, fromOffset, options),
    bounds: (of) => log.bounds(of),
    join: (group, topics, listener) => log.join(group, topics, listener),
    committed: (group, of) => log.committed(group, of),
    commit: (commits) => log.commit(commits),
    transact: (transaction) => log.transact(transaction),
    truncate: (of, beforeOffset) => log.truncate(of, beforeOffset),
    freeBytes: (topics) => log.freeBytes(topics),
    close: () => log.close(),
  };
}
