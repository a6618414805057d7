/** `/api/v1/services`, `/alerts`, `/problems` and `/info`. */
import type { EngineView } from '../../../engine/core/types.ts';
import {
  AlertSchema,
  AlertsQuerySchema,
  DefinitionProblemSchema,
  type Info,
  InfoSchema,
  itemsOf,
  ServiceSchema,
} from '../../../schemas/api.ts';
import type { ServiceList } from '../service-list.ts';
import type { TypedApp } from '../typed-app.ts';
import { answers } from './problem-responses.ts';

export interface ListRouteOptions {
  readonly view: EngineView;
  readonly services: ServiceList;
  readonly info: () => Info;
}

/** Adds the routes. */
export function registerListRoutes(app: TypedApp, { view, services, info }: ListRouteOptions): void {
  app.get(
    '/api/v1/services',
    {
      schema: {
        tags: ['Services'],
        summary: 'Services seen and how their SLOs stand',
        response: answers(itemsOf(ServiceSchema)),
      },
    },
    async () => ({ items: await services.list() }),
  );

  app.get(
    '/api/v1/alerts',
    {
      schema: {
        tags: ['Alerts'],
        summary: 'Burn-rate alerts, newest first',
        querystring: AlertsQuerySchema,
        response: answers(itemsOf(AlertSchema), [400]),
      },
    },
    async ({ query: { slo, service, open, limit } }) => {
      const named = { ...(slo === undefined ? {} : { slo }), ...(service === undefined ? {} : { service }) };
      return { items: view.alerts({ ...named, openOnly: open, limit }) };
    },
  );

  app.get(
    '/api/v1/problems',
    {
      schema: {
        tags: ['SLOs'],
        summary: 'Problems of SLO files; the last good definition stays in force',
        response: answers(itemsOf(DefinitionProblemSchema)),
      },
    },
    async () => ({ items: view.problems() }),
  );

  app.get(
    '/api/v1/info',
    { schema: { tags: ['Operations'], summary: 'What this process is', response: answers(InfoSchema) } },
    async () => info(),
  );
}
