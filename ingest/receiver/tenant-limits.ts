import { TokenBucket } from './token-bucket.ts';

/** What a tenant has used up. */
export const TENANT_LIMITS = ['bytes', 'records'] as const;
export type TenantLimit = (typeof TENANT_LIMITS)[number];

/** An amount counted against a tenant's limits. */
export type Usage = Readonly<Record<TenantLimit, number>>;

/** A tenant that has to wait. */
export interface Throttle {
  readonly limit: TenantLimit;
  readonly retrySeconds: number;
}

/** Options of {@link TenantLimits}. */
export interface TenantLimitsOptions {
  /** Per second and tenant; 0 for no limit. */
  readonly rates: Usage;
  /** Most tenants told apart at a time; beyond it they share one allowance. @default 10_000 */
  readonly maxTenants?: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

type Buckets = ReadonlyMap<TenantLimit, TokenBucket>;

/**
 * How fast each tenant may send. A tenant that has been quiet until its allowance is whole again is forgotten, so only
 * those that are active count towards the ceiling.
 */
export class TenantLimits {
  readonly #rates: Usage;
  readonly #maxTenants: number;
  readonly #now: () => number;
  /** The one used last is at the end. */
  readonly #tenants = new Map<string, Buckets>();
  readonly #others: Buckets;

  constructor({ rates, maxTenants = 10_000, now }: TenantLimitsOptions) {
    this.#rates = rates;
    this.#maxTenants = maxTenants;
    this.#now = now;
    this.#others = this.#fresh();
  }

  /** Tenants told apart now. */
  get size(): number {
    return this.#tenants.size;
  }

  /** What the tenant has to wait for; undefined when it may send. */
  check(tenant: string): Throttle | undefined {
    if (this.#others.size === 0) return undefined;
    const buckets = this.#bucketsOf(tenant);
    const waits = [...buckets].map(([limit, bucket]) => ({
      limit,
      retrySeconds: bucket.waitSeconds(this.#now()),
    }));
    waits.sort((left, right) => right.retrySeconds - left.retrySeconds);
    return waits.find(({ retrySeconds }) => retrySeconds > 0);
  }

  /** Counts what a tenant sent; negative amounts give it back. */
  charge(tenant: string, usage: Usage): void {
    if (this.#others.size === 0) return;
    for (const [limit, bucket] of this.#bucketsOf(tenant)) bucket.take(usage[limit]);
  }

  #bucketsOf(tenant: string): Buckets {
    const known = this.#tenants.get(tenant);
    this.#tenants.delete(tenant);
    if (known === undefined) this.#forgetQuiet();
    if (known === undefined && this.#tenants.size >= this.#maxTenants) return this.#others;
    const buckets = known ?? this.#fresh();
    this.#tenants.set(tenant, buckets);
    return buckets;
  }

  /** The quietest are in front. */
  #forgetQuiet(): void {
    const now = this.#now();
    for (const [tenant, buckets] of this.#tenants) {
      if (!isWhole(buckets, now)) return;
      this.#tenants.delete(tenant);
    }
  }

  #fresh(): Buckets {
    const now = this.#now();
    const limits = TENANT_LIMITS.filter((limit) => this.#rates[limit] > 0);
    return new Map(limits.map((limit) => [limit, new TokenBucket(this.#rates[limit], now)]));
  }
}

function isWhole(buckets: Buckets, nowMillis: number): boolean {
  return [...buckets.values()].every((bucket) => bucket.isFull(nowMillis));
}
