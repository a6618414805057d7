import type { RecordPolicy } from '../../otlp/validate/types.ts';
import { NANOS_PER_MILLI } from '../moment.ts';
import type { TreeField, TreeMessage, TreeValue } from '../payload/tree.ts';
import { treeToProtobuf } from '../payload/tree-to-protobuf.ts';
import { keptFields } from './kept-fields.ts';
import { isHolder, isRecord, isValue, sideOf, timeFlaw, timesOf } from './verdicts.ts';
import type { WireField, WireMessage } from './wire.ts';

/**
 * Writes messages of a request anew: lengths and tags as short as they can be, values and times as a policy wants
 * them, everything else as it was. Equal texts mean equal messages.
 */
export class Splicer {
  readonly #bytes: Uint8Array;
  readonly #policy: RecordPolicy | undefined;
  readonly #owned = new Map<WireMessage, string>();

  /** Without a policy nothing is changed. */
  constructor(bytes: Uint8Array, policy?: RecordPolicy) {
    this.#bytes = bytes;
    this.#policy = policy;
  }

  /** A record, its bytes as text. */
  record(message: WireMessage): string {
    return textOf(this.#tree(message));
  }

  /** A message around records without them, its bytes as text. */
  around(holder: WireMessage): string {
    const known = this.#owned.get(holder);
    if (known !== undefined) return known;
    const own = holder.fields.filter(({ message }) => !(message && (isRecord(message) || isHolder(message))));
    const text = textOf(this.#tree({ ...holder, fields: own }));
    this.#owned.set(holder, text);
    return text;
  }

  #tree(message: WireMessage): TreeMessage {
    const fields = keptFields(message, this.#policy ?? {}).map((field): TreeField => {
      const value = field.message === undefined ? this.#scalar(message, field) : this.#tree(field.message);
      return { number: field.number, wireType: field.wireType, value };
    });
    if (isRecord(message)) this.#moveTimes(message, fields);
    return { message: message.name, fields };
  }

  #scalar(message: WireMessage, field: WireField): TreeValue {
    const whole = this.#bytes.subarray(field.payload, field.end);
    const { overLongValues, maxValueBytes } = this.#policy ?? {};
    if (overLongValues !== 'truncate' || maxValueBytes === undefined) return whole;
    if (message.name !== 'AnyValue' || !isValue(field) || whole.length <= maxValueBytes) return whole;
    return field.number === 1 ? textUpTo(whole, maxValueBytes) : whole.subarray(0, maxValueBytes);
  }

  /** A time too old becomes the oldest there may be; one too far ahead, or none, becomes now. */
  #moveTimes(record: WireMessage, fields: TreeField[]): void {
    const policy = this.#policy;
    if (policy?.clampMillis === undefined || timeFlaw(this.#bytes, record, policy) === undefined) return;
    const { clampMillis, earliestMillis } = policy;
    const earliest = BigInt(earliestMillis) * NANOS_PER_MILLI;
    for (const { number, nanos } of timesOf(this.#bytes, record)) {
      const side = sideOf(nanos, policy);
      if (side === undefined) continue;
      const isOld = nanos !== 0n && side === 'too-old';
      const value = isOld ? earliest : BigInt(clampMillis) * NANOS_PER_MILLI;
      const last = fields.findLast((field) => field.number === number);
      if (last === undefined) fields.push({ number, wireType: 1, value });
      else last.value = value;
    }
  }
}

function textOf(tree: TreeMessage): string {
  return Buffer.from(treeToProtobuf(tree)).toString('latin1');
}

/** As many whole characters as there is room for. */
function textUpTo(text: Uint8Array, maxBytes: number): Uint8Array {
  const characters = new TextDecoder('utf-8', { ignoreBOM: true }).decode(text);
  let kept = '';
  for (const character of characters) {
    if (Buffer.byteLength(kept + character) > maxBytes) break;
    kept += character;
  }
  return Buffer.from(kept);
}
