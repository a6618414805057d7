import type { PartitionQueue } from './partition-queue.ts';

/** Raw bytes of one request: more would be compressed in one go while everything else waits. */
const REQUEST_BYTES = 4 * 2 ** 20;
/** While a broker works on one request, the next one is made. */
const REQUESTS_AT_ONCE = 2;

/**
 * The produce requests to one node. While as many as may be are under way, queues gather; those that are ready within
 * one turn of the event loop go together.
 */
export class NodeSender {
  readonly #send: (queues: readonly PartitionQueue[]) => Promise<void>;
  #ready: PartitionQueue[] = [];
  #underWay = 0;
  #scheduled = false;

  constructor(send: (queues: readonly PartitionQueue[]) => Promise<void>) {
    this.#send = send;
  }

  offer(queue: PartitionQueue): void {
    this.#ready.push(queue);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#underWay >= REQUESTS_AT_ONCE || this.#ready.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#underWay++;
      void this.#send(this.#take()).finally(() => {
        this.#underWay--;
        this.#schedule();
      });
      this.#schedule();
    });
  }

  /** As many as fit into one request. */
  #take(): readonly PartitionQueue[] {
    let bytes = 0;
    let count = 0;
    for (const queue of this.#ready) {
      bytes += queue.nextBytes;
      if (count > 0 && bytes > REQUEST_BYTES) break;
      count++;
    }
    return this.#ready.splice(0, count);
  }
}
