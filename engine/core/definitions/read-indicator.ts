/** Ratio indicators: which events are counted, and which of them are good. */
import type { OpenSloIndicatorSpec, OpenSloMetric } from '../../../schemas/openslo.ts';
import { PredicateError } from '../predicates/errors.ts';
import { parsePredicate } from '../predicates/parse-predicate.ts';
import type { EventSource, RatioIndicator } from '../types.ts';
import type { PropertyPath } from './property-path.ts';
import type { Part } from './read-alert-condition.ts';
import { readMetadata } from './read-metadata.ts';
import type { Find } from './references.ts';
import type { SourceDocument } from './source-document.ts';
import { GAUGE_RATIO } from './unsupported.ts';

/** The indicator of a document or inside one; undefined when something in it was reported. */
export function readIndicator(
  document: SourceDocument,
  { metadata, spec, path }: Part<OpenSloIndicatorSpec>,
  dataSource: Find<true>,
): RatioIndicator | undefined {
  readMetadata(document, metadata, { kind: 'SLI', path: [...path, 'metadata'] });
  const ratioPath = [...path, 'spec', 'ratioMetric'];
  const { counter, good, bad, total } = spec.ratioMetric;
  checkCounter(document, counter, [...ratioPath, 'counter']);
  const totalSource = readSource(document, total, { path: [...ratioPath, 'total'], dataSource });
  if ((good === undefined) === (bad === undefined)) {
    const message = 'A ratio has either good or bad beside total: write exactly one of the two';
    document.problem(ratioPath, 'good-or-bad', message);
    return undefined;
  }
  const side = good === undefined ? 'bad' : 'good';
  const sidePath = [...ratioPath, side];
  const source = readSource(document, (good ?? bad) as OpenSloMetric, { path: sidePath, dataSource });
  if (source.signal !== totalSource.signal) {
    const message = `${side} counts ${source.signal}, total ${totalSource.signal}: write the same signal in both`;
    document.problem([...sidePath, 'metricSource', 'spec', 'signal'], 'signal-mismatch', message);
  }
  return { total: totalSource, [side]: source };
}

function checkCounter(document: SourceDocument, counter: boolean | undefined, path: PropertyPath): void {
  if (counter === false) document.problem(path, GAUGE_RATIO.code, GAUGE_RATIO.message);
  if (counter !== undefined) return;
  const message = 'A ratio says whether its figures only ever add up, as events do: write counter: true';
  document.deviation(path, 'deviation-counter', message);
}

function readSource(
  document: SourceDocument,
  { metricSource }: OpenSloMetric,
  { path, dataSource }: { readonly path: PropertyPath; readonly dataSource: Find<true> },
): EventSource {
  const { type, metricSourceRef } = metricSource;
  const { signal, where } = metricSource.spec;
  const sourcePath = [...path, 'metricSource'];
  if (metricSourceRef !== undefined) {
    dataSource(document, [...sourcePath, 'metricSourceRef'], metricSourceRef);
  } else if (type === undefined) {
    const message = 'The property type is missing: write type: otlp, or a metricSourceRef';
    document.problem([...sourcePath, 'type'], 'missing-property', message);
  }
  const wherePath = [...sourcePath, 'spec', 'where'];
  try {
    parsePredicate(where, signal);
  } catch (error) {
    if (!(error instanceof PredicateError)) throw error;
    document.problem(wherePath, error.code, error.message, document.isBlockText(wherePath) ? error.line : 0);
  }
  return { signal, where };
}
