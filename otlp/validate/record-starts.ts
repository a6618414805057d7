import { WireReader } from '../wire/wire-reader.ts';
import type { MessageRange } from './message-range.ts';
import { ACTION, ACTIONS, CHILDREN } from './wire-table.ts';

/** Where the tags of the records inside the message are, in order. The bytes must be valid. */
export function* recordStarts(bytes: Uint8Array, { type, start, end }: MessageRange): Generator<number> {
  const reader = new WireReader(bytes);
  reader.position = start;
  while (reader.position < end) {
    const fieldStart = reader.position;
    const tag = reader.tag(end);
    const slot = tag < 256 ? (type << 8) | tag : 0;
    if (ACTIONS[slot] !== ACTION.holder) {
      reader.skip(tag, end, 0);
      if (ACTIONS[slot] === ACTION.record) yield fieldStart;
      continue;
    }
    const length = reader.length(end);
    const from = reader.position;
    reader.position += length;
    yield* recordStarts(bytes, { type: CHILDREN[slot] as number, start: from, end: reader.position });
  }
}
