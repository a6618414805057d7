/** Server-sent events: tells every client that the engine's state changed, at most once a second. */
import type { ServerResponse } from 'node:http';

/** Between two events to a client. */
const PAUSE_MILLIS = 1_000;
/** Proxies close streams that stay silent for long. */
const KEEP_ALIVE_MILLIS = 15_000;
/** A client that has so much unread is gone, or as good as. */
const MAX_UNREAD_BYTES = 64 * 1024;

export interface UpdateHubOptions {
  readonly now: () => number;
  /** Most clients at the same time. */
  readonly maxClients: number;
}

/** See above. */
export class UpdateHub {
  readonly #options: UpdateHubOptions;
  readonly #clients = new Set<ServerResponse>();
  readonly #keepAlive: NodeJS.Timeout;
  #pause: NodeJS.Timeout | undefined;
  #changedInPause = false;

  constructor(options: UpdateHubOptions) {
    this.#options = options;
    this.#keepAlive = setInterval(() => this.#write(':\n\n'), KEEP_ALIVE_MILLIS).unref();
  }

  get clients(): number {
    return this.#clients.size;
  }

  get isFull(): boolean {
    return this.#clients.size >= this.#options.maxClients;
  }

  /** Takes over a response whose head is to be written with `headers`. */
  add(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
    response.writeHead(200, { ...headers, 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    response.write('retry: 2000\n\n');
    this.#clients.add(response);
    response.on('close', () => this.#clients.delete(response));
  }

  /** The state changed: tells now, or at the end of the running pause. */
  changed(): void {
    if (this.#pause !== undefined) {
      this.#changedInPause = true;
      return;
    }
    const at = new Date(this.#options.now()).toISOString();
    this.#write(`event: update\ndata: ${JSON.stringify({ at })}\n\n`);
    this.#pause = setTimeout(() => this.#pauseEnded(), PAUSE_MILLIS).unref();
  }

  /** Ends every stream. */
  close(): void {
    clearInterval(this.#keepAlive);
    clearTimeout(this.#pause);
    for (const client of this.#clients) client.end();
    this.#clients.clear();
  }

  #pauseEnded(): void {
    this.#pause = undefined;
    if (!this.#changedInPause) return;
    this.#changedInPause = false;
    this.changed();
  }

  #write(text: string): void {
    for (const client of this.#clients) {
      if (client.writableLength > MAX_UNREAD_BYTES) client.destroy();
      else client.write(text);
    }
  }
}
