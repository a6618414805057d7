/** `/api/v1/slos`: the list, definitions, status, series and budget. */

import { toNumber } from '../../../engine/core/budget/fraction.ts';
import { nearestName } from '../../../engine/core/nearest-name.ts';
import { scaleOf } from '../../../engine/core/slices/measure.ts';
import type { EngineView, SloDefinition, SloStatus } from '../../../engine/core/types.ts';
import {
  AtQuerySchema,
  BudgetAnswerSchema,
  itemsOf,
  SeriesQuerySchema,
  SeriesSchema,
  type SloDefinitionAnswer,
  SloDefinitionSchema,
  SloParamsSchema,
  SloStatusSchema,
  SloSummarySchema,
} from '../../../schemas/api.ts';
import { ApiProblem } from '../errors.ts';
import { parseInstant } from '../instant.ts';
import type { TypedApp } from '../typed-app.ts';
import { answers } from './problem-responses.ts';

const DAY_MILLIS = 86_400_000;
/** Counts of a slice are kept no longer, so a longer range has nothing more to show. */
const MAX_RANGE_MILLIS = 400 * DAY_MILLIS;
const tags = ['SLOs'];

export interface SloRouteOptions {
  readonly view: EngineView;
  readonly now: () => number;
}

/** Adds the routes. */
export function registerSloRoutes(app: TypedApp, { view, now }: SloRouteOptions): void {
  app.get(
    '/api/v1/slos',
    { schema: { tags, summary: 'SLOs and how they stand', response: answers(itemsOf(SloSummarySchema)) } },
    async () => ({ items: view.slos(now()) }),
  );

  app.get(
    '/api/v1/slos/:name',
    {
      schema: {
        tags,
        summary: 'The definition in force',
        params: SloParamsSchema,
        response: answers(SloDefinitionSchema, [404]),
      },
    },
    async ({ params }) => definitionAnswer(definitionOf(view, params.name)),
  );

  app.get(
    '/api/v1/slos/:name/status',
    {
      schema: {
        tags,
        summary: 'Counts, budget, burn rates and tiers at an instant',
        params: SloParamsSchema,
        querystring: AtQuerySchema,
        response: answers(SloStatusSchema, [400, 404]),
      },
    },
    async ({ params, query }) => statusOf(view, params.name, { ...query, now: now() }),
  );

  app.get(
    '/api/v1/slos/:name/budget',
    {
      schema: {
        tags,
        summary: 'The error budget at an instant',
        params: SloParamsSchema,
        querystring: AtQuerySchema,
        response: answers(BudgetAnswerSchema, [400, 404]),
      },
    },
    async ({ params, query }) => {
      const status = statusOf(view, params.name, { ...query, now: now() });
      const { slo, objective, at, window, target, scale, unit, budget } = status;
      return { slo, objective, at, window, target, scale, unit, budget };
    },
  );

  app.get(
    '/api/v1/slos/:name/series',
    {
      schema: {
        tags,
        summary: 'SLI, burn and budget over time',
        params: SloParamsSchema,
        querystring: SeriesQuerySchema,
        response: answers(SeriesSchema, [400, 404]),
      },
    },
    async ({ params, query }) => {
      const definition = definitionOf(view, params.name);
      const objective = objectiveOf(definition, query.objective);
      const toMillis = parseInstant('to', query.to, now());
      const fromMillis = parseInstant('from', query.from, toMillis - DAY_MILLIS);
      checkRange(fromMillis, toMillis);
      const items = view.series(params.name, { fromMillis, toMillis, maxPoints: query.points, objective });
      const [from, to] = [fromMillis, toMillis].map((millis) => new Date(millis).toISOString()) as [
        string,
        string,
      ];
      const { slices } = definition.objectives.find(({ name }) => name === objective) ?? {};
      const scale = slices === undefined ? 1 : scaleOf(slices);
      return { slo: params.name, objective, from, to, scale, items: items ?? [] };
    },
  );
}

function checkRange(fromMillis: number, toMillis: number): void {
  if (fromMillis >= toMillis) throw new ApiProblem('bad-range', 'from must be before to');
  if (toMillis - fromMillis > MAX_RANGE_MILLIS) {
    throw new ApiProblem(
      'bad-range',
      `from and to may lie ${MAX_RANGE_MILLIS / DAY_MILLIS} days apart at most`,
    );
  }
}

function definitionOf(view: EngineView, name: string): SloDefinition {
  const definition = view.definition(name);
  if (definition !== undefined) return definition;
  const names = view.slos(0).map((slo) => slo.name);
  const nearest = nearestName(name, names);
  const hint = nearest === undefined ? '; /api/v1/slos lists them' : `; did you mean "${nearest}"?`;
  throw new ApiProblem('unknown-slo', `There is no SLO "${name}"${hint}`);
}

function objectiveOf({ name, objectives }: SloDefinition, wanted: string | undefined): string {
  const found = objectives.find((objective) => wanted === undefined || objective.name === wanted);
  if (found !== undefined) return found.name;
  const names = objectives.map((objective) => `"${objective.name}"`).join(', ');
  throw new ApiProblem(
    'unknown-objective',
    `The SLO "${name}" has no objective "${wanted}"; it has ${names || 'none'}`,
  );
}

interface AtQuery {
  readonly at?: string;
  readonly objective?: string;
  readonly now: number;
}

function statusOf(view: EngineView, name: string, { at, objective, now }: AtQuery): SloStatus {
  const wanted = objectiveOf(definitionOf(view, name), objective);
  const status = view.status(name, parseInstant('at', at, now), wanted);
  if (status === undefined) throw new ApiProblem('unknown-slo', `There is no SLO "${name}" any more`);
  return status;
}

/** Of the first objective: all have the same. */
function budgetingMethod({ objectives: [objective] }: SloDefinition): string {
  if (objective?.slices === undefined) return 'Occurrences';
  return objective.slices.target === undefined ? 'RatioTimeslices' : 'Timeslices';
}

function definitionAnswer(definition: SloDefinition): SloDefinitionAnswer {
  const { name, displayName, service, description, labels, annotations, indicator, window, file } =
    definition;
  return {
    ...{ name, displayName, service, description, labels: { ...labels }, annotations: { ...annotations } },
    dimension: definition.dimension ?? null,
    indicator,
    window,
    secondWindow: definition.secondWindow ?? null,
    budgetingMethod: budgetingMethod(definition),
    objectives: definition.objectives.map(({ target, slices, ...objective }) => ({
      ...objective,
      slices: slices
        ? { seconds: slices.seconds, target: slices.target ? toNumber(slices.target) : null }
        : null,
      target: toNumber(target),
      // Exact, and JSON has no big integers.
      targetFraction: { numerator: String(target.numerator), denominator: String(target.denominator) },
    })),
    exclusions: (definition.exclusions ?? []).map((exclusion) => ({ ...exclusion })),
    minBadEvents: definition.minBadEvents,
    minEvents: definition.minEvents ?? 0,
    alertHoldSeconds: definition.alertHoldSeconds ?? 0,
    budgetAlerts: [...(definition.budgetAlerts ?? [])],
    noDataAlert: definition.noDataAlert ?? null,
    minCoverage: definition.minCoverage ?? 0,
    file,
  };
}
