import { Progress } from './progress.ts';

/** Why a sender loses its place while it is still sending. */
export type Eviction =
  /** Others need the memory it takes its time to fill. */
  | 'slow'
  /** It took longer than a request may. */
  | 'expired';

/** Options of {@link Admission}. */
export interface AdmissionOptions {
  /** Most bytes all requests together may hold. */
  readonly maxBytes: number;
  /** A request must have arrived after this time. */
  readonly readTimeoutMillis: number;
  /** A sender slow for this long may lose its place to others. @default 1000 */
  readonly slowMillis?: number;
  /** A clock that never goes back, milliseconds. @default performance.now */
  readonly now?: () => number;
}

/** Options of {@link Admission.open}. */
export interface OpenOptions {
  /** Whom the bytes are held for: a tenant's name, or a connection. */
  readonly holder: unknown;
  /** The request lost its place; everything it held is given back already. */
  readonly onEvicted: (why: Eviction) => void;
}

/** Bytes a request holds of the receiver's memory. */
export interface Reservation {
  /**
   * Asks whether so many bytes can be taken, before the first of them is read. They are held in steps as they arrive,
   * so a sender that announces much and sends little costs little. False: nothing changed.
   */
  announce(bytes: number): boolean;
  /** So many bytes arrived; false when there is no room for them. */
  arrived(bytes: number): boolean;
  /** All arrived: from now on the request cannot lose its place. */
  complete(): void;
  /** Holds so many bytes more for what is made of the request; false when there is no room, and nothing changes then. */
  grow(bytes: number): boolean;
  /** Gives everything back; later calls do nothing. */
  release(): void;
}

/** Held of an announced body before its bytes come; also the smallest step after it. */
const STEP_BYTES = 64 * 1024;

interface Holder {
  bytes: number;
  requests: number;
}

/**
 * Counts the request bytes in flight and refuses what would exceed the limit. Never waits.
 *
 * 1. All requests together never hold more than `maxBytes`.
 * 2. A holder with several requests under way may hold as much as it leaves free to others, no more: alone half of
 *    everything, beside another one a third. Its only request may take all there is.
 * 3. When room is short, senders that are slow lose their place, those that hold most first.
 * 4. A request that has arrived keeps what it holds.
 */
export class Admission {
  readonly #options: Required<AdmissionOptions>;
  readonly #holders = new Map<unknown, Holder>();
  readonly #reading = new Set<Place>();
  #bytes = 0;

  constructor(options: AdmissionOptions) {
    this.#options = { slowMillis: 1000, now: () => performance.now(), ...options };
  }

  /** Bytes held now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes that could still be taken. */
  get available(): number {
    return this.#options.maxBytes - this.#bytes;
  }

  /** Opens a request's account; it holds nothing yet. The caller releases it. */
  open({ holder, onEvicted }: OpenOptions): Reservation {
    const account = this.#holders.get(holder) ?? { bytes: 0, requests: 0 };
    account.requests++;
    this.#holders.set(holder, account);
    const { now, slowMillis, readTimeoutMillis } = this.#options;
    const place = new Place({
      hold: (bytes) => this.#hold(place, account, bytes),
      giveBack: (bytes) => {
        this.#bytes -= bytes;
        account.bytes -= bytes;
      },
      arrived: () => this.#reading.delete(place),
      closed: () => {
        this.#reading.delete(place);
        if (--account.requests === 0) this.#holders.delete(holder);
      },
      onEvicted,
      now,
      progress: new Progress(slowMillis, now()),
      deadlineMillis: now() + readTimeoutMillis,
    });
    this.#reading.add(place);
    return place;
  }

  /** Evicts every request whose time to arrive is over. */
  sweep(): void {
    const now = this.#options.now();
    for (const place of this.#reading) {
      // In the order of their deadlines.
      if (place.deadlineMillis > now) return;
      place.evict('expired');
    }
  }

  #hold(place: Place, account: Holder, { reserve, needed }: Amount): boolean {
    if (!this.#isFair(account, needed)) return false;
    if (needed > this.available && !this.#makeRoom(place, needed)) return false;
    this.#bytes += reserve;
    account.bytes += reserve;
    return true;
  }

  #isFair({ bytes, requests }: Holder, more: number): boolean {
    if (requests === 1) return true;
    const others = this.#bytes - bytes;
    return bytes + more <= (this.#options.maxBytes - others) / 2;
  }

  /** Evicts slow senders for the bytes needed, or none when that would not do. */
  #makeRoom(asking: Place, needed: number): boolean {
    const now = this.#options.now();
    const slow = [...this.#reading].filter((place) => place !== asking && place.isSlow(now));
    const theirs = slow.reduce((sum, { held }) => sum + held, 0);
    if (this.available + theirs < needed) return false;
    slow.sort((left, right) => right.held - left.held);
    for (const place of slow) {
      if (needed <= this.available) break;
      place.evict('slow');
    }
    return true;
  }
}

/** Bytes to hold now, and bytes there must be room for. */
interface Amount {
  readonly reserve: number;
  readonly needed: number;
}

interface PlaceOptions {
  hold(amount: Amount): boolean;
  giveBack(bytes: number): void;
  arrived(): void;
  closed(): void;
  onEvicted(why: Eviction): void;
  now(): number;
  readonly progress: Progress;
  readonly deadlineMillis: number;
}

class Place implements Reservation {
  readonly #options: PlaceOptions;
  #held = 0;
  #size = 0;
  #announced = Number.POSITIVE_INFINITY;
  #isOpen = true;

  constructor(options: PlaceOptions) {
    this.#options = options;
  }

  get held(): number {
    return this.#held;
  }

  get deadlineMillis(): number {
    return this.#options.deadlineMillis;
  }

  isSlow(nowMillis: number): boolean {
    return this.#options.progress.isSlow(nowMillis);
  }

  announce(bytes: number): boolean {
    this.#announced = bytes;
    return this.#take({ reserve: Math.min(bytes, STEP_BYTES), needed: bytes });
  }

  arrived(bytes: number): boolean {
    this.#options.progress.arrived(bytes, this.#options.now());
    this.#size += bytes;
    const missing = this.#size - this.#held;
    if (missing <= 0) return this.#isOpen;
    // Doubling keeps the steps few; without an announced length nothing is held ahead.
    const ahead = this.#announced === Number.POSITIVE_INFINITY ? 0 : this.#held;
    const more = Math.max(missing, Math.min(ahead, this.#announced - this.#held));
    return this.grow(more) || (more > missing && this.grow(missing));
  }

  complete(): void {
    this.#options.arrived();
  }

  grow(bytes: number): boolean {
    return this.#take({ reserve: bytes, needed: bytes });
  }

  release(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#options.giveBack(this.#held);
    this.#held = 0;
    this.#options.closed();
  }

  evict(why: Eviction): void {
    this.release();
    this.#options.onEvicted(why);
  }

  #take(amount: Amount): boolean {
    if (!this.#isOpen || !this.#options.hold(amount)) return false;
    this.#held += amount.reserve;
    return true;
  }
}
