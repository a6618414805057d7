/** Conditions as tests of the rows of one table of a batch. What has been compiled is not compiled again. */
import type { Condition } from '../types.ts';
import type { Columns } from './columns.ts';
import { leafTest } from './leaf-test.ts';
import { type Generation, type LeveledTest, lowered } from './lineage.ts';
import { join, remember } from './row-test.ts';

/** A boolean is true or false of every row alike. */
export type Compiled = boolean | LeveledTest;

/** Compiles conditions over the same columns; conditions that are one object have one test. */
export class ConditionCompiler {
  readonly #columns: Columns;
  readonly #known = new Map<Condition, Compiled>();

  constructor(columns: Columns) {
    this.#columns = columns;
  }

  compile(condition: Condition): Compiled {
    let compiled = this.#known.get(condition);
    if (compiled === undefined) {
      compiled = this.#compile(condition);
      this.#known.set(condition, compiled);
    }
    return compiled;
  }

  #compile(condition: Condition): Compiled {
    switch (condition.kind) {
      case 'constant':
        return condition.value;
      case 'not':
        return negated(this.compile(condition.operand));
      case 'and':
      case 'or':
        return this.#joined(condition.kind, condition.operands);
      default:
        return leafTest(condition, this.#columns);
    }
  }

  /** Coarse parts first: what one resource settles need not be asked of its records. */
  #joined(kind: 'and' | 'or', operands: readonly Condition[]): Compiled {
    const settles = kind === 'or';
    const parts: LeveledTest[] = [];
    for (const operand of operands) {
      const compiled = this.compile(operand);
      if (compiled === settles) return settles;
      if (typeof compiled !== 'boolean') parts.push(compiled);
    }
    if (parts.length === 0) return !settles;
    const { lineage } = this.#columns;
    const finest = Math.max(...parts.map((part) => part.level));
    let sum: LeveledTest | undefined;
    for (let level = 0; level <= finest; level++) {
      const here = parts.filter((part) => part.level === level).map((part) => part.test);
      if (here.length === 0) continue;
      const all = sum === undefined ? here : [lowered(sum, level, lineage), ...here];
      const test = join(kind, all);
      const { count } = lineage[level] as Generation;
      sum = { level, test: level < lineage.length - 1 ? remember(test, count) : test };
    }
    return sum ?? !settles;
  }
}

function negated(compiled: Compiled): Compiled {
  if (typeof compiled === 'boolean') return !compiled;
  const { level, test } = compiled;
  return { level, test: (row) => !test(row) };
}
