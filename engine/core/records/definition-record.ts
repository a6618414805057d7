/** SLO definitions on the log: targets are fractions, which JSON has no word for. */
import type {
  DefinitionProblemsRecord,
  DefinitionSloRecord,
  DefinitionsPublishedRecord,
} from '../../../schemas/records-definitions.ts';
import { fraction } from '../budget/fraction.ts';
import type { DefinitionProblem, Objective, RatioIndicator, SloDefinition } from '../types.ts';

/** An SLO with its generations, as the engine holds it. */
export type DefinitionEntry = DefinitionSloRecord<SloDefinition, RatioIndicator>;

type StoredObjective = Omit<Objective, 'target'> & { readonly target: string };
/** A definition as JSON: every target is `numerator/denominator`. */
export type StoredDefinition = Omit<SloDefinition, 'objectives'> & {
  readonly objectives: readonly StoredObjective[];
};

/** Records of `valet_definitions` as parsed. */
export type StoredDefinitionRecord =
  | DefinitionSloRecord<StoredDefinition, RatioIndicator>
  | DefinitionProblemsRecord<DefinitionProblem>
  | DefinitionsPublishedRecord;

/** The definition with its targets as text. */
export function storeDefinition(definition: SloDefinition): StoredDefinition {
  const objectives = definition.objectives.map((objective) => ({
    ...objective,
    target: `${objective.target.numerator}/${objective.target.denominator}`,
  }));
  return { ...definition, objectives };
}

/** The opposite of {@link storeDefinition}. Throws a SyntaxError or RangeError for a target that is no fraction. */
export function restoreDefinition(stored: StoredDefinition): SloDefinition {
  const objectives = stored.objectives.map((objective) => {
    const [numerator = '', denominator = ''] = objective.target.split('/');
    return { ...objective, target: fraction(BigInt(numerator), BigInt(denominator)) };
  });
  return { ...stored, objectives };
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
