/**
 * The reads that wait at one node. One request at a time carries them all; it lasts as long as nothing arrives, up to
 * {@link SHORT_ROUND_MILLIS}, and longer and longer while nothing comes. Partitions read a moment ago are carried along
 * although nobody waits for them yet: their reader will be back before the round ends, and what arrives for it meanwhile
 * is kept.
 */
import type { Cluster } from '../cluster/cluster.ts';
import { Code } from '../cluster/codes.ts';
import { Lane } from '../cluster/lanes.ts';
import { keyOf } from '../cluster/leader-gatherer.ts';
import { type FetchAsk, type FetchedPartition, fetchPartitions } from './fetch-request.ts';

/** How long a round lasts at most after one that had something: a reader that comes new has to wait for its end. */
const SHORT_ROUND_MILLIS = 250;
/** The same when nothing has come for long; rounds are what an idle reader costs. */
const LONG_ROUND_MILLIS = 1000;
/** From one round to the next when records arrive all the time: they gather meanwhile. */
const ROUND_GAP_MILLIS = 10;
/** How long a partition is carried along after it was read. */
const WARM_MILLIS = 2000;

interface Waiting {
  readonly ask: FetchAsk;
  resolve(fetched: FetchedPartition): void;
  reject(reason: unknown): void;
}

interface Warm {
  readonly ask: FetchAsk;
  readonly until: number;
}

export interface NodePollOptions {
  readonly cluster: Cluster;
  readonly node: number;
  /** What arrived for a partition nobody waits for. */
  readonly onAhead: (ask: FetchAsk, fetched: FetchedPartition) => void;
}

export class NodePoll {
  readonly #options: NodePollOptions;
  readonly #waiting = new Set<Waiting>();
  readonly #warm = new Map<string, Warm>();
  #round: ReadonlyMap<string, FetchAsk> | undefined;
  #roundMillis = SHORT_ROUND_MILLIS;

  constructor(options: NodePollOptions) {
    this.#options = options;
  }

  /** Whether the round under way would answer this. */
  carries({ of, offset }: FetchAsk): boolean {
    return this.#round === undefined || this.#round.get(keyOf(of))?.offset === offset;
  }

  /** Resolves when there is something to read or to tell; `cancel` ends it without. */
  wait(ask: FetchAsk): { readonly fetched: Promise<FetchedPartition>; cancel(): void } {
    const { promise, resolve, reject } = Promise.withResolvers<FetchedPartition>();
    const waiting = { ask, resolve, reject };
    this.#warm.delete(keyOf(ask.of));
    this.#waiting.add(waiting);
    if (!this.#round) {
      this.#round = new Map();
      setImmediate(() => void this.#run());
    }
    return { fetched: promise, cancel: () => this.#waiting.delete(waiting) };
  }

  /** The partition's reader will be back for this. */
  keepWarm(ask: FetchAsk): void {
    this.#warm.set(keyOf(ask.of), { ask, until: performance.now() + WARM_MILLIS });
  }

  async #run(): Promise<void> {
    while (this.#waiting.size > 0) {
      const startMillis = performance.now();
      const arrived = await this.#poll(this.#asks(startMillis));
      this.#roundMillis = arrived ? SHORT_ROUND_MILLIS : Math.min(2 * this.#roundMillis, LONG_ROUND_MILLIS);
      const gap = startMillis + ROUND_GAP_MILLIS - performance.now();
      if (arrived && gap > 0) await this.#options.cluster.sleep(gap);
    }
    this.#round = undefined;
  }

  /** Whether anything arrived. */
  async #poll(asks: readonly FetchAsk[]): Promise<boolean> {
    const { cluster, node } = this.#options;
    this.#round = new Map(asks.map((ask) => [keyOf(ask.of), ask]));
    try {
      const options = { node, lane: Lane.POLL, maxWaitMillis: this.#roundMillis };
      const answer = await fetchPartitions(cluster, asks, options);
      let arrived = false;
      for (const ask of asks) {
        const fetched = answer.get(keyOf(ask.of));
        if (!fetched || (fetched.code === Code.NONE && fetched.batches.length === 0)) continue;
        arrived = true;
        this.#give(ask, fetched);
      }
      return arrived;
    } catch (error) {
      for (const { ask, reject } of this.#waiting) if (asks.includes(ask)) reject(error);
      for (const waiting of this.#waiting) if (asks.includes(waiting.ask)) this.#waiting.delete(waiting);
      return true;
    }
  }

  #give(ask: FetchAsk, fetched: FetchedPartition): void {
    this.#warm.delete(keyOf(ask.of));
    for (const waiting of this.#waiting) {
      const { of, offset } = waiting.ask;
      const { topic, partition } = ask.of;
      if (of.partition !== partition || offset !== ask.offset || of.topic !== topic) continue;
      this.#waiting.delete(waiting);
      waiting.resolve(fetched);
      return;
    }
    this.#options.onAhead(ask, fetched);
  }

  /** Those who wait, longest first, then the partitions carried along; none twice. */
  #asks(now: number): readonly FetchAsk[] {
    const asks = new Map<string, FetchAsk>();
    for (const { ask } of this.#waiting) {
      const key = keyOf(ask.of);
      if (!asks.has(key)) asks.set(key, ask);
    }
    for (const [key, { ask, until }] of this.#warm) {
      if (until < now) this.#warm.delete(key);
      else if (!asks.has(key)) asks.set(key, ask);
    }
    return [...asks.values()];
  }
}
