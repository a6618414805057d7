import { createHash } from 'node:crypto';
import type { DeadLetter, LetterSource } from './types.ts';

/** Names a letter for good: 16 hexadecimal digits made of where it stood and why it is one. */
export function letterId(
  { identity, topic, partition }: LetterSource,
  { offset, reason }: Pick<DeadLetter, 'offset' | 'reason'>,
): string {
  return createHash('sha256')
    .update([identity, topic, partition, offset, reason].join('/'))
    .digest('hex')
    .slice(0, 16);
}
