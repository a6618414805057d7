/** What makes two indicators the same. */
import { createHash } from 'node:crypto';
import type { EventSource, RatioIndicator } from '../types.ts';

function sourceText(source: EventSource | undefined): readonly string[] {
  return source === undefined ? [] : [source.signal, source.where.trim()];
}

/** Hash of everything that decides which events are counted; targets, windows and names are not part of it. */
export function generationHash({ total, good, bad }: RatioIndicator): string {
  const text = JSON.stringify([sourceText(total), sourceText(good), sourceText(bad)]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
