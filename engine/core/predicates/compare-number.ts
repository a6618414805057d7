/** Numbers against a literal: used by both compilers. */
import type { ConditionOperator } from './types.ts';

/** True or false of a number. */
export type NumberTest = (value: number) => boolean;

/** A number against a literal; NaN is equal to nothing and in no order. */
export function numberTest(operator: ConditionOperator, literal: number): NumberTest {
  switch (operator) {
    case '==':
      return (value) => value === literal;
    case '<':
      return (value) => value < literal;
    case '<=':
      return (value) => value <= literal;
    case '>':
      return (value) => value > literal;
    case '>=':
      return (value) => value >= literal;
  }
}
