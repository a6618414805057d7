import type { LogMaker } from './site.ts';
import type { World } from './world.ts';

/** One row of the matrix. */
export interface Scenario {
  /** Only where this can happen. */
  readonly on?: LogMaker['kind'];
  /** Of the spans' topic. @default 1 */
  readonly partitions?: number;
  /** Does the harm, lets the pipeline recover, and checks what is stored. */
  run(world: World): Promise<void>;
}

/** Rows by what happens in them. */
export type Scenarios = Readonly<Record<string, Scenario>>;
