/** Makes equal conditions one object, so that what is worked out for one is worked out for all. */
import type { Condition } from './types.ts';

/** Conditions by what they say; those that nobody holds any more are forgotten. */
export class ConditionPool {
  readonly #shared = new Map<string, WeakRef<Condition>>();
  readonly #numbers = new WeakMap<Condition, number>();
  readonly #gone = new FinalizationRegistry<string>((key) => this.#forget(key));
  #next = 0;

  /** The condition with every part of it, in the object that says the same if there is one. */
  share(condition: Condition): Condition {
    switch (condition.kind) {
      case 'and':
      case 'or': {
        const operands = condition.operands.map((operand) => this.share(operand));
        return this.#one({ ...condition, operands }, `${condition.kind}:${this.#named(operands)}`);
      }
      case 'not': {
        const operand = this.share(condition.operand);
        return this.#one({ ...condition, operand }, `not:${this.#named([operand])}`);
      }
      default:
        return this.#one(condition, JSON.stringify(condition, spelled));
    }
  }

  #named(operands: readonly Condition[]): string {
    return operands.map((operand) => this.#numbers.get(operand)).join();
  }

  #one(condition: Condition, key: string): Condition {
    const known = this.#shared.get(key)?.deref();
    if (known !== undefined) return known;
    this.#numbers.set(condition, this.#next);
    this.#next += 1;
    this.#shared.set(key, new WeakRef(condition));
    this.#gone.register(condition, key);
    return condition;
  }

  #forget(key: string): void {
    if (this.#shared.get(key)?.deref() === undefined) this.#shared.delete(key);
  }
}

/** A pattern says what its regular expression does; JSON has no word for some numbers. */
function spelled(name: string, value: unknown): unknown {
  if (name === 'regex') return undefined;
  if (typeof value === 'bigint') return `${value}n`;
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
