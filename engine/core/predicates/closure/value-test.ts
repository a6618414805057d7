/** Tests of AnyValues: by the number they hold, or by their string form. */
import { VALUE_KIND, type ValueColumn } from '../../../../otlp/columns/types.ts';
import { boolOf, valueText } from '../../../../otlp/columns/value-text.ts';
import { type NumberTest, numberTest } from '../compare-number.ts';
import type { NumberCondition, TextCondition } from '../types.ts';
import { matchTest, prefixTest, rememberBytes, suffixTest, textTest } from './bytes-test.ts';
import { INTEGER_TEXT_BYTES, putInteger } from './integer-text.ts';
import { numberInTextTest } from './number-in-text.ts';
import type { BytesTest, RowTest } from './row-test.ts';
import { varintNumber } from './varint-number.ts';

/** The conditions that look at a value. */
export type ValueCondition =
  | Exclude<TextCondition, { readonly kind: 'has-text' }>
  | Exclude<NumberCondition, { readonly kind: 'has-number' }>;

const encoder = new TextEncoder();
const TRUE_TEXT = encoder.encode('true');
const FALSE_TEXT = encoder.encode('false');

/** The condition as a test of a text's bytes. */
export function bytesTestOf(condition: ValueCondition): BytesTest {
  switch (condition.kind) {
    case 'text':
      return textTest(condition.operator, condition.literal);
    case 'number':
      return numberInTextTest(numberTest(condition.operator, condition.literal));
    case 'match':
      return matchTest(condition.regex);
    case 'prefix':
      return prefixTest(condition.literal);
    case 'suffix':
      return suffixTest(condition.literal);
  }
}

/** The condition as a test of texts that lie in `source`: a pattern's answers are remembered. */
export function sourceTestOf(condition: ValueCondition, source: Uint8Array): BytesTest {
  const test = bytesTestOf(condition);
  return condition.kind === 'match' ? rememberBytes(test, source) : test;
}

/** Entry `e` of the column against the condition; an empty value reads as the empty text. */
export function valueTest(condition: ValueCondition, column: ValueColumn, source: Uint8Array): RowTest {
  const test = sourceTestOf(condition, source);
  const ofNumber =
    condition.kind === 'number' ? numberTest(condition.operator, condition.literal) : undefined;
  const ofOther = otherKinds(test, ofNumber, column, source);
  const { kinds, starts, ends } = column;
  return (entry) =>
    kinds[entry] === VALUE_KIND.string
      ? test(source, starts[entry] as number, ends[entry] as number)
      : ofOther(entry);
}

function otherKinds(
  test: BytesTest,
  ofNumber: NumberTest | undefined,
  column: ValueColumn,
  source: Uint8Array,
): RowTest {
  const { kinds, starts, ends } = column;
  const digits = new Uint8Array(INTEGER_TEXT_BYTES);
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  return (entry) => {
    const start = starts[entry] as number;
    const end = ends[entry] as number;
    switch (kinds[entry]) {
      case VALUE_KIND.int: {
        const value = varintNumber(source, start, end);
        if (ofNumber !== undefined) return ofNumber(value);
        if (Number.isSafeInteger(value)) return test(digits, putInteger(digits, value), digits.length);
        break;
      }
      case VALUE_KIND.double:
        if (ofNumber !== undefined) return finite(view.getFloat64(start, true), ofNumber);
        break;
      case VALUE_KIND.bool: {
        const text = boolOf(source, start, end) ? TRUE_TEXT : FALSE_TEXT;
        return test(text, 0, text.length);
      }
    }
    const text = encoder.encode(valueText(source, kinds[entry] as number, start, end));
    return test(text, 0, text.length);
  };
}

/** An infinite or undefined double has no number in its string form, so it holds none here either. */
function finite(value: number, test: NumberTest): boolean {
  return Number.isFinite(value) && test(value);
}
