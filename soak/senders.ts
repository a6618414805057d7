import { setTimeout as sleep } from 'node:timers/promises';
import { createSender, type Sender } from '../bench/load/senders.ts';
import { liveRequests } from '../bench/payload/live-requests.ts';
import type { Pipeline } from './pipeline.ts';
import { OUTCOME, type Tally } from './tally.ts';

export const SPANS_PER_REQUEST = 1000;
/** Senders of each protocol and port. */
const SENDERS = 3;
const RETRY_MILLIS = 250;
/** A request without an answer for so long is repeated; a process that is killed may leave it without. */
const ANSWER_MILLIS = 30_000;

export interface SendOptions {
  readonly spansPerSecond: number;
  readonly tally: Tally;
  /** Ends the sending; requests under way are still seen to their acknowledgement. */
  readonly signal: AbortSignal;
  /** Gives up on those under way. */
  readonly giveUp: AbortSignal;
}

/**
 * Sends numbered requests over HTTP and gRPC at a steady rate, each until it is acknowledged, and notes how. A request
 * that fails goes to the next port.
 */
export async function sendRequests(pipeline: Pipeline, options: SendOptions): Promise<void> {
  const { spansPerSecond, tally, signal, giveUp } = options;
  const encode = liveRequests('traces', SPANS_PER_REQUEST);
  const pauseMillis = (SPANS_PER_REQUEST / spansPerSecond) * 1000;
  const startMillis = performance.now();
  let next = 0;

  async function work(senders: readonly Sender[], first: number): Promise<void> {
    while (!signal.aborted) {
      const number = next++;
      const due = startMillis + number * pauseMillis - performance.now();
      if (due > 0) await sleep(due, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      const body = encode(number, Date.now());
      for (let attempt = 1; !giveUp.aborted; attempt++) {
        const sender = senders[(first + attempt) % senders.length] as Sender;
        if (await answered(sender, body)) {
          tally.set(number, attempt === 1 ? OUTCOME.firstTry : OUTCOME.repeated);
          break;
        }
        await sleep(RETRY_MILLIS);
      }
    }
  }

  const all = [
    pipeline.httpPorts.map((port) =>
      createSender({ protocol: 'HTTP', signal: 'traces', port, connections: SENDERS * 2 }),
    ),
    pipeline.grpcPorts.map((port) =>
      createSender({ protocol: 'gRPC', signal: 'traces', port, connections: SENDERS * 2 }),
    ),
  ];
  await Promise.all(
    all.flatMap((senders) =>
      senders.flatMap((_, first) => Array.from({ length: SENDERS }, () => work(senders, first))),
    ),
  );
  for (const sender of all.flat()) sender.close();
}

async function answered(sender: Sender, body: Uint8Array): Promise<boolean> {
  const timer = new AbortController();
  const sent = sender.send(body).then(
    () => true,
    () => false,
  );
  const limit = sleep(ANSWER_MILLIS, false, { signal: timer.signal }).catch(() => false);
  const answer = await Promise.race([sent, limit]);
  timer.abort();
  return answer;
}
