/** Tells when a directory may have changed: by the system's notices, and by the clock where those are missing. */
import { type FSWatcher, watch } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MILLIS = 10_000;
/** Editors write a file in several steps. */
const SETTLE_MILLIS = 150;

/** Yields whenever the directory may have changed, every few seconds at the least, until the signal aborts. */
export async function* watchDirectory(directory: string, signal: AbortSignal): AsyncGenerator<void> {
  while (!signal.aborted) {
    await changeOrTimeout(directory, signal);
    if (signal.aborted) return;
    yield;
  }
}

async function changeOrTimeout(directory: string, signal: AbortSignal): Promise<void> {
  const changed = new AbortController();
  const watcher = startWatching(directory, () => changed.abort());
  try {
    await sleep(POLL_MILLIS, undefined, { signal: AbortSignal.any([changed.signal, signal]) }).catch(
      () => {},
    );
    if (changed.signal.aborted) await sleep(SETTLE_MILLIS, undefined, { signal }).catch(() => {});
  } finally {
    watcher?.close();
  }
}

function startWatching(directory: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(directory, { recursive: true }, onChange);
    watcher.on('error', onChange);
    return watcher;
  } catch {
    return undefined;
  }
}
