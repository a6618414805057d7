/**
 * Rows lie in the order of their parents (spans of a scope, scopes of a resource), so what they inherit is written
 * run by run: `parents[i]` holds for the next `lengths[i]` rows of the block.
 */
export interface Runs {
  readonly count: number;
  readonly parents: Uint32Array;
  readonly lengths: Uint32Array;
}

/** The runs of rows with the same parent. */
export function runsOf(rows: Uint32Array, parentOf: Uint32Array): Runs {
  const parents = new Uint32Array(rows.length);
  const lengths = new Uint32Array(rows.length);
  let count = 0;
  for (const row of rows) {
    const parent = parentOf[row] as number;
    if (count === 0 || parents[count - 1] !== parent) parents[count++] = parent;
    lengths[count - 1] = (lengths[count - 1] as number) + 1;
  }
  return { count, parents, lengths };
}

/** The runs of the parents' own parents: scopes to resources, resources to requests. */
export function liftRuns(runs: Runs, parentOf: Uint32Array): Runs {
  const parents = new Uint32Array(runs.count);
  const lengths = new Uint32Array(runs.count);
  let count = 0;
  for (let run = 0; run < runs.count; run++) {
    const parent = parentOf[runs.parents[run] as number] as number;
    if (count === 0 || parents[count - 1] !== parent) parents[count++] = parent;
    lengths[count - 1] = (lengths[count - 1] as number) + (runs.lengths[run] as number);
  }
  return { count, parents, lengths };
}
