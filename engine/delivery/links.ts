/** Links an alert carries. */
import type { AlertRecord } from '../core/types.ts';

/** Annotation of an SLO that says where its runbook is; the name Prometheus rules use. */
const RUNBOOK_ANNOTATION = 'runbook_url';
const MAX_LENGTH = 2048;

/** The runbook of an SLO; undefined without one, or when it is no web address. */
export function runbookUrl(annotations: Readonly<Record<string, string>>): string | undefined {
  const text = annotations[RUNBOOK_ANNOTATION]?.trim() ?? '';
  if (text.length > MAX_LENGTH) return undefined;
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) ? url.href : undefined;
}

/** The SLO's page in the console; undefined when nobody said where the console is. */
export function consoleLink(consoleUrl: string, { slo }: AlertRecord): string | undefined {
  if (consoleUrl === '') return undefined;
  return `${consoleUrl.replace(/\/+$/, '')}/#/slo/${encodeURIComponent(slo)}`;
}
