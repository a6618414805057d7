/** SLO definitions as a fleet of services has them: five for each service. */
import { planDefinition } from '../../engine/core/generations/plan-generations.ts';
import {
  type DefinitionEntry,
  definitionKey,
  PUBLISHED_KEY,
  storeDefinition,
} from '../../engine/core/records/definition-record.ts';
import { encodeJson } from '../../engine/core/records/json-record.ts';
import type { RatioIndicator, SloDefinition } from '../../engine/core/types.ts';
import type { NewRecord } from '../../log/types.ts';
import { KINDS, serviceName, sloName } from './names.ts';

const DAY = 86_400;
const TARGETS = [999n, 995n, 990n] as const;

/** The definitions of the first `count` SLOs, as the engine holds them. */
export function definitionEntries(count: number): readonly DefinitionEntry[] {
  return Array.from({ length: count }, (_, slo) =>
    planDefinition(undefined, definition(slo), { nextSlice: 0, hasData: false }),
  );
}

/** The same as records of `valet_definitions`, and the one that says that they are published. */
export function definitionRecords(count: number): readonly NewRecord[] {
  const records = definitionEntries(count).map((entry) => ({
    key: definitionKey(entry.slo),
    value: encodeJson({ ...entry, definition: storeDefinition(entry.definition) }),
  }));
  return [...records, { key: PUBLISHED_KEY, value: encodeJson({ kind: 'published', number: 1 }) }];
}

function definition(slo: number): SloDefinition {
  const name = sloName(slo);
  const service = serviceName(Math.floor(slo / KINDS.length));
  return {
    tenant: '',
    name,
    displayName: name,
    service,
    description: `One of the five of ${service}`,
    dimension: 'availability',
    labels: { team: `team-${slo % 97}` },
    annotations: {},
    indicator: indicator(slo, service),
    window: { kind: 'rolling', seconds: 30 * DAY, text: '30d' },
    objectives: [{ name: 'usual', target: { numerator: TARGETS[slo % 3] ?? 999n, denominator: 1000n } }],
    minBadEvents: 1,
    file: `${service}.yaml`,
  };
}

/** Thresholds differ between services, so that not all conditions are those of the service before. */
function indicator(slo: number, service: string): RatioIndicator {
  const own = `resource.attributes["service.name"] == "${service}"`;
  const served = `${own} and span.kind == SPAN_KIND_SERVER`;
  const millis = 100 + 25 * (Math.floor(slo / KINDS.length) % 20);
  const traces = (where: string) => ({ signal: 'traces', where }) as const;
  switch (KINDS[slo % KINDS.length]) {
    case 'avail':
      return { total: traces(served), good: traces('span.status.code != STATUS_CODE_ERROR') };
    case 'quick':
      return {
        total: traces(`${served} and span.status.code != STATUS_CODE_ERROR`),
        good: traces(`span.duration < Duration("${millis}ms")`),
      };
    case 'route':
      return {
        total: traces(`${served} and span.attributes["http.route"] == "/api/checkout"`),
        good: traces('span.attributes["http.response.status_code"] < 500'),
      };
    case 'calls':
      return {
        total: traces(`${own} and span.kind == SPAN_KIND_CLIENT`),
        bad: traces(`span.status.code == STATUS_CODE_ERROR or span.duration > Duration("${2 * millis}ms")`),
      };
    default:
      return {
        total: traces(`${own} and IsMatch(span.name, "^(GET|POST) /api/")`),
        good: traces(`span.status.code != STATUS_CODE_ERROR and span.duration < Duration("${4 * millis}ms")`),
      };
  }
}
