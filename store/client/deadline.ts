import { StoreError } from '../errors.ts';

/** A signal that ends with the caller's own or when the time is over, and knows which it was. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** What to report when the request failed after the signal; undefined when the signal was not the cause. */
  failure(act: string): StoreError | undefined;
  /** Lets go of the timer and of the caller's signal. */
  done(): void;
}

/** Starts a deadline of `timeoutMillis` beside the caller's signal. */
export function deadline(timeoutMillis: number, caller?: AbortSignal): Deadline {
  const controller = new AbortController();
  let why: 'aborted' | 'timeout' | undefined;
  const end = (reason: 'aborted' | 'timeout') => {
    why ??= reason;
    controller.abort();
  };
  const onAbort = () => end('aborted');
  const timer = setTimeout(() => end('timeout'), timeoutMillis);
  if (caller?.aborted) onAbort();
  caller?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    failure(act) {
      if (why === undefined) return undefined;
      const told = why === 'timeout' ? `no answer within ${timeoutMillis} ms` : 'aborted by the caller';
      return new StoreError(why, `${act}: ${told}`, { outcome: 'unknown' });
    },
    done() {
      clearTimeout(timer);
      caller?.removeEventListener('abort', onAbort);
    },
  };
}
