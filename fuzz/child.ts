/** Runs the payloads of a plan in a process of its own, watched by supervise.ts. */
import { openDoor } from './door/door.ts';
import { writeProgress } from './progress.ts';
import { type FoundFailure, type RunPlan, type RunReport, runTarget } from './run-target.ts';

/** What the process is told first. */
export interface ChildInput {
  readonly plan: RunPlan;
  /** The file it writes its progress to. */
  readonly progressPath: string;
}

/** What it tells: each failure as soon as it is found, and the report when it is done. */
export type ChildOutput = { readonly failure: FoundFailure } | { readonly report: RunReport };

process.once('message', (input: ChildInput) => void run(input));
// Nobody is left who wants to know.
process.once('disconnect', () => process.exit());

async function run({ plan, progressPath }: ChildInput): Promise<void> {
  const door = await openDoor(plan.target);
  const report = await runTarget(plan, {
    progress: writeProgress(progressPath),
    door,
    onFailure: (failure) => tell({ failure }),
  });
  await door.close();
  tell({ report }, () => process.disconnect());
}

function tell(output: ChildOutput, then = () => {}): void {
  process.send?.(output, undefined, {}, then);
}
