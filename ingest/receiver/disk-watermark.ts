import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import type { Pressure } from './pressure.ts';

/** Options of {@link watchDisk}. */
export interface DiskWatermarkOptions {
  /** Whose disk it is, for people: `of the data directory`. */
  readonly whose: string;
  /** Bytes left on it; undefined when nobody can tell. */
  readonly freeBytes: () => Promise<number | undefined>;
  /** With less free than this the receivers stop, bytes; 0 for never. */
  readonly minFreeBytes: number;
  readonly registry: Registry;
  readonly logger: Logger;
  /** @default 1000 */
  readonly intervalMillis?: number;
}

/** A watched disk. */
export interface DiskWatermark {
  /** Set while there is too little room. */
  pressure(): Pressure | undefined;
  /** Stops watching. */
  close(): void;
}

/** Above this much of the minimum it goes on: not at the same mark, or it would go on and off with every file. */
const GO_ON_FACTOR = 1.25;
const RETRY_SECONDS = 5;
const MIB = 1024 * 1024;

/**
 * Watches the room on a disk, the first look before it resolves. A look that tells nothing changes nothing; one that fails
 * is logged, once until one succeeds.
 */
export async function watchDisk(options: DiskWatermarkOptions): Promise<DiskWatermark> {
  const { registry, intervalMillis = 1000 } = options;
  const state: State = { isShort: false, free: Number.NaN, hasFailed: false };
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: `valet_receiver_disk_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  gauge(
    'free_bytes',
    'Bytes free on the disk of the log, of the fullest one when there are several',
    () => state.free,
  );
  gauge('short', '1 while requests are refused because the disk is almost full', () => Number(state.isShort));
  await look(options, state);
  let isLooking = false;
  const timer = setInterval(() => {
    // A file system that hangs gets one question at a time.
    if (isLooking) return;
    isLooking = true;
    void look(options, state).finally(() => {
      isLooking = false;
    });
  }, intervalMillis);
  timer.unref();
  return { pressure: () => pressureOf(options, state), close: () => clearInterval(timer) };
}

interface State {
  isShort: boolean;
  free: number;
  hasFailed: boolean;
}

async function look(options: DiskWatermarkOptions, state: State): Promise<void> {
  const { whose, minFreeBytes, logger, freeBytes } = options;
  try {
    const found = await freeBytes();
    // Brokers that are away may be so as they are full.
    if (found === undefined) return;
    state.free = found;
    state.hasFailed = false;
  } catch (error) {
    if (!state.hasFailed) logger.warn({ err: error }, `Cannot tell how much room the disk ${whose} has`);
    state.hasFailed = true;
    return;
  }
  const isShort = state.free < (state.isShort ? minFreeBytes * GO_ON_FACTOR : minFreeBytes);
  if (isShort === state.isShort) return;
  state.isShort = isShort;
  const figures = { freeMib: mib(state.free), minFreeMib: mib(minFreeBytes) };
  if (isShort)
    logger.error(figures, `The disk ${whose} is almost full: requests are refused until there is room`);
  else logger.info(figures, `The disk ${whose} has room again: requests are taken`);
}

function pressureOf(
  { minFreeBytes, whose }: DiskWatermarkOptions,
  { isShort, free }: State,
): Pressure | undefined {
  if (!isShort) return undefined;
  const goOn = mib(minFreeBytes * GO_ON_FACTOR);
  const reason =
    `The disk ${whose} is almost full: ${mib(free)} MiB are free. Requests are taken again from ` +
    `${goOn} MiB on: free space, lower logRetentionMib, or lower diskMinFreeMib`;
  return { reason, retrySeconds: RETRY_SECONDS };
}

function mib(bytes: number): number {
  return Math.floor(bytes / MIB);
}
