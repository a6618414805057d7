/**
 * The stream of server-sent events that tells when the engine's state changed. It only tells *that*: the figures are
 * read from the API. While it is away the console polls.
 *
 * States: `connecting` until the first answer, `live` while the stream is open, `polling` after it broke, until it is
 * open again. A browser retries a broken stream by itself but gives up after an error status, so this retries.
 */

/** @typedef {'connecting' | 'live' | 'polling'} LiveState */

const RETRY_FIRST_MILLIS = 1_000;
const RETRY_LAST_MILLIS = 15_000;

export class LiveUpdates {
  /** @type {LiveState} */
  state = 'connecting';
  /** Epoch ms of the last event; 0 before the first. */
  updatedAt = 0;
  #options;
  #retryMillis = RETRY_FIRST_MILLIS;

  /** @param {{ readonly path: string, readonly changed: () => void }} options `changed` is called on events and on changes of state. */
  constructor(options) {
    this.#options = options;
  }

  /** Opens the stream, and again whenever it breaks. */
  start() {
    const source = new EventSource(this.#options.path);
    source.addEventListener('open', () => this.#opened());
    source.addEventListener('update', () => this.#updated());
    source.addEventListener('error', () => this.#broken(source));
  }

  #opened() {
    this.#retryMillis = RETRY_FIRST_MILLIS;
    this.state = 'live';
    // Whatever changed while the stream was away has to be read.
    this.#updated();
  }

  #updated() {
    this.updatedAt = Date.now();
    this.#options.changed();
  }

  /** @param {EventSource} source */
  #broken(source) {
    source.close();
    this.state = 'polling';
    this.#options.changed();
    setTimeout(() => this.start(), this.#retryMillis);
    this.#retryMillis = Math.min(RETRY_LAST_MILLIS, this.#retryMillis * 2);
  }
}
