/** Poisson numbers from a seeded generator. */
import type { Random } from '../../payload/random.ts';

/**
 * Above this mean a rounded normal number stands for the draw: no window is shorter than 60 ticks, and the sum of so many
 * is as normal either way. Below it the draw is exact.
 */
const NORMAL_ABOVE = 20;

/** Draws one Poisson number after another; keeps `exp(-mean)` of the last mean, as traffic seldom changes. */
export class Poisson {
  readonly #random: Random;
  #mean = 0;
  #none = 1;
  /** The other one of the last pair of normal numbers. */
  #spare: number | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  /** How many events of a mean of `mean` came. */
  draw(mean: number): number {
    if (mean <= 0) return 0;
    if (mean > NORMAL_ABOVE) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.#normal()));
    if (mean !== this.#mean) {
      this.#mean = mean;
      this.#none = Math.exp(-mean);
    }
    let count = 0;
    for (let left = this.#random.unit(); left > this.#none; left *= this.#random.unit()) count += 1;
    return count;
  }

  /** Box and Muller. */
  #normal(): number {
    const spare = this.#spare;
    if (spare !== undefined) {
      this.#spare = undefined;
      return spare;
    }
    const radius = Math.sqrt(2 * this.#random.exponential());
    const angle = 2 * Math.PI * this.#random.unit();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}
