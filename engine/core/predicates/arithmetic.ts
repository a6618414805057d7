/** Arithmetic in doubles: what both compilers mean by an operator. */
import type { ArithmeticOperator } from './syntax.ts';

/** `left operator right`; NaN for a division by zero. A `whole` division is cut toward zero. */
export function calculate(operator: ArithmeticOperator, whole: boolean, sides: [number, number]): number {
  const [left, right] = sides;
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      if (right === 0) return Number.NaN;
      return whole ? Math.trunc(left / right) : left / right;
  }
}
