/** What the tests use of the console's plain JavaScript. `query/console/tsconfig.json` checks the tests against the source itself. */
declare module '*/console/format/numbers.js' {
  type Format = (value: number | null) => string;
  export const formatSli: Format;
  export const formatBudget: Format;
  export const formatShare: Format;
  export const formatCount: Format;
  export const formatExact: Format;
  export const formatBurn: Format;
  export function formatTarget(ratio: number): string;
  export function formatDistance(sli: number, target: number): string;
}

declare module '*/console/format/time.js' {
  export function formatDuration(seconds: number | null): string;
  export function formatAge(thenMillis: number, nowMillis: number): string;
  export function formatLocal(at: string, nowMillis: number): string;
  export function formatUtc(at: string): string;
  export function formatWindow(text: string): string;
  export function windowSeconds(text: string): number;
}

declare module '*/console/data/routes.js' {
  interface Route {
    readonly view: string;
    readonly name?: string;
    readonly query: Readonly<Record<string, string>>;
  }
  export function parseRoute(hash: string): Route;
  export function hrefOf(route: Partial<Route>): string;
}

declare module '*/console/data/refresher.js' {
  export function isDue(need: object, progress: object, situation: object): boolean;
}

declare module '*/console/domain/slo-filter.js' {
  type Slos = readonly import('../../../engine/core/types.ts').SloSummary[];
  export function filterSlos(slos: Slos, filter: Readonly<Record<string, string>>): Slos;
}

declare module '*/console/domain/headline.js' {
  type Slos = readonly import('../../../engine/core/types.ts').SloSummary[];
  type Alerts = readonly import('../../../engine/core/types.ts').AlertRecord[];
  export function headline(slos: Slos): string;
  export function pageTitle(slos: Slos, alerts: Alerts, place: string): string;
  export function iconState(slos: Slos): string | null;
}

declare module '*/console/domain/curves.js' {
  type Values = readonly (number | null)[];
  type Alerts = readonly import('../../../engine/core/types.ts').AlertRecord[];
  type Tiers = readonly import('../../../engine/core/types.ts').TierReading[];
  interface Range {
    readonly min: number;
    readonly max: number;
  }
  export function sliRange(values: Values, target: number): Range;
  export function burnScale(values: Values, factors: readonly number[]): { readonly range: Range };
  export function alertBands(alerts: Alerts, from: number, to: number): object[];
  export function factorLines(tiers: Tiers): { readonly label: string }[];
}

declare module '*/console/domain/definition-text.js' {
  export function countedSets(
    indicator: import('../../../engine/core/types.ts').RatioIndicator,
  ): { readonly title: string }[];
  export function traceQuery(traceIds: readonly string[]): string;
}

declare module '*/console/domain/send-samples.js' {
  interface Target {
    readonly host: string;
    readonly ports: Readonly<Record<'otlpGrpc' | 'otlpHttp' | 'sql' | 'api', number>>;
  }
  export function sdkSample(target: Target): string;
  export function sdkGrpcSample(target: Target): string;
  export function collectorSample(target: Target): string;
  export function curlSample(target: Target): string;
  export function sqlCurlSample(target: Target): string;
  export const SLO_SAMPLE: string;
}
