/** What documents say of each other: found by kind and name, and reported when it is not there or not in order. */
import type { RatioIndicator } from '../types.ts';
import type { PolicyAlerts } from './policy-alerts.ts';
import type { PropertyPath } from './property-path.ts';
import type { ReadCondition } from './read-alert-condition.ts';
import type { SourceDocument } from './source-document.ts';

/** What `name` at `path` stands for; undefined once its absence or its faults have been reported there. */
export type Find<T> = (from: SourceDocument, path: PropertyPath, name: string) => T | undefined;

/** What an AlertPolicy may refer to. */
export interface PolicyReferences {
  readonly notificationTarget: Find<true>;
  readonly alertCondition: Find<ReadCondition>;
}

/** Everything an SLO may refer to, itself or in what is written out in it. */
export interface References extends PolicyReferences {
  readonly dataSource: Find<true>;
  readonly indicator: Find<RatioIndicator>;
  readonly alertPolicy: Find<PolicyAlerts>;
}
