/** The objectives of an SLO: their targets, and the time slices they judge by. */
import { MAX_NAME, OPENSLO_NAME_PATTERN, type OpenSloDocument } from '../../../schemas/openslo.ts';
import type { Fraction, Objective, TimeSlices } from '../types.ts';
import { exactSliceTarget, exactTarget } from './exact-target.ts';
import type { PropertyPath } from './property-path.ts';
import type { SourceDocument } from './source-document.ts';

type Spec = OpenSloDocument['spec'];
type ObjectiveSpec = Spec['objectives'][number];

const NAME = new RegExp(OPENSLO_NAME_PATTERN);
/** Lengths of time slices, in seconds: those that the 15 minutes of old counts are made of, or that are made of them. */
const SLICE_SECONDS: Readonly<Record<string, number>> = {
  '1m': 60,
  '3m': 180,
  '5m': 300,
  '15m': 900,
  '30m': 1800,
  '1h': 3600,
  '60m': 3600,
};

/** The objectives; what was reported is left out. */
export function readObjectives(document: SourceDocument, spec: Spec): readonly Objective[] {
  const objectives = spec.objectives.flatMap((_, index) => readObjective(document, spec, index) ?? []);
  checkNames(document, objectives);
  return objectives;
}

function readObjective(document: SourceDocument, spec: Spec, index: number): Objective | undefined {
  const path = ['spec', 'objectives', index];
  const objective = spec.objectives[index] ?? {};
  const target = readTarget(document, objective, path);
  const slices = readSlices(document, objective, { path, method: spec.budgetingMethod });
  if (target === undefined) return undefined;
  const { displayName } = objective;
  return {
    name: objectiveName(displayName, index),
    target,
    ...(displayName === undefined ? {} : { displayName }),
    ...(slices === undefined ? {} : { slices }),
  };
}

function readTarget(
  document: SourceDocument,
  { target, targetPercent }: ObjectiveSpec,
  path: PropertyPath,
): Fraction | undefined {
  if ((target === undefined) === (targetPercent === undefined)) {
    const message = 'An objective has one target: write exactly one of target and targetPercent';
    document.problem(path, 'target-count', message);
    return undefined;
  }
  const property = target === undefined ? 'targetPercent' : 'target';
  const text = document.sourceText([...path, property]) ?? '';
  const exact = exactTarget(text, target === undefined ? 100 : 1);
  if (exact === undefined)
    document.problem([...path, property], 'invalid-target', targetMessage(property, text));
  return exact;
}

function readSlices(
  document: SourceDocument,
  { timeSliceTarget, timeSliceWindow }: ObjectiveSpec,
  { path, method }: { readonly path: PropertyPath; readonly method: Spec['budgetingMethod'] },
): TimeSlices | undefined {
  const report = (property: string, message: string) => {
    document.problem([...path, property], 'invalid-time-slices', message);
    return undefined;
  };
  if (method !== 'Timeslices' && timeSliceTarget !== undefined)
    report(
      'timeSliceTarget',
      `${method} has no timeSliceTarget: leave it out, or write budgetingMethod: Timeslices`,
    );
  if (method === 'Occurrences') {
    if (timeSliceWindow !== undefined)
      report(
        'timeSliceWindow',
        'Occurrences has no timeSliceWindow: leave it out, or write budgetingMethod: Timeslices',
      );
    return undefined;
  }
  // A number is one of minutes, as OpenSLO has it.
  const length = typeof timeSliceWindow === 'number' ? `${timeSliceWindow}m` : (timeSliceWindow ?? '');
  const seconds = Object.hasOwn(SLICE_SECONDS, length) ? SLICE_SECONDS[length] : undefined;
  if (seconds === undefined) {
    const lengths = Object.keys(SLICE_SECONDS).slice(0, -1).join(', ');
    return report('timeSliceWindow', `${method} needs a timeSliceWindow: write ${lengths}`);
  }
  if (method === 'RatioTimeslices') return { seconds };
  const target = exactSliceTarget(document.sourceText([...path, 'timeSliceTarget']) ?? '');
  if (target === undefined)
    return report(
      'timeSliceTarget',
      'Timeslices needs a timeSliceTarget: write a plain decimal above 0, at most 1, as 0.95',
    );
  return { seconds, target };
}

/** A display name in the form of a name is one: OpenSLO gives objectives no other. */
function objectiveName(displayName: string | undefined, index: number): string {
  const isName = displayName !== undefined && displayName.length <= MAX_NAME && NAME.test(displayName);
  return isName ? displayName : `objective-${index + 1}`;
}

function checkNames(document: SourceDocument, objectives: readonly Objective[]): void {
  const seen = new Set<string>();
  for (const [index, { name }] of objectives.entries()) {
    if (seen.has(name)) {
      const message = `There is an objective ${name} before this one: give each its own displayName`;
      document.problem(['spec', 'objectives', index, 'displayName'], 'duplicate-name', message);
    }
    seen.add(name);
  }
}

function targetMessage(property: 'target' | 'targetPercent', text: string): string {
  const range = property === 'target' ? 'from 0 to below 1, as 0.999' : 'from 0 to below 100, as 99.9';
  const isPercent = property === 'target' && exactTarget(text, 100) !== undefined && Number(text) > 1;
  const hint = isPercent ? `, or targetPercent: ${text}` : '';
  return `Cannot use ${text} as ${property}: write a plain decimal of at most 15 places ${range}${hint}`;
}
