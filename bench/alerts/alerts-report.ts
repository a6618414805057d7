/** The tables of docs/alert-quality.md. */
import { secondsToFire } from '../../engine/core/budget/seconds-to-fire.ts';
import { spokenSeconds } from '../../engine/core/budget/spoken-seconds.ts';
import { defaultTiers } from '../../engine/core/budget/tiers.ts';
import type { AlertsResult, IncidentResult, QuietResult } from './bench-alerts.ts';
import type { IncidentScore } from './incidents/score-incident.ts';
import { markdownTable } from './markdown-table.ts';
import { TARGET } from './systems.ts';
import type { Fault } from './traffic/faults.ts';
import { PERIOD_DAYS } from './types.ts';

const NONE = '–';

const TOLD = 'Told after, median and longest';
const FALSE = 'False pages and tickets per service-quarter';
const BY_MINIMUM = 'with a minimum of bad events';

/** Lines of text. */
export function alertsReport({ faults, loads, quiet }: AlertsResult): readonly string[] {
  const fewLoads = loads.filter(hasMinimums);
  const fewQuiet = quiet.filter(hasMinimums);
  return [
    ...section(TOLD, incidentTable(faults, { columns: faultColumns, cell: told })),
    ...section(
      'Budget of 30 days spent by then, median',
      incidentTable(faults, { columns: named, cell: spent }),
    ),
    ...section(
      'Page over after the end of the fault, median',
      incidentTable(faults, { columns: named, cell: reset }),
    ),
    ...section(
      'Pages per incident (alerts of any severity)',
      incidentTable(faults, { columns: named, cell: pages }),
    ),
    ...section(`${TOLD}, by load`, incidentTable(loads, { columns: loadColumns, cell: told })),
    ...section(FALSE, quietTable(quiet, isDefault)),
    ...section(
      `${TOLD}, ${BY_MINIMUM}`,
      incidentTable(fewLoads, { columns: loadColumns, cell: told, isShown: isValet }),
    ),
    ...section(`${FALSE}, ${BY_MINIMUM}`, quietTable(fewQuiet, isValet)),
  ];
}

function isValet(system: string): boolean {
  return system.startsWith('Valet');
}

function isDefault(system: string): boolean {
  return !isValet(system) || system === 'Valet';
}

function hasMinimums({ scores }: { readonly scores: ReadonlyMap<string, unknown> }): boolean {
  return !scores.keys().every(isDefault);
}

function section(title: string, table: readonly string[]): readonly string[] {
  return ['', `${title}:`, '', ...table];
}

type Columns = Readonly<Record<string, (result: IncidentResult) => string>>;

const named: Columns = { fault: ({ fault }) => fault.name };
const faultColumns: Columns = {
  fault: ({ fault }) => fault.name,
  'closed form': ({ fault }) => closedForm(fault),
};
const loadColumns: Columns = { requests: ({ load }) => load.name, ...faultColumns };

interface IncidentTable {
  readonly columns: Columns;
  readonly cell: (scores: readonly IncidentScore[]) => string;
  /** Which systems. @default those with their defaults */
  readonly isShown?: (system: string) => boolean;
}

function incidentTable(
  results: readonly IncidentResult[],
  { columns, cell, isShown = isDefault }: IncidentTable,
): string[] {
  const systems = [...(results[0]?.scores.keys() ?? [])].filter(isShown);
  const rows = results.map((result) => [
    ...Object.values(columns).map((column) => column(result)),
    ...systems.map((system) => cell(result.scores.get(system) ?? [])),
  ]);
  return markdownTable([...Object.keys(columns), ...systems], rows);
}

/** Of Valet's own tiers: the first page, or the first ticket when no page comes before the fault is over. */
function closedForm({ constantRatio, seconds }: Fault): string {
  if (constantRatio === undefined) return NONE;
  const target = TARGET.exact;
  const { tiers } = defaultTiers({ target }, PERIOD_DAYS * 86_400);
  for (const severity of ['page', 'ticket'] as const) {
    const times = tiers
      .filter((tier) => tier.severity === severity)
      .map((tier) => secondsToFire(tier, { target, errorRatio: constantRatio }))
      .filter((time) => time !== null && time <= seconds);
    if (times.length > 0) return spoken(severity, Math.min(...times.map(Number)));
  }
  return NONE;
}

function spoken(severity: string, seconds: number): string {
  const time = spokenSeconds(seconds);
  return severity === 'page' ? time : `${severity} ${time}`;
}

/** Severity is named when it is no page; how many were told of the fault, when not all. */
function told(scores: readonly IncidentScore[]): string {
  const all = scores.flatMap((score) => score.told ?? []);
  const isPaged = all.some(({ severity }) => severity === 'page');
  const severity = isPaged ? 'page' : 'ticket';
  const times = all.filter((each) => each.severity === severity).map(({ afterSeconds }) => afterSeconds);
  if (times.length === 0) return NONE;
  const share = times.length === scores.length ? '' : ` (${times.length} of ${scores.length})`;
  const longest = Math.max(...times);
  const middle = median(times);
  return `${spoken(severity, middle)}${longest === middle ? '' : `, ${spokenSeconds(longest)}`}${share}`;
}

function spent(scores: readonly IncidentScore[]): string {
  const shares = scores.flatMap(({ told: first }) => first?.budgetSpent ?? []);
  return shares.length === 0 ? NONE : `${Number((median(shares) * 100).toPrecision(2))} %`;
}

function reset(scores: readonly IncidentScore[]): string {
  const times = scores.flatMap(({ resetSeconds }) => resetSeconds ?? []);
  return times.length === 0 ? NONE : spokenSeconds(median(times));
}

function pages(scores: readonly IncidentScore[]): string {
  const mean = (of: (score: IncidentScore) => number) =>
    round(scores.reduce((sum, score) => sum + of(score), 0) / scores.length);
  return `${mean((score) => score.pages)} (${mean((score) => score.alerts)})`;
}

function quietTable(results: readonly QuietResult[], isShown: (system: string) => boolean): string[] {
  const systems = [...(results[0]?.scores.keys() ?? [])].filter(isShown);
  const rows = results.map(({ load, background, services, scores }) => [
    load.name,
    background.name,
    ...systems.map((system) => {
      const { pages: all = 0, tickets = 0 } = scores.get(system) ?? {};
      return `${round(all / services)}, ${round(tickets / services)}`;
    }),
  ]);
  return markdownTable(['requests', 'errors', ...systems], rows);
}

function round(value: number): string {
  return (Math.round(value * 10) / 10).toString();
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
