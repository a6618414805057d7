import { readFile } from 'node:fs/promises';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type {
  AlertRecord,
  DefinitionProblem,
  SeriesPoint,
  SloStatus,
  SloSummary,
} from '../../../engine/core/types.ts';
import { API_PROBLEMS } from '../../../query/api/errors.ts';
import {
  AlertSchema,
  BudgetAnswerSchema,
  type DefinitionProblemSchema,
  InfoSchema,
  itemsOf,
  ProblemSchema,
  SeriesSchema,
  ServiceSchema,
  SloDefinitionSchema,
  SloStatusSchema,
  SloSummarySchema,
} from '../../../schemas/api.ts';
import { buildForTest, DEFINITION } from './support.ts';

const SLO = `/api/v1/slos/${DEFINITION.name}`;
const ANSWERS: Readonly<Record<string, TSchema>> = {
  '/api/v1/services': itemsOf(ServiceSchema),
  '/api/v1/slos': itemsOf(SloSummarySchema),
  [SLO]: SloDefinitionSchema,
  [`${SLO}/status`]: SloStatusSchema,
  [`${SLO}/budget`]: BudgetAnswerSchema,
  [`${SLO}/series`]: SeriesSchema,
  '/api/v1/alerts': itemsOf(AlertSchema),
  '/api/v1/info': InfoSchema,
  '/api/v1/nothing': ProblemSchema,
};

describe('/api/v1/openapi.json', () => {
  it('describes every route in OpenAPI 3.1', async () => {
    const test = await buildForTest();
    const document = (await test.app.inject('/api/v1/openapi.json')).json();
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths).sort()).toEqual([
      '/api/v1/alerts',
      '/api/v1/demo/faults',
      '/api/v1/demo/faults/{name}',
      '/api/v1/info',
      '/api/v1/problems',
      '/api/v1/services',
      '/api/v1/slos',
      '/api/v1/slos/{name}',
      '/api/v1/slos/{name}/budget',
      '/api/v1/slos/{name}/series',
      '/api/v1/slos/{name}/status',
      '/api/v1/updates',
      '/healthz',
      '/metrics',
      '/readyz',
    ]);
    const status = document.paths['/api/v1/slos/{name}/status'].get;
    expect(status.parameters.map(({ name }: { name: string }) => name).sort()).toEqual([
      'at',
      'name',
      'objective',
    ]);
    expect(status.responses['404'].content['application/json'].schema).toEqual({
      $ref: '#/components/schemas/Problem',
    });
    expect(document.components.schemas.Problem.properties.code.type).toBe('string');
  });
});

describe('schemas/api.ts', () => {
  it.each(Object.entries(ANSWERS))('describes the answer of %s', async (url, schema) => {
    const test = await buildForTest();
    const answer = (await test.app.inject(url)).json();
    expect([...Compile(schema).Errors(answer)]).toEqual([]);
  });

  it('says the same as the types of the engine', () => {
    type Deep<T> = T extends readonly (infer Item)[]
      ? readonly Deep<Item>[]
      : T extends object
        ? { readonly [K in keyof T]: Deep<T[K]> }
        : T;
    expectTypeOf<SloStatus>().toExtend<Deep<Static<typeof SloStatusSchema>>>();
    expectTypeOf<SloSummary>().toExtend<Deep<Static<typeof SloSummarySchema>>>();
    expectTypeOf<AlertRecord>().toExtend<Deep<Static<typeof AlertSchema>>>();
    expectTypeOf<DefinitionProblem>().toExtend<Deep<Static<typeof DefinitionProblemSchema>>>();
    expectTypeOf<SeriesPoint>().toExtend<Deep<Static<typeof SeriesSchema>['items'][number]>>();
  });
});

describe('docs/api.md', () => {
  it('lists the codes of problems, all of them and no others', async () => {
    const page = await readFile(new URL('../../../docs/api.md', import.meta.url), 'utf8');
    const listed = [...page.matchAll(/^\| `([a-z-]+)` +\| (\d{3}) +\|/gm)].map(([, code, status]) => [
      code,
      Number(status),
    ]);
    expect(listed.sort()).toEqual(
      Object.entries(API_PROBLEMS)
        .map(([code, { status }]) => [code, status])
        .sort(),
    );
  });
});
