/** Runs the payloads of a plan in a process of its own, watched by supervise.ts. */
import { openDoor } from './door/door.ts';
import { writeProgress } from './progress.ts';
import { type RunPlan, type RunReport, runTarget } from './run-target.ts';

/** What the process is told first. */
export interface ChildInput {
  readonly plan: RunPlan;
  /** The file it writes its progress to. */
  readonly progressPath: string;
}

/** What it tells when it is done. */
export interface ChildOutput {
  readonly report: RunReport;
}

process.once('message', (input: ChildInput) => void run(input));

async function run({ plan, progressPath }: ChildInput): Promise<void> {
  const door = await openDoor(plan.target);
  const report = await runTarget(plan, { progress: writeProgress(progressPath), door });
  await door.close();
  process.send?.({ report } satisfies ChildOutput, () => process.disconnect());
}
