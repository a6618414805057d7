/** Reads: what was fetched too much by the read before, then by one request per node, then by waiting at the node. */
import { offsetOutOfRange } from '../../checks.ts';
import { LogError } from '../../errors.ts';
import type { LogRead, OffsetBounds, ReadOptions, TopicPartition } from '../../types.ts';
import { type Cluster, OPERATION_LIMIT_MILLIS } from '../cluster/cluster.ts';
import { Code, concernsLeader, passes } from '../cluster/codes.ts';
import { refusal, Unsettled, unsettled } from '../cluster/failures.ts';
import { Lane } from '../cluster/lanes.ts';
import { keyOf, LeaderGatherer } from '../cluster/leader-gatherer.ts';
import { pauseMillis } from '../cluster/pause.ts';
import { type FetchAsk, type FetchedPartition, fetchPartitions } from './fetch-request.ts';
import { Collected, FetchedBatches } from './fetched-batches.ts';
import { NodePoll } from './node-poll.ts';
import { ReadEnd } from './read-end.ts';
import { Surplus } from './surplus.ts';

export interface RecordReaderOptions {
  readonly cluster: Cluster;
  /** Aborts when the handle closes: every read ends with what it has. */
  readonly ending: AbortSignal;
  readonly bounds: (of: TopicPartition) => Promise<OffsetBounds>;
}

/** Of one partition in one answer; compressed, some megabytes of records. */
const PARTITION_BYTES = 2 * 2 ** 20;
/** After so many fruitless answers at once a read goes slowly. */
const WITHHELD_TRIES = 20;
const WITHHELD_PAUSE_MILLIS = 50;

/** Where a read stands. */
interface Progress {
  readonly of: TopicPartition;
  readonly collected: Collected;
  /** It waits for a record until then, `performance.now()`. */
  readonly deadline: number;
  readonly end: ReadEnd;
  from: number;
  position: number;
  /** Most bytes of the next answer: more when a damaged batch is all there was, as what follows tells its end. */
  maxBytes: number;
  /** How often an answer should have led on and did not. */
  withheld: number;
  /** Where a batch was found damaged: it counts as such when another answer has it like that as well. */
  damagedAt: number | undefined;
}

export class RecordReader {
  readonly #options: RecordReaderOptions;
  readonly #surplus = new Surplus();
  readonly #polls = new Map<number, NodePoll>();
  readonly #gatherer: LeaderGatherer<FetchAsk, FetchedPartition>;

