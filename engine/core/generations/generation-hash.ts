/** What makes the counts of two definitions the same. */
import { createHash } from 'node:crypto';
import { distinctRules, ruleKey } from '../slices/time-slices.ts';
import type { EventSource, SloDefinition } from '../types.ts';

function sourceText(source: EventSource | undefined): readonly string[] {
  return source === undefined ? [] : [source.signal, source.where.trim()];
}

/**
 * Hash of everything that decides what is counted: the indicator, and the rules that judge time slices. Targets,
 * windows and names are not part of it.
 */
export function generationHash({
  indicator,
  objectives,
}: Pick<SloDefinition, 'indicator' | 'objectives'>): string {
  const { total, good, bad } = indicator;
  const rules = distinctRules(objectives.flatMap(({ slices }) => slices ?? [])).map(ruleKey);
  const counted = [sourceText(total), sourceText(good), sourceText(bad)];
  const text = JSON.stringify(rules.length === 0 ? counted : [...counted, rules]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
