/** The systems compared, as fresh as a service just set up: peers get phases of their own by the seed. */
import { fraction } from '../../engine/core/budget/fraction.ts';
import { Random } from '../payload/random.ts';
import { pyrraSystem } from './peers/pyrra.ts';
import { slothSystem } from './peers/sloth.ts';
import type { AlertingSystem } from './types.ts';
import { ValetSystem } from './valet-system.ts';

/** The objective of every service here, in the words of each system. */
export const TARGET = {
  text: '0.999',
  exact: fraction(999, 1000),
  ratio: 0.999,
  percent: 99.9,
  allowedErrorRatio: 0.001,
} as const;

/** Minimums of bad events Valet is tried with beside its default; 6 is more than a burst. */
const MINIMUMS = [2, 3, 6] as const;

/** Valet, Sloth, Pyrra with what each does unless told otherwise. */
export function defaultSystems(seed: number): readonly AlertingSystem[] {
  const random = new Random(seed);
  return [
    new ValetSystem({ target: TARGET.text }),
    slothSystem(TARGET.percent, random),
    pyrraSystem(TARGET.ratio, random),
  ];
}

/** Valet with a minimum of bad events per SLO. */
export function valetWithMinimums(): readonly AlertingSystem[] {
  return MINIMUMS.map((minBadEvents) => new ValetSystem({ target: TARGET.text, minBadEvents }));
}
