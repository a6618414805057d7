/** AnyValues as numbers and as texts. */
import { VALUE_KIND, type ValueColumn } from '../../../../otlp/columns/types.ts';
import { doubleOf, valueText } from '../../../../otlp/columns/value-text.ts';
import { numberInText } from './number-in-text.ts';
import { varintNumber } from './varint-number.ts';

const encoder = new TextEncoder();

/** The number entry `e` holds; NaN when it holds none. */
export function valueNumber({ kinds, starts, ends }: ValueColumn, source: Uint8Array) {
  return (entry: number): number => {
    const start = starts[entry] as number;
    const end = ends[entry] as number;
    switch (kinds[entry]) {
      case VALUE_KIND.string:
        return numberInText(source, start, end);
      case VALUE_KIND.int:
        return varintNumber(source, start, end);
      case VALUE_KIND.double: {
        const value = doubleOf(source, start);
        return Number.isFinite(value) ? value : Number.NaN;
      }
      default: {
        const text = encoder.encode(valueText(source, kinds[entry] as number, start, end));
        return numberInText(text, 0, text.length);
      }
    }
  };
}

/** The string form of entry `e`; an empty value reads as the empty text. */
export function valueBytes({ kinds, starts, ends }: ValueColumn, source: Uint8Array) {
  return (entry: number): Uint8Array => {
    const start = starts[entry] as number;
    const end = ends[entry] as number;
    const kind = kinds[entry] as number;
    if (kind === VALUE_KIND.string) return source.subarray(start, end);
    return encoder.encode(valueText(source, kind, start, end));
  };
}
