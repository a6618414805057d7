/** Where OpenSLO's own examples differ from its rules: accepted with a warning, refused when files are read strictly. */
import type { DeviationCode } from './codes.ts';

export interface Deviation {
  readonly code: DeviationCode;
  readonly message: string;
}

const OPERATOR: Deviation = {
  code: 'deviation-operator',
  message: 'op means nothing for a ratio, whose objective is its target: leave it out',
};

/** A property that no schema here has, by its general path, if it may stand beside the others without a meaning. */
export function deviantProperty(path: string, others: readonly string[]): Deviation | undefined {
  return path === 'spec.objectives[].op' && !others.includes('value') ? OPERATOR : undefined;
}

/** Lists, labels and annotations without a value, which are as good as not there. */
export const NOTHING_WRITTEN: Deviation = {
  code: 'deviation-empty',
  message: 'Nothing is written here: leave the property out',
};

/** Names that only references use. */
export const WIDE_NAME: Deviation = {
  code: 'deviation-name',
  message: 'OpenSLO promises names of lower-case letters, digits and - only: write such a one',
};
