/** The engine's answers as rows of the result tables. */

import { kindOf } from '../core/alerts/alert-lanes.ts';
import type { DefinitionEntry } from '../core/records/definition-record.ts';
import { storeDefinition } from '../core/records/definition-record.ts';
import type { KnownSlo } from '../core/replica/definition-book.ts';
import { SLICE_SECONDS } from '../core/slices/slice.ts';
import { parseSloKey } from '../core/slo-key.ts';
import { periodSecondsAt } from '../core/status/read-window.ts';
import type { AlertRecord, Counts, SloStatus } from '../core/types.ts';

/** One row, by column name. */
export type ResultRow = Readonly<Record<string, unknown>>;

function identity(slo: string): { readonly TenantId: string; readonly Slo: string } {
  const { tenant, name } = parseSloKey(slo);
  return { TenantId: tenant, Slo: name };
}

function seconds(iso: string): number {
  return Math.floor(Date.parse(iso) / 1000);
}

/** Counts of one 10 s slice. */
export function sliceRow(
  { slo, generation, slice }: { readonly slo: string; readonly generation: number; readonly slice: number },
  { good, total }: Counts,
): ResultRow {
  const Slice = slice * SLICE_SECONDS;
  return { ...identity(slo), Generation: generation, Group: '', Slice, Good: good, Total: total };
}

/** The budget of an objective at an instant. */
export function budgetRow({ definition, entry }: KnownSlo, status: SloStatus): ResultRow {
  return {
    ...identity(entry.slo),
    Objective: status.objective,
    Service: definition.service,
    Dimension: definition.dimension ?? '',
    Time: seconds(status.at),
    WindowSeconds: periodSecondsAt(definition.window, Date.parse(status.at)),
    Good: status.good,
    Total: status.total,
    Sli: status.sli,
    Target: status.target,
    Allowed: status.budget.allowed,
    Spent: status.budget.spent,
    RemainingRatio: status.budget.remainingRatio,
    ExhaustsInSeconds: status.budget.exhaustsInSeconds,
    Coverage: status.coverage,
    State: status.state,
    Window: definition.window.text,
    PeriodEnds: status.window.periodEnds === null ? null : seconds(status.window.periodEnds),
    Scale: status.scale,
    SecondWindow: status.secondWindow?.text ?? '',
    SecondGood: status.secondWindow?.good ?? 0,
    SecondTotal: status.secondWindow?.total ?? 0,
    SecondRemainingRatio: status.secondWindow?.budget.remainingRatio ?? null,
    PeriodRemainingRatio: status.budget.periodRemainingRatio,
  };
}

/** The burn rates of an objective at an instant, one row per window. */
export function burnRows(slo: string, status: SloStatus): readonly ResultRow[] {
  return status.burn.map(({ window, good, total, rate }) => ({
    ...identity(slo),
    Objective: status.objective,
    Time: seconds(status.at),
    Window: window,
    Good: good,
    Total: total,
    Rate: rate,
    Scale: status.scale,
  }));
}

/** An alert in its present state. */
export function alertRow(alert: AlertRecord): ResultRow {
  return {
    ...identity(alert.slo),
    Id: alert.id,
    Objective: alert.objective,
    Service: alert.service,
    Kind: kindOf(alert),
    Severity: alert.severity,
    LongWindow: alert.longWindow,
    ShortWindow: alert.shortWindow,
    Factor: alert.factor,
    StartedAt: new Date(alert.startedAt),
    EndedAt: alert.endedAt === null ? null : new Date(alert.endedAt),
    State: alert.state,
    Retroactive: alert.retroactive,
    Reason: alert.reason,
    Details: JSON.stringify(alert.details),
  };
}

/** A definition, one row per generation still known. */
export function definitionRows({ slo, definition, generations }: DefinitionEntry): readonly ResultRow[] {
  return generations.map(({ generation, fromSlice, indicator }) => ({
    ...identity(slo),
    Generation: generation,
    Service: definition.service,
    Dimension: definition.dimension ?? '',
    FromSlice: fromSlice * SLICE_SECONDS,
    Document: JSON.stringify({ ...storeDefinition(definition), indicator }),
  }));
}
