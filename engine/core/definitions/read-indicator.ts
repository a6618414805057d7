/** Ratio indicators: which events are counted, and which of them are good. */
import type { OpenSloIndicatorSpec, OpenSloMetric } from '../../../schemas/openslo.ts';
import { PredicateError } from '../predicates/errors.ts';
import { parsePredicate } from '../predicates/parse-predicate.ts';
import type { EventSource, RatioIndicator } from '../types.ts';
import type { PropertyPath } from './property-path.ts';
import type { SourceDocument } from './source-document.ts';
import { GAUGE_RATIO } from './unsupported.ts';

/** The indicator whose `spec` is at `path`; undefined when something in it was reported. */
export function readIndicator(
  document: SourceDocument,
  spec: OpenSloIndicatorSpec,
  path: PropertyPath,
): RatioIndicator | undefined {
  const ratioPath = [...path, 'ratioMetric'];
  const { counter, good, bad, total } = spec.ratioMetric;
  if (counter === false) document.problem([...ratioPath, 'counter'], GAUGE_RATIO.code, GAUGE_RATIO.message);
  const totalSource = readSource(document, total, [...ratioPath, 'total']);
  if ((good === undefined) === (bad === undefined)) {
    const message = 'A ratio has either good or bad beside total: write exactly one of the two';
    document.problem(ratioPath, 'good-or-bad', message);
    return undefined;
  }
  const side = good === undefined ? 'bad' : 'good';
  const sidePath = [...ratioPath, side];
  const source = readSource(document, (good ?? bad) as OpenSloMetric, sidePath);
  if (source.signal !== totalSource.signal) {
    const message = `${side} counts ${source.signal}, total ${totalSource.signal}: write the same signal in both`;
    document.problem([...sidePath, 'metricSource', 'spec', 'signal'], 'signal-mismatch', message);
  }
  return { total: totalSource, [side]: source };
}

function readSource(document: SourceDocument, metric: OpenSloMetric, path: PropertyPath): EventSource {
  const { signal, where } = metric.metricSource.spec;
  const wherePath = [...path, 'metricSource', 'spec', 'where'];
  try {
    parsePredicate(where, signal);
  } catch (error) {
    if (!(error instanceof PredicateError)) throw error;
    document.problem(wherePath, error.code, error.message, document.isBlockText(wherePath) ? error.line : 0);
  }
  return { signal, where };
}
