import type { Door, DoorTally } from './door/door.ts';
import { FuzzFailure } from './failure.ts';
import { checkFlat, type Memory, settledMemory } from './memory.ts';
import { PayloadSource } from './payload/payload-source.ts';
import { RoundChecker, type RoundOptions, type Tally } from './round-checker.ts';
import { type ShrinkOptions, shrink } from './shrink.ts';
import { createSubject, type Subject } from './subject.ts';
import { type Payload, ROUND_PAYLOADS, type Round, type Target } from './types.ts';

/** What to run. */
export interface RunPlan {
  readonly target: Target;
  readonly seed: number;
  /** Number of the first payload. */
  readonly from: number;
  /** How many; whole rounds are run. */
  readonly payloads: number;
}

/** Where a run is. */
export interface RunProgress {
  /** A round starts, with the payload of this number. */
  round(first: number): void;
  /** This payload of the round is next; -1: all of them together. */
  payload(index: number): void;
}

/** Something that was found. */
export interface FoundFailure {
  readonly oracle: string;
  readonly message: string;
  /** Number of the first payload of the round it was found in. */
  readonly from: number;
  /** As little of the round as still fails; empty when no payload is to blame alone. */
  readonly round: Round;
}

/** What a run came to. */
export interface RunReport {
  readonly tally: Tally;
  readonly door: DoorTally;
  /** After a quarter of the payloads and at the end; undefined for a run too short to tell. */
  readonly memory: { readonly early: Memory; readonly late: Memory } | undefined;
  /** At most {@link MAX_FAILURES}, each with another message. */
  readonly failures: readonly FoundFailure[];
}

/** What a run works with. */
export interface RunTools {
  readonly progress: RunProgress;
  readonly door: Door;
  /** Told of each failure as soon as it is found. */
  readonly onFailure?: (failure: FoundFailure) => void;
  /** @default the product */
  readonly subject?: Subject;
  /** How much of what fails is left out. */
  readonly shrinking?: ShrinkOptions;
}

const MAX_FAILURES = 20;
/** Every so many rounds one payload is sent through the door. */
const DOOR_ROUNDS = 6;
/** Every so many rounds blocks are compared with those of a fresh decoder. */
const FRESH_ROUNDS = 8;
/** Every so many rounds nobody else writes to the log. */
const OURS_ROUNDS = 3;
/** Memory of shorter runs is still settling. */
const MIN_MEMORY_PAYLOADS = 8000;
/** A failure's stack is worth its cost, that of each refused payload is not. */
const STACK_FRAMES = 20;

/** Runs the payloads of a plan past all oracles. */
export async function runTarget(plan: RunPlan, tools: RunTools): Promise<RunReport> {
  Error.stackTraceLimit = 0;
  const run = new Run(plan, tools);
  const rounds = Math.ceil(plan.payloads / ROUND_PAYLOADS);
  const measures = plan.payloads >= MIN_MEMORY_PAYLOADS;
  let early: Memory | undefined;
  for (let round = 0; round < rounds && run.failures.length < MAX_FAILURES; round++) {
    if (measures && round === Math.floor(rounds / 4)) early = settledMemory();
    await run.round(plan.from + round * ROUND_PAYLOADS);
  }
  const memory = early && { early, late: settledMemory() };
  if (memory) run.attempt({ from: plan.from, round: [] }, () => checkFlat(memory.early, memory.late));
  return { tally: run.tally, door: tools.door.tally, memory, failures: run.failures };
}

/** How the round with this first payload is checked: always the same, so that it can be repeated. */
export function roundOptions(first: number): RoundOptions {
  const number = Math.floor(first / ROUND_PAYLOADS);
  return { withForeign: number % OURS_ROUNDS !== 0, compareWithFresh: number % FRESH_ROUNDS === 0 };
}

/** Where a failure was found. */
interface Place {
  /** Number of the round's first payload. */
  readonly from: number;
  readonly round: Round;
  /** What a round like it fails with; undefined when that cannot be told from the round alone. */
  readonly fails?: (round: Round) => FuzzFailure | undefined;
}

class Run {
  readonly failures: FoundFailure[] = [];
  readonly #plan: RunPlan;
  readonly #tools: RunTools;
  readonly #subject: Subject;
  readonly #source: PayloadSource;
  readonly #checker: RoundChecker;
  readonly #signatures = new Set<string>();

  constructor(plan: RunPlan, tools: RunTools) {
    this.#plan = plan;
    this.#tools = tools;
    this.#subject = tools.subject ?? createSubject();
    this.#source = new PayloadSource(plan.target, plan.seed);
    this.#checker = new RoundChecker(plan.target, this.#subject);
  }

  get tally(): Tally {
    return this.#checker.tally;
  }

  async round(first: number): Promise<void> {
    const { progress } = this.#tools;
    progress.round(first);
    const payloads = Array.from({ length: ROUND_PAYLOADS }, (_, at) => this.#source.payload(first + at));
    const options = roundOptions(first);
    const place = { from: first, round: payloads, fails: (round: Round) => this.#fails(round, options) };
    this.attempt(place, () => this.#checker.check(payloads, options, progress.payload));
    if ((first / ROUND_PAYLOADS) % DOOR_ROUNDS === 0)
      await this.#throughTheDoor(first, payloads[0] as Payload);
  }

  /** Runs a check and keeps what it finds, unless the same was found before. */
  attempt(place: Place, check: () => void): void {
    try {
      check();
    } catch (error) {
      if (!(error instanceof FuzzFailure)) throw error;
      this.#keep(error, place);
    }
  }

  async #throughTheDoor(from: number, payload: Payload): Promise<void> {
    const failure = await this.#tools.door.check(payload, from);
    if (failure !== undefined) this.#keep(failure, { from, round: [payload] });
  }

  #keep(failure: FuzzFailure, { from, round, fails }: Place): void {
    const { signature, oracle } = failure;
    if (this.#signatures.has(signature) || this.failures.length >= MAX_FAILURES) return;
    this.#signatures.add(signature);
    const isAlike = (smaller: Round) => fails?.(smaller)?.signature === signature;
    const least = isAlike(round) ? shrink(round, isAlike, this.#tools.shrinking) : round;
    const found = { oracle, message: explained(fails, least) ?? failure.message, from, round: least };
    this.failures.push(found);
    this.#tools.onFailure?.(found);
  }

  /** What a checker that saw nothing before finds in the round. */
  #fails(round: Round, options: RoundOptions): FuzzFailure | undefined {
    this.#tools.progress.payload(-1);
    try {
      new RoundChecker(this.#plan.target, this.#subject).check(round, options);
      return undefined;
    } catch (error) {
      if (error instanceof FuzzFailure) return error;
      throw error;
    }
  }
}

/** What a round fails with when it is checked again, with the stack of the error below. */
function explained(fails: Place['fails'], round: Round): string | undefined {
  Error.stackTraceLimit = STACK_FRAMES;
  const failure = fails?.(round);
  Error.stackTraceLimit = 0;
  return failure?.cause instanceof Error ? `${failure.message}\n${failure.cause.stack}` : failure?.message;
}
