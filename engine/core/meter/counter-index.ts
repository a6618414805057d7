/**
 * Which counters a resource concerns: those whose total demands an attribute it has, and those that demand none.
 *
 * 1. A counter is found by one of its ways, the one that the fewest counters share: by the service rather than by the
 *    environment, when it names both.
 * 2. Whoever is not found for a resource counts none of its rows; whoever is has `ofResource` and `ofRow` left to ask.
 * Built once for a version of the definitions; what it holds grows with the counters alone.
 */
import { AttributeLookup } from '../../../otlp/columns/attribute-lookup.ts';
import { type Batch, VALUE_KIND } from '../../../otlp/columns/types.ts';
import { valueText } from '../../../otlp/columns/value-text.ts';
import type { Signal } from '../../../schemas/names.ts';
import type { Narrowing, ResourceEquality } from '../predicates/narrow-resources.ts';
import type { Counter } from './counter.ts';

/** A counter, the way it is found by, and its place among all. */
export interface FoundCounter {
  readonly counter: Counter;
  readonly way: Narrowing;
  readonly place: number;
}

/** The counters of one tenant and signal. */
interface Group {
  /** By the attribute they demand, and by its text. */
  readonly demanding: Map<string, Map<string, FoundCounter[]>>;
  readonly others: FoundCounter[];
}

const NOTHING: readonly FoundCounter[] = [];
/** What text that is not UTF-8 decodes to, among others; no literal has such bytes. */
const REPLACED = '\ufffd';

/** See above. */
export class CounterIndex {
  readonly #groups = new Map<string, Group>();

  /** The order of the counters is that of what is counted. */
  constructor(counters: readonly Counter[]) {
    const shares = sharesOf(counters);
    for (const [place, counter] of counters.entries()) {
      const way = rarest(counter, shares);
      const found = { counter, way, place };
      const group = this.#group(groupKey(counter.conditions.signal, counter.tenant));
      if (way.equalities === undefined) group.others.push(found);
      else for (const equality of distinct(way.equalities)) listOf(group, equality).push(found);
    }
  }

  /** Looks for the counters of a batch's resources. */
  finder(batch: Batch): CounterFinder {
    return new CounterFinder(batch, this.#groups);
  }

  #group(key: string): Group {
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { demanding: new Map(), others: [] };
      this.#groups.set(key, group);
    }
    return group;
  }
}

/** Looks into one batch; see {@link CounterIndex}. */
export class CounterFinder {
  readonly #batch: Batch;
  readonly #groups: ReadonlyMap<string, Group>;
  readonly #lookups = new Map<string, AttributeLookup>();

  constructor(batch: Batch, groups: ReadonlyMap<string, Group>) {
    this.#batch = batch;
    this.#groups = groups;
  }

  /** The counters that may count rows of a resource, each once. */
  of(resource: number): readonly FoundCounter[] {
    const { resources, requests, signal } = this.#batch;
    const tenant = requests[resources.request[resource] as number]?.tenant ?? '';
    const group = this.#groups.get(groupKey(signal, tenant));
    if (group === undefined) return NOTHING;
    const lists = [...group.demanding].flatMap(([key, byText]) => {
      const text = this.#text(key, resource);
      const found = text === undefined ? undefined : byText.get(text);
      return found === undefined ? [] : [found];
    });
    if (group.others.length > 0) lists.push(group.others);
    // Whoever demands one of several attributes may be in several lists.
    return lists.length < 2 ? (lists[0] ?? NOTHING) : [...new Set(lists.flat())];
  }

  /** The attribute's string form; undefined when it is absent or no text at all. */
  #text(key: string, resource: number): string | undefined {
    const { source, resources } = this.#batch;
    const { values } = resources.attributes;
    let lookup = this.#lookups.get(key);
    if (lookup === undefined) {
      lookup = new AttributeLookup(resources.attributes, key);
      this.#lookups.set(key, lookup);
    }
    const entry = lookup.entry(resource);
    if (entry === -1) return undefined;
    const [kind, start, end] = [values.kinds[entry], values.starts[entry], values.ends[entry]] as [
      number,
      number,
      number,
    ];
    const text = valueText(source, kind, start, end);
    const isReplaced = kind === VALUE_KIND.string && text.includes(REPLACED);
    return isReplaced && !isSame(source.subarray(start, end), text) ? undefined : text;
  }
}

function isSame(bytes: Uint8Array, text: string): boolean {
  return Buffer.from(text).equals(bytes);
}

function groupKey(signal: Signal, tenant: string): string {
  return `${signal}/${tenant}`;
}

function listOf({ demanding }: Group, { key, text }: ResourceEquality): FoundCounter[] {
  let byText = demanding.get(key);
  if (byText === undefined) {
    byText = new Map();
    demanding.set(key, byText);
  }
  let list = byText.get(text);
  if (list === undefined) {
    list = [];
    byText.set(text, list);
  }
  return list;
}

function distinct(equalities: readonly ResourceEquality[]): readonly ResourceEquality[] {
  return [...new Map(equalities.map((equality) => [nameOf(equality), equality])).values()];
}

function nameOf({ key, text }: ResourceEquality): string {
  return `${key.length}:${key}${text}`;
}

/** How many counters could be found by each equality. */
function sharesOf(counters: readonly Counter[]): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  for (const { conditions } of counters) {
    for (const { equalities = [] } of conditions.total) {
      for (const equality of equalities) {
        const name = nameOf(equality);
        shares.set(name, (shares.get(name) ?? 0) + 1);
      }
    }
  }
  return shares;
}

function rarest({ conditions }: Counter, shares: ReadonlyMap<string, number>): Narrowing {
  const [first, ...others] = conditions.total;
  let best = first;
  for (const way of others) if (sharers(way, shares) < sharers(best, shares)) best = way;
  return best;
}

function sharers({ equalities = [] }: Narrowing, shares: ReadonlyMap<string, number>): number {
  return equalities.reduce((sum, equality) => sum + (shares.get(nameOf(equality)) ?? 0), 0);
}
