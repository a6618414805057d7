/** The engine's answers by brute force: every event kept, every window recounted, every comparison in bigints. */

export interface OracleEvent {
  readonly nanos: bigint;
  readonly isBad: boolean;
}

export interface OracleTier {
  readonly name: string;
  readonly longSeconds: number;
  readonly shortSeconds: number;
  /** factor × (1 − target) as numerator and denominator. */
  readonly limit: readonly [bigint, bigint];
}

export interface OracleAlert {
  readonly tier: string;
  readonly startedAt: number;
  endedAt: number | null;
}

const SLICE_NANOS = 10_000_000_000n;
const DAY = 86_400;

/** Edges as docs/slo-mathematics.md defines them, in milliseconds. */
export function edges(seconds: number, atMillis: number): readonly [number, number] {
  const step = seconds <= 6 * 3600 ? 10_000 : seconds <= 3 * DAY ? 60_000 : 900_000;
  const from = Math.floor((atMillis - seconds * 1000) / step) * step;
  return [from, Math.ceil(atMillis / 10_000) * 10_000];
}

/** Replays the log record by record. */
export class Oracle {
  readonly #latenessNanos: bigint;
  readonly #tiers: readonly OracleTier[];
  readonly #events: OracleEvent[] = [];
  readonly alerts: OracleAlert[] = [];
  #headNanos: bigint | undefined;
  late = 0;

  constructor(latenessSeconds: number, tiers: readonly OracleTier[]) {
    this.#latenessNanos = BigInt(latenessSeconds) * 1_000_000_000n;
    this.#tiers = tiers;
  }

  /** One request, as the log took it. */
  request(events: readonly OracleEvent[], appendedMillis: number): void {
    const appended = BigInt(appendedMillis) * 1_000_000n;
    const head = this.#headNanos;
    for (const event of events) {
      const sliceEnd = (event.nanos / SLICE_NANOS + 1n) * SLICE_NANOS;
      if (head !== undefined && sliceEnd <= head - this.#latenessNanos) this.late += 1;
      else this.#events.push(event);
    }
    for (const { nanos } of events) {
      const reached = nanos < appended ? nanos : appended;
      if (this.#headNanos === undefined || reached > this.#headNanos) this.#headNanos = reached;
    }
  }

  counts(seconds: number, atMillis: number): { readonly good: number; readonly total: number } {
    const [from, to] = edges(seconds, atMillis).map((millis) => BigInt(millis) * 1_000_000n) as [
      bigint,
      bigint,
    ];
    return count(this.#events.filter(({ nanos }) => nanos >= from && nanos < to));
  }

  /** Of [from, to), milliseconds. */
  between(fromMillis: number, toMillis: number): { readonly good: number; readonly total: number } {
    const [from, to] = [BigInt(fromMillis) * 1_000_000n, BigInt(toMillis) * 1_000_000n];
    return count(this.#events.filter(({ nanos }) => nanos >= from && nanos < to));
  }

  #isAbove(seconds: number, atMillis: number, [numerator, denominator]: readonly [bigint, bigint]): boolean {
    const { good, total } = this.counts(seconds, atMillis);
    return BigInt(total - good) * denominator > BigInt(total) * numerator;
  }

  /** Moves the alerts to an instant. */
  evaluate(atMillis: number): void {
    for (const tier of this.#tiers) {
      const open = this.alerts.find((alert) => alert.tier === tier.name && alert.endedAt === null);
      const isShort = this.#isAbove(tier.shortSeconds, atMillis, tier.limit);
      if (open !== undefined && !isShort) open.endedAt = atMillis;
      if (open === undefined && isShort && this.#isAbove(tier.longSeconds, atMillis, tier.limit)) {
        this.alerts.push({ tier: tier.name, startedAt: atMillis, endedAt: null });
      }
    }
  }
}

function count(events: readonly OracleEvent[]): { readonly good: number; readonly total: number } {
  return { good: events.filter(({ isBad }) => !isBad).length, total: events.length };
}
