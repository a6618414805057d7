/** Dies at the eighth payload of the first round, as a fault in native code would make it. */
import type { ChildInput } from '../../fuzz/child.ts';
import { writeProgress } from '../../fuzz/progress.ts';

process.once('message', ({ plan, progressPath }: ChildInput) => {
  const progress = writeProgress(progressPath);
  progress.round(plan.from);
  progress.payload(7);
  process.stderr.write('last words', () => process.kill(process.pid, 'SIGSEGV'));
});
