/** SLO definitions on the log: targets and factors are fractions, which JSON has no word for. */
import type {
  DefinitionProblemsRecord,
  DefinitionSloRecord,
  DefinitionsPublishedRecord,
} from '../../../schemas/records-definitions.ts';
import { fraction } from '../budget/fraction.ts';
import type {
  BurnRateTier,
  DefinitionProblem,
  Fraction,
  Objective,
  RatioIndicator,
  SloDefinition,
  TimeSlices,
} from '../types.ts';

/** An SLO with its generations, as the engine holds it. */
export type DefinitionEntry = DefinitionSloRecord<SloDefinition, RatioIndicator>;

type StoredSlices = Omit<TimeSlices, 'target'> & { readonly target?: string };
type StoredObjective = Omit<Objective, 'target' | 'slices'> & {
  readonly target: string;
  readonly slices?: StoredSlices;
};
type StoredTier = Omit<BurnRateTier, 'factor'> & { readonly factor: string };
/** A definition as JSON: targets and factors are `numerator/denominator`. */
export type StoredDefinition = Omit<SloDefinition, 'objectives' | 'tiers'> & {
  readonly objectives: readonly StoredObjective[];
  readonly tiers?: readonly StoredTier[];
};

/** Records of `valet_definitions` as parsed. */
export type StoredDefinitionRecord =
  | DefinitionSloRecord<StoredDefinition, RatioIndicator>
  | DefinitionProblemsRecord<DefinitionProblem>
  | DefinitionsPublishedRecord;

/** The definition with its fractions as text. */
export function storeDefinition({ tiers, ...definition }: SloDefinition): StoredDefinition {
  const objectives = definition.objectives.map(({ target, slices, ...objective }) => ({
    ...objective,
    target: fractionText(target),
    ...(slices && { slices: storeSlices(slices) }),
  }));
  return { ...definition, objectives, ...(tiers && { tiers: tiers.map(storeTier) }) };
}

/** The opposite of {@link storeDefinition}. Throws a SyntaxError or RangeError for a text that is no fraction. */
export function restoreDefinition({ tiers, ...stored }: StoredDefinition): SloDefinition {
  const objectives = stored.objectives.map(({ target, slices, ...objective }) => ({
    ...objective,
    target: parseFraction(target),
    ...(slices && { slices: restoreSlices(slices) }),
  }));
  return { ...stored, objectives, ...(tiers && { tiers: tiers.map(restoreTier) }) };
}

function storeTier({ factor, ...tier }: BurnRateTier): StoredTier {
  return { ...tier, factor: fractionText(factor) };
}

function restoreTier({ factor, ...tier }: StoredTier): BurnRateTier {
  return { ...tier, factor: parseFraction(factor) };
}

function storeSlices({ target, ...slices }: TimeSlices): StoredSlices {
  return { ...slices, ...(target && { target: fractionText(target) }) };
}

function restoreSlices({ target, ...slices }: StoredSlices): TimeSlices {
  return { ...slices, ...(target !== undefined && { target: parseFraction(target) }) };
}

function fractionText({ numerator, denominator }: Fraction): string {
  return `${numerator}/${denominator}`;
}

function parseFraction(text: string): Fraction {
  const [numerator = '', denominator = ''] = text.split('/');
  return fraction(BigInt(numerator), BigInt(denominator));
}

/** Key of an SLO's record. */
export function definitionKey(slo: string): string {
  return `slo|${slo}`;
}

/** Key of a file's problems. */
export function problemsKey(file: string): string {
  return `problems|${file}`;
}

/** Key of the record that tells that definitions were published. */
export const PUBLISHED_KEY = 'published';
