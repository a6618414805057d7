/**
 * What a condition asks of the resource alone, taken out of it: whoever knows a record's resource need not ask most
 * conditions at all.
 *
 * 1. A condition is true only where every part of its outermost `and` is.
 * 2. A part is an equality when it says `resource.attributes["key"] == "text"`, or is an `or` of nothing but such. Where
 *    the resource fulfils it, the condition is what the other parts say.
 * 3. An `or` each of whose sides demands an equality demands one of them; what the sides demand besides is asked still.
 */
import { fieldsOfCondition } from './fields.ts';
import { isEventPath } from './paths.ts';
import type { Condition, RowCondition } from './types.ts';

/** An attribute of the resource and the text it has, in its string form. */
export interface ResourceEquality {
  readonly key: string;
  readonly text: string;
}

/** A way to ask a condition. */
export interface Narrowing {
  /** Whoever fulfils the condition fulfils one of them; absent: no such thing is known. */
  readonly equalities?: readonly ResourceEquality[];
  /** What is to be asked of a resource that does; reads nothing else. */
  readonly ofResource: Condition;
  /** What is to be asked of the records of a resource that fulfils both. */
  readonly ofRow: RowCondition;
}

/** The equalities of a part; pure when it demands nothing else. */
interface Demand {
  readonly equalities: readonly ResourceEquality[];
  readonly isPure: boolean;
}

/** Nobody names a service by more attributes; each way is nearly as large as the condition. */
const MOST_WAYS = 8;

/**
 * The ways to ask a condition, equal in what they say: by each of the first few demands it makes, or, without any, the
 * plain one.
 */
export function narrowResources(condition: Condition): readonly [Narrowing, ...Narrowing[]] {
  const parts = partsOf(condition);
  const ways: Narrowing[] = [];
  for (const [index, part] of parts.entries()) {
    const demand = demandOf(part);
    if (demand === undefined) continue;
    const left = demand.isPure ? parts.toSpliced(index, 1) : parts;
    ways.push({ equalities: demand.equalities, ...split(left) });
    if (ways.length === MOST_WAYS) break;
  }
  const [first, ...others] = ways;
  return first === undefined ? [split(parts)] : [first, ...others];
}

/** The parts of the outermost `and`, those of an `and` within it being its own. */
function partsOf(condition: Condition): readonly Condition[] {
  return condition.kind === 'and' ? condition.operands.flatMap(partsOf) : [condition];
}

function demandOf(condition: Condition): Demand | undefined {
  switch (condition.kind) {
    case 'constant':
      return condition.value ? undefined : { equalities: [], isPure: true };
    case 'and':
      return fewest(condition.operands.flatMap((operand) => demandOf(operand) ?? []));
    case 'or':
      return eachOf(condition.operands.map(demandOf));
    case 'text': {
      const { subject, operator, literal } = condition;
      if (operator !== '==' || subject.kind !== 'field') return undefined;
      const { path, key } = subject.field;
      if (path !== 'resource.attributes' || key === undefined) return undefined;
      return { equalities: [{ key, text: literal }], isPure: true };
    }
    default:
      return undefined;
  }
}

/** What an `and` demands: it demands more, so it is not pure. */
function fewest(demands: readonly Demand[]): Demand | undefined {
  const [least] = demands.toSorted((a, b) => a.equalities.length - b.equalities.length);
  return least && { equalities: least.equalities, isPure: false };
}

/** What an `or` demands: one of what its sides do. */
function eachOf(demands: readonly (Demand | undefined)[]): Demand | undefined {
  const known = demands.filter((demand) => demand !== undefined);
  if (known.length < demands.length) return undefined;
  return {
    equalities: known.flatMap(({ equalities }) => equalities),
    isPure: known.every(({ isPure }) => isPure),
  };
}

function split(parts: readonly Condition[]): Pick<Narrowing, 'ofResource' | 'ofRow'> {
  const isOfResource = (part: Condition) =>
    fieldsOfCondition(part).every(({ path }) => path.startsWith('resource.'));
  const condition = all(parts.filter((part) => !isOfResource(part)));
  const readsEvents = fieldsOfCondition(condition).some(({ path }) => isEventPath(path));
  return { ofResource: all(parts.filter(isOfResource)), ofRow: { condition, readsEvents } };
}

function all(parts: readonly Condition[]): Condition {
  const [only, ...more] = parts;
  if (only === undefined) return { kind: 'constant', value: true };
  return more.length === 0 ? only : { kind: 'and', operands: parts };
}
