/** What an edit of SLO files changes in what they mean, for those who review it. */
import { EXTENSION_PREFIX } from '../../../schemas/openslo.ts';
import { formatSeconds } from '../budget/format-seconds.ts';
import { complement, toNumber } from '../budget/fraction.ts';
import { type Tier, tierName, tiersOf } from '../budget/tiers.ts';
import { generationHash } from '../generations/generation-hash.ts';
import { sloKey } from '../slo-key.ts';
import { periodSecondsAt } from '../status/read-window.ts';
import type { EventSource, Objective, SloDefinition } from '../types.ts';
import { exclusionWords, percent, shown, sliceWords, sourceWords, windowWords } from './slo-words.ts';

/** One SLO that is not as it was. */
export interface SloChange {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly name: string;
  /** Where it is now; where it was, when it is gone. */
  readonly file: string;
  /** What that means, line by line. */
  readonly lines: readonly string[];
}

/** The two sides of an edit. */
interface Edit<T> {
  readonly before: T;
  readonly after: T;
}

/**
 * The SLOs that changed, by name. Files, comments and the order of anything are no part of what an SLO means. The tiers
 * of a calendar window are those of the period at the instant.
 */
export function diffDefinitions(
  { before, after }: Edit<readonly SloDefinition[]>,
  atMillis: number,
): readonly SloChange[] {
  const old = new Map(before.map((slo) => [sloKey(slo), slo]));
  const present = new Set(after.map(sloKey));
  const changes = after.map((slo) => changeOf(old.get(sloKey(slo)), slo, atMillis));
  const removed = before.filter((slo) => !present.has(sloKey(slo))).map(removal);
  return [...changes, ...removed]
    .filter(({ kind, lines }) => kind !== 'changed' || lines.length > 0)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function removal({ name, file }: SloDefinition): SloChange {
  const lines = ['ends, with its open alerts; coming back it is a new generation, without history'];
  return { kind: 'removed', name, file, lines };
}

function changeOf(before: SloDefinition | undefined, after: SloDefinition, atMillis: number): SloChange {
  const { name, file } = after;
  if (before !== undefined)
    return { kind: 'changed', name, file, lines: changedLines({ before, after }, atMillis) };
  const { service, window, objectives } = after;
  const lines = [
    `service ${service}, ${windowWords(window)}`,
    ...objectives.map(
      ({ name: objective, target }) => `objective ${objective}: ${percent(toNumber(target))} good`,
    ),
  ];
  return { kind: 'added', name, file, lines };
}

function changedLines(edit: Edit<SloDefinition>, atMillis: number): readonly string[] {
  const { before, after } = edit;
  return [
    ...counted(edit),
    ...fromTo('service', before.service, after.service),
    ...fromTo('dimension', before.dimension ?? 'none', after.dimension ?? 'none'),
    ...fromTo('window', windowWords(before.window), windowWords(after.window)),
    ...fromTo('second window', secondWindow(before), secondWindow(after)),
    ...fromTo('least bad events', before.minBadEvents, after.minBadEvents),
    ...fromTo('least events', before.minEvents ?? 0, after.minEvents ?? 0),
    ...fromTo(
      'alert hold',
      formatSeconds(before.alertHoldSeconds ?? 0),
      formatSeconds(after.alertHoldSeconds ?? 0),
    ),
    ...fromTo('budget alerts', budgetAlerts(before), budgetAlerts(after)),
    ...fromTo('alert without data', noDataAlert(before), noDataAlert(after)),
    ...fromTo('least coverage', percent(before.minCoverage ?? 0), percent(after.minCoverage ?? 0)),
    ...exclusionLines(edit),
    ...objectiveLines(edit),
    ...tierLines(edit, atMillis),
    ...textLines(edit),
  ];
}

function fromTo(what: string, before: string | number, after: string | number): readonly string[] {
  return before === after ? [] : [`${what}: ${before} → ${after}`];
}

function secondWindow({ secondWindow: window }: SloDefinition): string {
  return window === undefined ? 'none' : windowWords(window);
}

function budgetAlerts({ budgetAlerts: percents = [] }: SloDefinition): string {
  return percents.length === 0 ? 'none' : percents.map((each) => `${each} %`).join(', ');
}

function noDataAlert({ noDataAlert: alert }: SloDefinition): string {
  return alert === undefined ? 'none' : `${alert.severity} after ${formatSeconds(alert.seconds)}`;
}

function counted({ before, after }: Edit<SloDefinition>): readonly string[] {
  if (generationHash(before) === generationHash(after)) return [];
  const sides = [
    ...sourceLines('total', { before: before.indicator.total, after: after.indicator.total }),
    ...sourceLines('good', { before: before.indicator.good, after: after.indicator.good }),
    ...sourceLines('bad', { before: before.indicator.bad, after: after.indicator.bad }),
  ];
  return ['what is counted changes: a new generation begins, without history', ...sides];
}

function sourceLines(side: string, { before, after }: Edit<EventSource | undefined>): readonly string[] {
  const [was, is] = [before, after].map((source) => (source ? sourceWords(source).trim() : undefined));
  if (was === is) return [];
  const marked = (mark: string, text: string | undefined) =>
    text === undefined ? [] : hanging(`  ${mark} ${side}: `, text);
  return [...marked('-', was), ...marked('+', is)];
}

/** Lines of a text, the further ones below the first one's. */
function hanging(head: string, text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.map((line, index) => (index === 0 ? head : ' '.repeat(head.length)) + line);
}

/** They hold for the past as well. */
function exclusionLines({ before, after }: Edit<SloDefinition>): readonly string[] {
  const [was, is] = [before, after].map(({ exclusions = [] }) => exclusions.map(exclusionWords));
  const gone = (was ?? []).filter((words) => !is?.includes(words)).map((words) => `  - ${words}`);
  const added = (is ?? []).filter((words) => !was?.includes(words)).map((words) => `  + ${words}`);
  return gone.length + added.length === 0 ? [] : ['exclusions:', ...gone, ...added];
}

function objectiveLines({ before, after }: Edit<SloDefinition>): readonly string[] {
  const old = new Map(before.objectives.map((objective) => [objective.name, objective]));
  const names = new Set(after.objectives.map(({ name }) => name));
  const lines = after.objectives.flatMap((objective) => {
    const was = old.get(objective.name);
    const good = percent(toNumber(objective.target));
    return was === undefined
      ? [`objective ${objective.name}: added, ${good} good`]
      : objectiveChange({ before: was, after: objective });
  });
  const gone = before.objectives.filter(({ name }) => !names.has(name));
  return [...lines, ...gone.map(({ name }) => `objective ${name}: removed`)];
}

function objectiveChange({ before, after }: Edit<Objective>): readonly string[] {
  const what = `objective ${after.name}`;
  const [was, is] = [before, after].map(({ target }) => percent(toNumber(target)));
  const [allowed, allows] = [before, after].map(({ target }) => percent(toNumber(complement(target))));
  const target = was === is ? [] : [`${what}: ${was} → ${is} good; ${allowed} → ${allows} may be bad`];
  const [sliced, slices] = [before, after].map(({ slices }) =>
    slices ? sliceWords(slices) : 'events count',
  );
  return [...target, ...fromTo(what, sliced ?? '', slices ?? '')];
}

/** Of each objective there was and is; once, when they are the same for all. */
function tierLines({ before, after }: Edit<SloDefinition>, atMillis: number): readonly string[] {
  const old = new Map(before.objectives.map((objective) => [objective.name, objective]));
  const byLines = new Map<string, string[]>();
  const both = after.objectives.filter(({ name }) => old.has(name));
  for (const objective of both) {
    const was = tiersAt(before, old.get(objective.name) ?? objective, atMillis);
    const lines = tierChanges({ before: was, after: tiersAt(after, objective, atMillis) });
    if (lines.length === 0) continue;
    const key = lines.join('\n');
    byLines.set(key, [...(byLines.get(key) ?? []), objective.name]);
  }
  return [...byLines].flatMap(([lines, names]) => {
    const whose = names.length === both.length ? '' : ` of ${names.join(', ')}`;
    return [`tiers${whose}:`, ...lines.split('\n').map((line) => `  ${line}`)];
  });
}

function tiersAt(slo: SloDefinition, objective: Objective, atMillis: number): readonly Tier[] {
  return tiersOf(slo, objective, periodSecondsAt(slo.window, atMillis)).tiers;
}

function tierChanges({ before, after }: Edit<readonly Tier[]>): readonly string[] {
  const old = new Map(before.map((tier) => [tierName(tier), tier]));
  const present = new Set(after.map(tierName));
  const lines = after.flatMap((tier) => {
    const was = old.get(tierName(tier));
    return was === undefined ? [tierLine('+', tier)] : tierChange({ before: was, after: tier });
  });
  const gone = before.filter((tier) => !present.has(tierName(tier)));
  return [...lines, ...gone.map((tier) => tierLine('-', tier))];
}

function tierLine(mark: string, tier: Tier): string {
  const { burn, shortWindow } = tierWords(tier);
  return `${mark} ${tierName(tier)}: burn ${burn}, short window ${shortWindow}`;
}

function tierChange({ before, after }: Edit<Tier>): readonly string[] {
  const [was, is] = [tierWords(before), tierWords(after)];
  const changes = [
    ...(was.burn === is.burn ? [] : [`burn ${was.burn} → ${is.burn}`]),
    ...(was.shortWindow === is.shortWindow ? [] : [`short window ${was.shortWindow} → ${is.shortWindow}`]),
  ];
  return changes.length === 0 ? [] : [`~ ${tierName(after)}: ${changes.join(', ')}`];
}

function tierWords({ factor, shortSeconds }: Tier): { readonly burn: string; readonly shortWindow: string } {
  return { burn: shown(toNumber(factor)), shortWindow: formatSeconds(shortSeconds) };
}

/** What people read; nothing is counted or alerted by it. */
function textLines({ before, after }: Edit<SloDefinition>): readonly string[] {
  const changed = (['displayName', 'description', 'labels', 'annotations'] as const).filter(
    (text) => words(before[text]) !== words(after[text]),
  );
  return changed.length === 0 ? [] : [`texts: ${changed.join(', ')}`];
}

/** Our own annotations have said what they mean already. */
function words(text: string | Readonly<Record<string, string>>): string {
  if (typeof text === 'string') return text.trim();
  const entries = Object.entries(text).filter(([name]) => !name.startsWith(EXTENSION_PREFIX));
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
