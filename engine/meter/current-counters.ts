/** The index of the counters in force, made anew when definitions have changed. */
import type { Logger } from 'pino';
import { countersOf } from '../core/generations/counters-of.ts';
import type { Counter } from '../core/meter/counter.ts';
import { CounterIndex } from '../core/meter/counter-index.ts';
import { indicatorConditions } from '../core/meter/indicator-conditions.ts';
import { ConditionPool } from '../core/predicates/condition-pool.ts';
import type { DefinitionEntry } from '../core/records/definition-record.ts';
import type { DefinitionBook } from '../core/replica/definition-book.ts';

/** Conditions are read once for each definition: a change of one is the work of one. */
export class CurrentCounters {
  readonly #definitions: DefinitionBook;
  readonly #logger: Logger;
  readonly #pool = new ConditionPool();
  readonly #known = new WeakMap<DefinitionEntry, readonly Counter[]>();
  #latest: { readonly version: number; readonly index: CounterIndex } | undefined;

  constructor(definitions: DefinitionBook, logger: Logger) {
    this.#definitions = definitions;
    this.#logger = logger;
  }

  index(): CounterIndex {
    const { version } = this.#definitions;
    if (this.#latest?.version !== version) {
      const counters = this.#definitions.entries().flatMap((entry) => this.#of(entry));
      this.#latest = { version, index: new CounterIndex(counters) };
    }
    return this.#latest.index;
  }

  #of(entry: DefinitionEntry): readonly Counter[] {
    let counters = this.#known.get(entry);
    if (counters === undefined) {
      counters = this.#read(entry);
      this.#known.set(entry, counters);
    }
    return counters;
  }

  /** A definition published by another version may no longer be readable: it must not stop the others. */
  #read(entry: DefinitionEntry): readonly Counter[] {
    try {
      return countersOf(entry, (indicator) => indicatorConditions(indicator, this.#pool));
    } catch (error) {
      this.#logger.error({ err: error, slo: entry.slo }, 'SLO cannot be counted');
      return [];
    }
  }
}
