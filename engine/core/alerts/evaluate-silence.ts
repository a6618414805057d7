/**
 * The alert on a service that has fallen silent, where the SLO asks for it (`valet/no-data-alert`).
 *
 * 1. It begins when there was no event for as long as the SLO says, after there were some, and ends with the next one,
 *    excluded or not.
 * 2. It does not begin when an exclusion touches that time, or while the pipeline itself was not alive for half of it:
 *    then nobody wonders, or nobody knows.
 */
import { formatSeconds } from '../budget/format-seconds.ts';
import { coverageOf } from '../slices/coverage.ts';
import { eventMeasure } from '../slices/measure.ts';
import { burnReading, readWindow } from '../status/read-window.ts';
import type { AlertRecord, NoDataAlert } from '../types.ts';
import { endAlert, isRetroactive } from './alert-lanes.ts';
import type { EvaluateInput } from './evaluate-tiers.ts';
import { isBelow } from './judge-tier.ts';

const LEAST_COVERAGE = 0.5;

/** The alert that began or ended at the instant; `open` holds those of silence only. */
export function evaluateSilence(input: EvaluateInput): readonly AlertRecord[] {
  const { definition, open, instant } = input;
  const wanted = definition.noDataAlert;
  if (wanted === undefined) return open.map((alert) => endAlert(alert, instant.atMillis));
  const measure = eventMeasure(instant.events);
  const { edges } = readWindow(measure, wanted.seconds, instant.atMillis);
  const { from, to } = edges;
  if (instant.events.all.sum(from, to).total > 0)
    return open.map((alert) => endAlert(alert, instant.atMillis));
  const first = instant.events.firstSlice();
  const isExpected =
    first !== undefined && first < from && instant.events.excludedRanges(from, to).length === 0;
  if (open.length > 0 || !isExpected) return [];
  if (isBelow(coverageOf(edges, { ...instant, measure }), LEAST_COVERAGE)) return [];
  return begin(input, wanted);
}

function begin(
  { slo, definition, samples, instant, nowMillis }: EvaluateInput,
  { severity, seconds }: NoDataAlert,
): readonly AlertRecord[] {
  const [objective] = definition.objectives;
  if (objective === undefined) return [];
  const { atMillis } = instant;
  const { target } = objective;
  const measure = eventMeasure(instant.events);
  const window = readWindow(measure, seconds, atMillis);
  const reading = burnReading(window, { target, measure });
  const text = formatSeconds(seconds);
  const startedAt = new Date(atMillis).toISOString();
  return [
    {
      id: `${slo}:${objective.name}:no-data:${startedAt}`,
      slo,
      objective: objective.name,
      service: definition.service,
      kind: 'no-data',
      severity,
      longWindow: text,
      shortWindow: text,
      factor: 0,
      startedAt,
      endedAt: null,
      state: 'firing',
      retroactive: isRetroactive(atMillis, nowMillis),
      reason: `no event was counted for ${text}, while the pipeline was alive`,
      details: {
        long: reading,
        short: reading,
        remainingRatio: null,
        exhaustsInSeconds: null,
        sampleTraceIds: samples.within(window.edges),
      },
    },
  ];
}
