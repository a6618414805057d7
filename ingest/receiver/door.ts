import type { IncomingHttpHeaders } from 'node:http';
import type { Admission, Reservation } from './admission.ts';
import { badTenant, overloaded, throttled, tooLarge, tooSlow, underPressure } from './answers.ts';
import type { Pressure } from './pressure.ts';
import type { ReceiverMetrics } from './receiver-metrics.ts';
import type { TenantLimits, Usage } from './tenant-limits.ts';
import { TenantNameError, tenantOf } from './tenant-name.ts';
import type { Answer } from './types.ts';

/** What {@link Door} works with. */
export interface DoorOptions {
  readonly admission: Admission;
  readonly limits: TenantLimits;
  /** Header that names the tenant, in lower case; '' for none. */
  readonly tenantHeader: string;
  /** Largest request as sent. */
  readonly maxRequestBytes: number;
  /** Set while nothing may be taken. */
  readonly pressure: () => Pressure | undefined;
  readonly metrics: ReceiverMetrics;
}

/** A request whose head was read. */
export interface Visitor {
  readonly headers: IncomingHttpHeaders;
  /** Stands for the connection it came over. */
  readonly connection: object;
  /** Called when the request loses its place before it has arrived. */
  readonly onStop: (answer: Answer) => void;
}

/** Decides who may send a body, before the body is read. */
export class Door {
  readonly #options: DoorOptions;

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  /** A place for the request, or why there is none. */
  enter({ headers, connection, onStop }: Visitor): Entry | Answer {
    const { admission, limits, pressure, metrics } = this.#options;
    const tenant = this.#tenantOf(headers);
    if (tenant instanceof TenantNameError) return badTenant(tenant);
    const pressed = pressure();
    if (pressed !== undefined) return underPressure(pressed);
    const throttle = limits.check(tenant);
    if (throttle !== undefined) {
      metrics.throttled(throttle.limit);
      return throttled(tenant, throttle);
    }
    const reservation = admission.open({
      holder: tenant === '' ? connection : tenant,
      onEvicted: (why) => {
        entry.leave();
        onStop(tooSlow(why));
      },
    });
    const entry = new Entry({ ...this.#options, tenant, reservation });
    return entry;
  }

  #tenantOf(headers: IncomingHttpHeaders): string | TenantNameError {
    try {
      return tenantOf(headers, this.#options.tenantHeader);
    } catch (error) {
      if (error instanceof TenantNameError) return error;
      throw error;
    }
  }
}

interface EntryOptions extends Pick<DoorOptions, 'limits' | 'maxRequestBytes'> {
  readonly tenant: string;
  readonly reservation: Reservation;
}

const NOTHING: Usage = { bytes: 0, records: 0 };

/**
 * A request inside: what it holds of the memory, and what is counted against its tenant. First `announce` where the
 * length is known, then `arrived` for every piece, `complete`, and in any case `leave`.
 */
export class Entry {
  readonly #options: EntryOptions;
  #size = 0;
  #isComplete = false;
  #usage = NOTHING;

  constructor(options: EntryOptions) {
    this.#options = options;
  }

  /** Whom the request is for. */
  get tenant(): string {
    return this.#options.tenant;
  }

  /** The body will have so many bytes; returns why it cannot be taken, or undefined. */
  announce(bytes: number): Answer | undefined {
    if (bytes > this.#options.maxRequestBytes) return tooLarge(this.#options.maxRequestBytes);
    if (!this.#options.reservation.announce(bytes)) return overloaded();
    // Counted at once, so that requests sent at the same time do not all pass on the same allowance.
    this.settle({ bytes, records: 0 });
    return undefined;
  }

  /** So many bytes came; returns why they cannot be taken, or undefined. */
  arrived(bytes: number): Answer | undefined {
    this.#size += bytes;
    if (this.#size > this.#options.maxRequestBytes) return tooLarge(this.#options.maxRequestBytes);
    return this.#options.reservation.arrived(bytes) ? undefined : overloaded();
  }

  /** All bytes came. */
  complete(): void {
    this.#isComplete = true;
    this.#options.reservation.complete();
  }

  /** Holds so many bytes more for what is made of the body; false when there is no room. */
  grow(bytes: number): boolean {
    return this.#options.reservation.grow(bytes);
  }

  /** What the request turned out to be is what its tenant used; of one that has to be sent again, nothing. */
  settle(usage: Usage = NOTHING): void {
    const { limits, tenant } = this.#options;
    const { bytes, records } = this.#usage;
    limits.charge(tenant, { bytes: usage.bytes - bytes, records: usage.records - records });
    this.#usage = usage;
  }

  /** Gives everything back that is held. */
  leave(): void {
    if (!this.#isComplete) this.settle();
    this.#options.reservation.release();
  }
}
