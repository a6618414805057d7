/** The burn-rate tiers an SLO asks for in place of the default ones, whether its objectives can have them, and silence. */
import type { OpenSloDocument, OpenSloPolicySpec } from '../../../schemas/openslo.ts';
import { formatSeconds } from '../budget/format-seconds.ts';
import { compareFractions } from '../budget/fraction.ts';
import { type Tier, tierFault, tierName } from '../budget/tiers.ts';
import type { NoDataAlert, Objective } from '../types.ts';
import { parseTiers } from './parse-tiers.ts';
import type { PolicyAlerts } from './policy-alerts.ts';
import type { PropertyPath } from './property-path.ts';
import { inlinePart, readAlertPolicy } from './read-alert-policy.ts';
import type { Extension } from './read-metadata.ts';
import type { References } from './references.ts';
import type { SourceDocument } from './source-document.ts';

/** Counts are kept in slices of so many seconds. */
const MIN_SHORT_SECONDS = 10;

/** What tiers are compared with. */
export interface TierSetting {
  readonly objectives: readonly Objective[];
  readonly periodSeconds: number;
}

/** A tier, and where it is written. */
interface PlacedTier {
  readonly tier: Tier;
  readonly path: PropertyPath;
}

/** What an SLO's policies or its annotation ask for; absent is what they leave to the defaults. */
export interface AskedAlerts {
  /** Highest first. */
  readonly tiers?: readonly Tier[];
  readonly noDataAlert?: NoDataAlert;
}

/** Reads them; reports tiers that the SLO cannot have. */
export function readTiers(
  document: SourceDocument,
  {
    extension,
    references,
    setting,
  }: {
    readonly extension: Extension | undefined;
    readonly references: References;
    readonly setting: TierSetting;
  },
): AskedAlerts {
  const { alertPolicies = [] } = (document.value as OpenSloDocument).spec;
  // A list without a value is none.
  const hasPolicies = alertPolicies !== null && alertPolicies.length > 0;
  if (extension !== undefined) {
    if (hasPolicies) {
      const message = 'The SLO has alertPolicies and valet/tiers: write one of the two';
      document.problem(extension.path, 'alert-policies-and-tiers', message);
    }
    return { tiers: settle(document, annotatedTiers(document, extension, setting.periodSeconds), setting) };
  }
  if (!hasPolicies) return {};
  const placed = alertPolicies.flatMap((policy, index) =>
    placedAlerts(document, { policy, index, references }),
  );
  const tiers = placed.flatMap(({ tier, path }) => (tier === undefined ? [] : [{ tier, path }]));
  const noDataAlert = placed.flatMap((asked) => asked.noDataAlert ?? []).toSorted(compareSilences)[0];
  return { tiers: settle(document, tiers, setting), ...(noDataAlert && { noDataAlert }) };
}

function settle(
  document: SourceDocument,
  placed: readonly PlacedTier[],
  setting: TierSetting,
): readonly Tier[] {
  checkTiers(document, placed, setting);
  return placed.map(({ tier }) => tier).toSorted(compareTiers);
}

type PolicyItem = NonNullable<OpenSloDocument['spec']['alertPolicies']>[number];

function placedAlerts(
  document: SourceDocument,
  asked: { readonly policy: PolicyItem; readonly index: number; readonly references: References },
): readonly (PolicyAlerts & { readonly path: PropertyPath })[] {
  const { policy, index, references } = asked;
  const path = ['spec', 'alertPolicies', index];
  const ref = 'alertPolicyRef';
  const part = inlinePart<OpenSloPolicySpec>(document, policy, { path, ref });
  const name = policy[ref];
  const place = part === undefined ? [...path, ref] : path;
  const read = () => (name === undefined ? undefined : references.alertPolicy(document, place, name));
  const alerts = part === undefined ? read() : readAlertPolicy(document, part, references);
  return alerts === undefined ? [] : [{ ...alerts, path: place }];
}

function annotatedTiers(
  document: SourceDocument,
  { path, value }: Extension,
  periodSeconds: number,
): readonly PlacedTier[] {
  const tiers = parseTiers(value, periodSeconds);
  if (typeof tiers !== 'string') return tiers.map((tier) => ({ tier, path }));
  document.problem(path, 'invalid-extension', tiers);
  return [];
}

function checkTiers(document: SourceDocument, placed: readonly PlacedTier[], setting: TierSetting): void {
  const seen = new Set<string>();
  for (const { tier, path } of placed) {
    const name = tierName(tier);
    const windows = `${formatSeconds(tier.longSeconds)} and ${formatSeconds(tier.shortSeconds)}`;
    if (tier.shortSeconds < MIN_SHORT_SECONDS || tier.shortSeconds >= tier.longSeconds) {
      const message = `The tier ${name} cannot have the windows ${windows}: the short one must be 10s at least, and shorter than the long one`;
      document.problem(path, 'invalid-tier', message);
    } else if (seen.has(name)) {
      const message = `There is a tier ${name} before this one: give each severity and long window one factor`;
      document.problem(path, 'duplicate-tier', message);
    } else checkFault(document, { tier, path }, setting);
    seen.add(name);
  }
}

/** One fault a tier is enough, the first that keeps it from being used if there is one. */
function checkFault(
  document: SourceDocument,
  { tier, path }: PlacedTier,
  { objectives, periodSeconds }: TierSetting,
): void {
  const faults = objectives.flatMap((objective) => {
    const fault = tierFault(tier, objective, periodSeconds);
    return fault === undefined ? [] : [{ ...fault, objective: objective.name }];
  });
  const fault = faults.find(({ code }) => code !== 'tier-below-one') ?? faults[0];
  if (fault === undefined) return;
  const { code, reason, objective } = fault;
  if (code === 'tier-below-one') document.warn(path, code, `The tier ${tierName(tier)}: ${reason}`);
  else document.problem(path, code, `The tier ${tierName(tier)} cannot be used for ${objective}: ${reason}`);
}

/** One alert on silence an SLO: a page before a ticket, then the shorter silence. */
function compareSilences(a: NoDataAlert, b: NoDataAlert): number {
  if (a.severity !== b.severity) return a.severity === 'page' ? -1 : 1;
  return a.seconds - b.seconds;
}

/** Page before ticket, then the faster burn, then the shorter window. */
function compareTiers(a: Tier, b: Tier): number {
  if (a.severity !== b.severity) return a.severity === 'page' ? -1 : 1;
  return compareFractions(b.factor, a.factor) || a.longSeconds - b.longSeconds;
}
