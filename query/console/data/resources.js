/**
 * What was read from the API, by key. The last good answer stays when a later request fails.
 *
 * Invariants
 * 1. One request per key at a time.
 * 2. `data` changes only to a newer answer; `error` tells of the last request only.
 * 3. `loadedAt` is when `data` was asked for, so its age is never understated.
 */
import { ApiError, request } from './api.js';

/**
 * @template T
 * @typedef {{ readonly data: T | undefined, readonly error: ApiError | undefined, readonly loadedAt: number,
 *   readonly startedAt: number, readonly pending: boolean, readonly failures: number }} Resource Instants in epoch ms, 0 for never.
 */

/** @type {Resource<any>} */
const UNASKED = {
  data: undefined,
  error: undefined,
  loadedAt: 0,
  startedAt: 0,
  pending: false,
  failures: 0,
};

/** @param {unknown} cause */
const asApiError = (cause) =>
  cause instanceof ApiError
    ? cause
    : new ApiError({ status: 0, code: 'unknown', message: String(cause) }, cause);

/** Answers kept; details of SLOs looked at earlier make room for newer ones. */
const CAPACITY = 60;

export class Resources {
  /** @type {Map<string, Resource<any>>} */
  #byKey = new Map();
  #changed;

  /** @param {() => void} changed called after every change */
  constructor(changed) {
    this.#changed = changed;
  }

  /** @param {string} key @returns {Resource<any>} */
  get(key) {
    return this.#byKey.get(key) ?? UNASKED;
  }

  /** Asks for a resource unless a request for it is under way. Never rejects. @param {string} key @param {string} path */
  async load(key, path) {
    const before = this.get(key);
    if (before.pending) return;
    const startedAt = Date.now();
    this.#set(key, { ...before, startedAt, pending: true });
    try {
      const data = await request(path);
      this.#set(key, { data, error: undefined, loadedAt: startedAt, startedAt, pending: false, failures: 0 });
    } catch (cause) {
      const failures = before.failures + 1;
      this.#set(key, { ...before, startedAt, error: asApiError(cause), pending: false, failures });
    }
  }

  /** The newest answer of all, epoch ms; 0 before the first. */
  get newest() {
    return Math.max(0, ...[...this.#byKey.values()].map((each) => each.loadedAt));
  }

  /** @param {string} key @param {Resource<any>} resource */
  #set(key, resource) {
    this.#byKey.delete(key);
    this.#byKey.set(key, resource);
    if (this.#byKey.size > CAPACITY)
      this.#byKey.delete(/** @type {string} */ (this.#byKey.keys().next().value));
    this.#changed();
  }
}
