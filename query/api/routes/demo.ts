/** `/api/v1/demo/faults`: the demo shop's fault switches, passed on to its control address. */
import { FaultParamsSchema, FaultSchema, FaultSwitchSchema, itemsOf } from '../../../schemas/api.ts';
import { ApiProblem } from '../errors.ts';
import type { TypedApp } from '../typed-app.ts';
import { answers } from './problem-responses.ts';

const TIMEOUT_MILLIS = 3_000;
const tags = ['Demo'];

/** Adds the routes; without a control address they answer 404 `no-demo`. */
export function registerDemoRoutes(app: TypedApp, controlUrl: string): void {
  app.get(
    '/api/v1/demo/faults',
    {
      schema: {
        tags,
        summary: 'Faults and whether they are on',
        response: answers(itemsOf(FaultSchema), [404, 502]),
      },
    },
    () => ask(controlUrl, 'faults'),
  );

  app.put(
    '/api/v1/demo/faults/:name',
    {
      schema: {
        tags,
        summary: 'Switches a fault on or off',
        params: FaultParamsSchema,
        body: FaultSwitchSchema,
        response: answers(FaultSchema, [400, 404, 502]),
      },
    },
    ({ params, body }) => {
      const path = `faults/${encodeURIComponent(params.name)}`;
      const init = {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      };
      return ask(controlUrl, path, init);
    },
  );
}

async function ask(controlUrl: string, path: string, init: RequestInit = {}): Promise<unknown> {
  if (controlUrl === '') throw new ApiProblem('no-demo', 'No demo runs here; npm run demo starts one');
  const { status, body } = await fetchJson(new URL(path, `${controlUrl}/`), init);
  const detail = (body as { detail?: unknown } | null)?.detail;
  if (status === 404) throw new ApiProblem('unknown-fault', String(detail ?? 'The demo has no such fault'));
  if (status !== 200) throw new ApiProblem('demo-unreachable', `The demo answered with status ${status}`);
  return body;
}

async function fetchJson(url: URL, init: RequestInit): Promise<{ status: number; body: unknown }> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MILLIS) });
    return { status: response.status, body: await response.json() };
  } catch (cause) {
    throw new ApiProblem('demo-unreachable', 'The demo does not answer at its control address', { cause });
  }
}
