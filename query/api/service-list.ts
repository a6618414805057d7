/** The services seen in the store, joined with the states of their SLOs. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { EngineView, SloState } from '../../engine/core/types.ts';
import type { Service } from '../../schemas/api.ts';
import { DATABASE, type Signal, TABLES } from '../../schemas/names.ts';
import type { Store } from '../../store/types.ts';

/** Worst first. */
const STATES: readonly SloState[] = ['exhausted', 'burning', 'insufficient-data', 'no-data', 'ok'];
/** How far back a service is looked for. */
const RANGE_MILLIS = 24 * 3_600_000;
/** A list this old is read again when asked for. */
const FRESH_MILLIS = 5_000;
/** A caller waits so long for a fresher list than the one there is. */
const MAX_WAIT_MILLIS = 500;
/** The whole range is read this often; in between only what may have come since. */
const FULL_MILLIS = 600_000;
/** Data may be written this much after it was sent. */
const OVERLAP_MILLIS = 120_000;
const QUERY_SETTINGS = { max_execution_time: 10, max_threads: 1 };

interface Source {
  readonly signal: Signal;
  readonly table: string;
  readonly time: string;
}

const SOURCES: readonly Source[] = [
  { signal: 'traces', table: TABLES.traces, time: 'Timestamp' },
  { signal: 'logs', table: TABLES.logs, time: 'Timestamp' },
  { signal: 'metrics', table: TABLES.gauge, time: 'TimeUnix' },
  { signal: 'metrics', table: TABLES.sum, time: 'TimeUnix' },
  { signal: 'metrics', table: TABLES.histogram, time: 'TimeUnix' },
  { signal: 'metrics', table: TABLES.expHistogram, time: 'TimeUnix' },
  { signal: 'metrics', table: TABLES.summary, time: 'TimeUnix' },
];
const NAMES = SOURCES.map(({ table }) => table);

/** The tables another program made without a tenant column. */
const WITHOUT_TENANT_SQL = `SELECT name AS withoutTenant FROM system.tables
  WHERE database = {database:String} AND name IN {names:Array(String)} AND name NOT IN (
    SELECT table FROM system.columns WHERE database = {database:String} AND name = 'TenantId')
  ORDER BY name`;

interface SeenRow {
  readonly signal: Signal;
  readonly service: string;
  /** Milliseconds since the epoch; 64-bit integers come as strings. */
  readonly seen: string;
}

export interface ServiceListOptions {
  readonly store: Store;
  readonly view: EngineView;
  readonly tenant: string;
  /** Tables without a tenant column are this tenant's; else they are left out. */
  readonly readsWithoutTenant: boolean;
  readonly now: () => number;
  readonly logger: Logger;
}

/** When each service was last seen, by signal; kept and brought up to date by small queries. */
export class ServiceList {
  readonly #options: ServiceListOptions;
  /** service → signal → milliseconds since the epoch */
  #seen = new Map<string, Map<Signal, number>>();
  #readMillis = Number.NEGATIVE_INFINITY;
  #fullMillis = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;
  #withoutTenant: readonly string[] = [];

  constructor(options: ServiceListOptions) {
    this.#options = options;
  }

  /** Sorted by name. When the store does not answer: what was known before, and the services of SLOs. */
  async list(): Promise<Service[]> {
    const { view, now } = this.#options;
    if (now() - this.#readMillis >= FRESH_MILLIS) this.#reading ??= this.#read();
    // A list that exists is better soon than a fresher one late.
    const isKnown = this.#readMillis !== Number.NEGATIVE_INFINITY;
    await (isKnown ? Promise.race([this.#reading, sleep(MAX_WAIT_MILLIS)]) : this.#reading);
    const slos = Map.groupBy(view.slos(now()), ({ service }) => service);
    const names = [...new Set([...this.#seen.keys(), ...slos.keys()])].sort();
    return names.map((name) => {
      const own = slos.get(name) ?? [];
      const worstState = STATES.find((state) => own.some((slo) => slo.state === state)) ?? null;
      return { name, signals: this.#signalsOf(name), worstState, slos: own.length };
    });
  }

  #signalsOf(name: string): Service['signals'] {
    const seen = this.#seen.get(name);
    const instant = (signal: Signal): string | null => {
      const millis = seen?.get(signal);
      return millis === undefined ? null : new Date(millis).toISOString();
    };
    return { traces: instant('traces'), metrics: instant('metrics'), logs: instant('logs') };
  }

  async #read(): Promise<void> {
    const { store, now, tenant, logger } = this.#options;
    const started = now();
    const full = started - this.#fullMillis >= FULL_MILLIS;
    const from = full ? started - RANGE_MILLIS : this.#readMillis - OVERLAP_MILLIS;
    try {
      if (full) await this.#lookForTenants();
      const options = { params: { from: Math.floor(from), tenant }, settings: QUERY_SETTINGS };
      const sql = this.#lastSeenSql();
      this.#take(sql === '' ? [] : await store.query<SeenRow>(sql, options), full);
      if (full) this.#fullMillis = started;
    } catch (error) {
      logger.warn({ err: error }, 'services could not be read from the store');
    } finally {
      this.#readMillis = started;
      this.#reading = undefined;
    }
  }

  #take(rows: readonly SeenRow[], full: boolean): void {
    if (full) this.#seen = new Map();
    for (const { signal, service, seen } of rows) {
      const signals = this.#seen.get(service) ?? new Map<Signal, number>();
      signals.set(signal, Math.max(signals.get(signal) ?? 0, Number(seen)));
      this.#seen.set(service, signals);
    }
  }

  async #lookForTenants(): Promise<void> {
    const { store, logger, readsWithoutTenant } = this.#options;
    const params = { database: DATABASE, names: NAMES };
    const rows = await store.query<{ withoutTenant: string }>(WITHOUT_TENANT_SQL, { params });
    const tables = rows.map(({ withoutTenant }) => withoutTenant);
    if (!readsWithoutTenant && tables.join() !== this.#withoutTenant.join())
      logger.warn({ tables }, 'services of tables without TenantId are not listed; see VALET_FOREIGN_TABLES');
    this.#withoutTenant = tables;
  }

  /** '' when no table can be read. */
  #lastSeenSql(): string {
    const { readsWithoutTenant } = this.#options;
    const parts = SOURCES.flatMap((source) => {
      const hasTenant = !this.#withoutTenant.includes(source.table);
      return hasTenant || readsWithoutTenant ? [lastSeenOf(source, hasTenant)] : [];
    });
    if (parts.length === 0) return '';
    return `SELECT signal, service, max(seen) AS seen FROM (${parts.join(' UNION ALL ')}) GROUP BY signal, service`;
  }
}

function lastSeenOf({ signal, table, time }: Source, hasTenant: boolean): string {
  return `SELECT '${signal}' AS signal, toString(ServiceName) AS service, toUnixTimestamp64Milli(max(${time})) AS seen
    FROM ${DATABASE}.${table}
    WHERE ${hasTenant ? 'TenantId = {tenant:String} AND ' : ''}ServiceName != '' AND ${time} > fromUnixTimestamp64Milli({from:Int64})
    GROUP BY ServiceName`;
}
