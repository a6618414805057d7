/** Does two rounds in part and never ends the fourth payload of the second. */
import type { ChildInput } from '../../fuzz/child.ts';
import { writeProgress } from '../../fuzz/progress.ts';

process.once('message', ({ plan, progressPath }: ChildInput) => {
  const progress = writeProgress(progressPath);
  progress.round(plan.from);
  progress.round(plan.from + 32);
  progress.payload(3);
  for (;;);
});
