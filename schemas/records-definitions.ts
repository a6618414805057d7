/** Records of `valet_definitions`, JSON, compacted by key (docs/formats/valet_definitions.md). */

/** What one generation of an SLO counts, from which slice on. */
export interface GenerationRecord<Indicator> {
  /** From 1. */
  readonly generation: number;
  /** Hash of the indicator: an edit that leaves it alone keeps the generation. */
  readonly hash: string;
  /** First slice that belongs to it; 0 means from the beginning. */
  readonly fromSlice: number;
  readonly indicator: Indicator;
}

/** One SLO. Key `slo|<slo>`; kept after its file is gone, so that generation numbers are never used twice. */
export interface DefinitionSloRecord<Definition, Indicator> {
  readonly kind: 'slo';
  readonly slo: string;
  readonly definition: Definition;
  /** The latest few, in ascending order; the last one is in force. */
  readonly generations: readonly GenerationRecord<Indicator>[];
  /** The slice from which the SLO is no more; null while it is defined. */
  readonly retiredFrom: number | null;
}

/** What is wrong with a file. Key `problems|<file>`; deleted when nothing is. */
export interface DefinitionProblemsRecord<Problem> {
  readonly kind: 'problems';
  readonly file: string;
  readonly problems: readonly Problem[];
}

/** Tells that definitions were published, and how often. Key `published`. */
export interface DefinitionsPublishedRecord {
  readonly kind: 'published';
  /** From 1, rising with every publication. */
  readonly number: number;
}