  constructor(options: RecordReaderOptions) {
    this.#options = options;
    const { cluster } = options;
    this.#gatherer = new LeaderGatherer(cluster, async (node, asked) => {
      const asks = asked.map(({ item }) => item);
      const answer = await fetchPartitions(cluster, asks, { node, lane: Lane.FETCH, maxWaitMillis: 0 });
      for (const { item, resolve, reject } of asked) {
        const fetched = answer.get(keyOf(item.of));
        if (fetched) resolve(fetched);
        else reject(new Unsettled(`${keyOf(item.of)} is missing in the answer`));
      }
    });
  }

  async read(of: TopicPartition, fromOffset: number, options: ReadOptions): Promise<LogRead> {
    const { ending } = this.#options;
    const end = new ReadEnd(options.signal ? [ending, options.signal] : [ending]);
    const progress: Progress = {
      of,
      collected: new Collected(options),
      deadline: performance.now() + (options.waitMillis ?? 0),
      end,
      from: fromOffset,
      position: fromOffset,
      maxBytes: PARTITION_BYTES,
      withheld: 0,
      damagedAt: undefined,
    };
    try {
      await this.#repeat(progress);
      const { from, position, collected } = progress;
      return { from, records: collected.records, next: position, free: () => collected.free() };
    } finally {
      end.release();
    }
  }

  /** Until there is a record, the time is over, or the reader gives up; failures are repeated for a while. */
  async #repeat(progress: Progress): Promise<void> {
    const { cluster } = this.#options;
    const { of, end } = progress;
    const limit = Math.max(progress.deadline, performance.now() + OPERATION_LIMIT_MILLIS);
    for (let failures = 0; !end.isNow; ) {
      try {
        if (await this.#step(progress)) return;
        failures = 0;
      } catch (error) {
        if (end.isNow) return;
        if (!(error instanceof Unsettled)) throw error;
        cluster.forgetTopic(of.topic);
        const pause = pauseMillis(failures++);
        if (performance.now() + pause > limit)
          throw new LogError('log-failed', `Cannot read ${keyOf(of)} in time: ${error.message}`, {
            cause: error,
          });
        await end.orEnd(cluster.sleep(pause));
      }
    }
  }

  /** One fetch; true when the read is over. */
  async #step(progress: Progress): Promise<boolean> {
    const { of, position: offset, deadline, end } = progress;
    const { id: topicId } = await this.#options.cluster.topicWith(of);
    const ask = { of, topicId, offset, maxBytes: progress.maxBytes };
    const kept = this.#surplus.take(ask);
    if (kept) return this.#deliver(kept, ask, progress);
    const isWaiting = performance.now() < deadline;
    const fetched = await (isWaiting ? this.#wait(ask, progress) : end.orEnd(this.#gatherer.ask(ask)));
    if (!fetched) return true;
    const { code } = fetched;
    if (code === Code.OFFSET_OUT_OF_RANGE) return this.#outOfRange(progress);
    if (concernsLeader(code) || passes(code)) throw unsettled(`read ${keyOf(of)}`, code);
    if (code !== Code.NONE) throw refusal(`read ${keyOf(of)}`, code);
    if (fetched.batches.length === 0 && fetched.stableOffset > offset) return this.#withheld(progress);
    return this.#deliver(unpack(ask, fetched), ask, progress);
  }

  async #deliver(batches: FetchedBatches, ask: FetchAsk, progress: Progress): Promise<boolean> {
    const { collected, deadline } = progress;
    const wasEmpty = batches.isEmpty;
    try {
      batches.deliver(collected, progress.damagedAt);
    } catch (error) {
      // What is before the damage is read first.
      if (collected.records.length === 0) return this.#damaged(batches, error, progress);
    }
    if (!wasEmpty && collected.records.length === 0 && batches.position === ask.offset) {
      // All of it lies before: the broker took a damaged batch for what was asked for, by its header.
      progress.maxBytes *= 2;
      return await this.#withheld(progress);
    }
    progress.position = batches.position;
    if (batches.isEmpty) this.#expect({ ...ask, offset: batches.position, maxBytes: PARTITION_BYTES });
    else this.#surplus.keep(ask, batches);
    return collected.records.length > 0 || performance.now() >= deadline;
  }

  /** Looks once more when damaged batches are asked for, then takes it as it is. */
  #damaged(batches: FetchedBatches, cause: unknown, progress: Progress): boolean {
    const { of, collected } = progress;
    const { position: offset } = batches;
    if (!collected.giveDamaged || progress.damagedAt === offset) throw damaged({ of, offset }, cause);
    progress.damagedAt = offset;
    progress.position = offset;
    progress.maxBytes = batches.bytes + PARTITION_BYTES;
    return false;
  }

  /** Waits at the partition's leader; undefined when the time is over. */
  async #wait(ask: FetchAsk, { deadline, end }: Progress): Promise<FetchedPartition | undefined> {
    const poll = this.#poll(await this.#options.cluster.leader(ask.of));
    if (!poll.carries(ask)) {
      const fetched = await end.orEnd(this.#gatherer.ask(ask));
      if (!fetched || fetched.code !== Code.NONE || fetched.stableOffset > ask.offset) return fetched;
    }
    const { fetched, cancel } = poll.wait(ask);
    try {
      return await end.orEnd(fetched, Math.max(0, deadline - performance.now()));
    } finally {
      cancel();
    }
  }

  /** The reader will be back for this. */
  #expect(ask: FetchAsk): void {
    const leader = this.#options.cluster.knownTopic(ask.of.topic)?.leaders[ask.of.partition];
    if (leader !== undefined) this.#polls.get(leader)?.keepWarm(ask);
  }

  #poll(node: number): NodePoll {
    const existing = this.#polls.get(node);
    if (existing) return existing;
    const onAhead = (ask: FetchAsk, fetched: FetchedPartition) => {
      if (fetched.code !== Code.NONE) return;
      try {
        this.#surplus.keep(ask, unpack(ask, fetched));
      } catch {
        // The reader will meet the damage itself.
      }
    };
    const poll = new NodePoll({ cluster: this.#options.cluster, node, onAhead });
    this.#polls.set(node, poll);
    return poll;
  }

  /** The answer was full before it came to this partition; or there is nothing more in spite of the end. */
  async #withheld(progress: Progress): Promise<boolean> {
    if (++progress.withheld <= WITHHELD_TRIES) return false;
    await progress.end.orEnd(this.#options.cluster.sleep(WITHHELD_PAUSE_MILLIS));
    return performance.now() >= progress.deadline;
  }

  /** The log starts later, or ends earlier. */
  async #outOfRange(progress: Progress): Promise<boolean> {
    const { position, deadline } = progress;
    const { first, next } = await this.#options.bounds(progress.of);
    if (position > next) throw offsetOutOfRange(position, next);
    if (position >= first) throw new Unsettled(`Offset ${position} is not there yet`);
    progress.from = first;
    progress.position = first;
    return first === next && performance.now() >= deadline;
  }
}

function unpack(ask: FetchAsk, fetched: FetchedPartition): FetchedBatches {
  try {
    return new FetchedBatches(fetched, ask.offset);
  } catch (error) {
    throw damaged(ask, error);
  }
}

function damaged({ of, offset }: Pick<FetchAsk, 'of' | 'offset'>, cause: unknown): LogError {
  const { message } = cause as Error;
  return new LogError('log-failed', `Cannot read ${keyOf(of)} at ${offset}: ${message}`, { cause });
}
