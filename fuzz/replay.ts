import type { CorpusCase } from './corpus.ts';
import { openDoor } from './door/door.ts';
import { FuzzFailure } from './failure.ts';
import { RoundChecker } from './round-checker.ts';

/** Manners a payload of the corpus is sent in: enough of them to meet each. */
const DOOR_NUMBERS = 16;

/** Puts a case to all oracles, those of the sockets included; what is found comes back. */
export async function replay({ target, round }: CorpusCase): Promise<FuzzFailure | undefined> {
  const door = await openDoor(target);
  try {
    for (const withForeign of [true, false]) {
      new RoundChecker(target).check(round, { withForeign, compareWithFresh: true });
    }
    for (const payload of round) {
      for (let number = 0; number < DOOR_NUMBERS; number++) {
        const failure = await door.check(payload, number);
        if (failure !== undefined) return failure;
      }
    }
    return undefined;
  } catch (error) {
    if (error instanceof FuzzFailure) return error;
    throw error;
  } finally {
    await door.close();
  }
}
