import type { ValueColumn } from '../../../otlp/columns/types.ts';
import { VALUE_KIND } from '../../../otlp/columns/types.ts';
import { valueText } from '../../../otlp/columns/value-text.ts';
import type { ChunkWriter } from '../../../store/native/chunk-writer.ts';

/** Varints up to this length hold integers below 2^28: no bigint needed. */
const SHORT_VARINT_BYTES = 4;
const ZERO = 0x30;

/**
 * The rare way of writing an AnyValue's text as a String value: whatever is not a text that fits the chunk. Leaves
 * the writer after it.
 */
export function putValue(writer: ChunkWriter, source: Uint8Array, values: ValueColumn, entry: number): void {
  const kind = values.kinds[entry] as number;
  const start = values.starts[entry] as number;
  const end = values.ends[entry] as number;
  if (kind === VALUE_KIND.string) writer.slice(source, start, end);
  else if (kind === VALUE_KIND.int && end - start <= SHORT_VARINT_BYTES)
    putShortInt(writer, source, start, end);
  else if (kind === VALUE_KIND.empty) writer.uint8(0);
  else writer.text(valueText(source, kind, start, end));
}

function putShortInt(writer: ChunkWriter, source: Uint8Array, start: number, end: number): void {
  let value = 0;
  for (let at = end - 1; at >= start; at--) value = (value << 7) | ((source[at] as number) & 0x7f);
  let digits = 1;
  for (let power = 10; power <= value; power *= 10) digits++;
  writer.reserve(digits + 1);
  const { bytes } = writer;
  bytes[writer.position] = digits;
  for (let at = writer.position + digits; at > writer.position; at--) {
    const quotient = Math.trunc(value / 10);
    bytes[at] = ZERO + value - quotient * 10;
    value = quotient;
  }
  writer.position += digits + 1;
}
