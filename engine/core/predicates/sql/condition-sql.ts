/** Conditions as expressions that are 1 or 0, never NULL. */
import { numberTest } from '../compare-number.ts';
import type { Condition, ExactCondition, NumberCondition, PairCondition, TextCondition } from '../types.ts';
import { columnOf, type Place } from './columns.ts';
import { sqlNumber, sqlText } from './literal.ts';
import { both, exactSql, numberSql, textSql } from './value-sql.ts';

type NumberAgainst = Extract<NumberCondition, { readonly kind: 'number' }>;
type TextAgainst = Exclude<TextCondition, { readonly kind: 'has-text' }>;

const FALSE = '0';
const TRUE = '1';

export function conditionSql(condition: Condition, place: Place): string {
  switch (condition.kind) {
    case 'constant':
      return condition.value ? TRUE : FALSE;
    case 'not':
      return `(NOT ${conditionSql(condition.operand, place)})`;
    case 'and':
    case 'or': {
      const word = condition.kind === 'and' ? ' AND ' : ' OR ';
      return `(${condition.operands.map((operand) => conditionSql(operand, place)).join(word)})`;
    }
    case 'exact':
      return exactConditionSql(condition, place);
    case 'number':
      return numberConditionSql(condition, place);
    case 'has-number':
      return `(NOT ${isNone(numberSql(condition.subject, place))})`;
    case 'has-text':
      return textSql(condition.subject, place).present ?? TRUE;
    case 'texts':
    case 'numbers':
      return pairSql(condition, place);
    default:
      return textConditionSql(condition, place);
  }
}

function numberConditionSql(condition: NumberAgainst, place: Place): string {
  const { subject, operator, literal } = condition;
  const column = subject.kind === 'field' ? columnOf(subject.field.path, place) : undefined;
  const holds = numberTest(operator, literal);
  switch (column?.shape) {
    case 'nil':
      return FALSE;
    case 'fixed-number':
      return holds(column.value) ? TRUE : FALSE;
    case 'words': {
      const { words } = column;
      const fitting = words.filter((_, value) => holds(value));
      if (fitting.length === 0) return FALSE;
      if (fitting.length === words.length) return TRUE;
      return `(${column.column} IN (${fitting.map(sqlText).join(', ')}))`;
    }
    case 'number':
      return `(${column.column} ${sqlOperator(operator)} ${sqlNumber(literal)})`;
    default:
      return `ifNull(${numberSql(subject, place)} ${sqlOperator(operator)} ${sqlNumber(literal)}, 0)`;
  }
}

/** One column meets its literal as it is, so that indexes serve. */
function exactConditionSql({ sum, operator }: ExactCondition, place: Place): string {
  const [term, ...more] = sum.terms;
  const column = term === undefined ? undefined : columnOf(term.field.path, place);
  if (more.length === 0 && term?.sign === 1 && column?.shape === 'exact') {
    return `(${column.column} ${sqlOperator(operator)} ${-sum.constant})`;
  }
  const exact = exactSql(sum, place);
  return exact === undefined ? FALSE : `(${exact} ${sqlOperator(operator)} 0)`;
}

function textConditionSql(condition: TextAgainst, place: Place): string {
  const { subject } = condition;
  const column = subject.kind === 'field' ? columnOf(subject.field.path, place) : undefined;
  if (column?.shape === 'nil') return FALSE;
  if (column?.shape === 'id' && condition.kind === 'text' && condition.operator === '==') {
    const literal = /^0+$/.test(condition.literal) ? '' : condition.literal;
    return `(${column.column} = ${sqlText(literal)})`;
  }
  const { text, present } = textSql(subject, place);
  // An absent key reads as '', so only what '' would fulfil has to ask for the key.
  const isSettled = present === undefined || (column?.shape === 'map' && falseForEmpty(condition));
  return isSettled ? `(${ofText(condition, text)})` : both(present, ofText(condition, text));
}

function falseForEmpty(condition: TextAgainst): boolean {
  if (condition.kind === 'match' || condition.literal === '') return false;
  return condition.kind !== 'text' || !condition.operator.startsWith('<');
}

/** RE2 inside ClickHouse lets `.` match a line break unless told otherwise. */
function ofText(condition: TextAgainst, text: string): string {
  switch (condition.kind) {
    case 'text':
      return `${text} ${sqlOperator(condition.operator)} ${sqlText(condition.literal)}`;
    case 'match':
      return `match(${text}, ${sqlText(`(?-s)${condition.pattern}`)})`;
    case 'prefix':
      return `startsWith(${text}, ${sqlText(condition.literal)})`;
    case 'suffix':
      return `endsWith(${text}, ${sqlText(condition.literal)})`;
  }
}

/** Nil equals nil, and is in no order with anything else. */
function pairSql(condition: PairCondition, place: Place): string {
  const operator = sqlOperator(condition.operator);
  const bothAbsent = condition.operator !== '<' && condition.operator !== '>';
  if (condition.kind === 'numbers') {
    const [left, right] = [numberSql(condition.left, place), numberSql(condition.right, place)];
    const compared = `ifNull(${left} ${operator} ${right}, 0)`;
    return bothAbsent ? `(${compared} OR (${isNone(left)} AND ${isNone(right)}))` : compared;
  }
  const [left, right] = [textSql(condition.left, place), textSql(condition.right, place)];
  const compared = `${left.text} ${operator} ${right.text}`;
  const here = [left.present, right.present].filter((present) => present !== undefined);
  const both = `(${[...here, compared].join(' AND ')})`;
  if (!bothAbsent || here.length < 2) return both;
  return `(${both} OR (NOT ${left.present} AND NOT ${right.present}))`;
}

function isNone(number: string): string {
  return `ifNull(isNaN(${number}), 1)`;
}

function sqlOperator(operator: string): string {
  return operator === '==' ? '=' : operator;
}
