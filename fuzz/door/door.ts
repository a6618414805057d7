/** Payloads sent to real receivers over sockets, and what their log holds afterwards. */
import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { FuzzFailure } from '../failure.ts';
import { NOW_MILLIS } from '../moment.ts';
import { type Admitted, admit } from '../oracle/admission.ts';
import { createSubject } from '../subject.ts';
import type { Payload, Target } from '../types.ts';
import { arrives, checkPartialSuccess, dueStatus, type SentAnswer } from './answer.ts';
import { GrpcSender } from './grpc-sender.ts';
import { type CreateLog, type House, type HousePolicy, openHouse } from './house.ts';
import { HttpSender } from './http-sender.ts';
import { chooseManner, type Manner } from './manner.ts';

/** How many requests were sent, and what became of them. */
export interface DoorTally {
  sent: number;
  taken: number;
  refused: number;
  /** Cut off, so that no answer could come. */
  cut: number;
  /** Records of the log that were looked at. */
  logged: number;
}

/** Where payloads of a target are sent. */
export interface Door {
  readonly tally: DoorTally;
  /** Sends a payload and compares answer and log with what is due; `number` decides in what manner, and at what time. */
  check(payload: Payload, number: number): Promise<FuzzFailure | undefined>;
  close(): Promise<void>;
}

/** Slow enough to keep times in range for a long run, fast enough to let receivers forget the bodies they saw. */
const MILLIS_PER_PAYLOAD = 5;

/** Much longer than it takes to notice that a sender is gone. */
const SETTLE_MILLIS = 20_000;

/** Opens receivers for the payloads of a target, on logs in memory unless told otherwise. */
export async function openDoor(target: Target, createLog?: CreateLog): Promise<Door> {
  const plain = await openHouse('plain', createLog);
  return new OpenDoor(target, { plain, all: await openHouse('all', createLog) });
}

interface Senders {
  readonly house: House;
  readonly http: HttpSender;
  readonly grpc: GrpcSender;
}

class OpenDoor implements Door {
  readonly tally: DoorTally = { sent: 0, taken: 0, refused: 0, cut: 0, logged: 0 };
  readonly #target: Target;
  readonly #subject = createSubject();
  readonly #senders: Readonly<Record<HousePolicy, Senders>>;
  /** A body that was taken before gets the first answer again, and is not stored twice: it tells nothing here. */
  readonly #taken = new Set<string>();

  constructor(target: Target, houses: Readonly<Record<HousePolicy, House>>) {
    this.#target = target;
    const sendersOf = (house: House): Senders => ({
      house,
      http: new HttpSender(target, house.httpPort),
      grpc: new GrpcSender(target, house.grpcPort),
    });
    this.#senders = { plain: sendersOf(houses.plain), all: sendersOf(houses.all) };
  }

  async check(payload: Payload, number: number): Promise<FuzzFailure | undefined> {
    const key = createHash('sha256').update(payload.body).digest('base64');
    if (this.#taken.has(key)) return undefined;
    try {
      const { house } = this.#sendersFor(payload);
      house.setTime(NOW_MILLIS + number * MILLIS_PER_PAYLOAD);
      const isTaken = await this.#send(payload, chooseManner(this.#target, payload, number));
      if (isTaken) this.#taken.add(key);
      return undefined;
    } catch (error) {
      if (error instanceof FuzzFailure) return error;
      return new FuzzFailure('door', `a request ends with ${String(error)}`, { cause: error });
    }
  }

  async close(): Promise<void> {
    const all = Object.values(this.#senders);
    for (const { http, grpc } of all) {
      http.close();
      grpc.close();
    }
    for (const { house } of all) await house.close();
  }

  #sendersFor({ policy }: Payload): Senders {
    return this.#senders[policy === 'plain' ? 'plain' : 'all'];
  }

  /** Resolves with whether it was taken. */
  async #send(payload: Payload, manner: Manner): Promise<boolean> {
    const { house, http, grpc } = this.#sendersFor(payload);
    const { signal } = this.#target;
    const admitted = admit(payload, { target: this.#target, subject: this.#subject, policy: house.policy() });
    const answer = await (manner.startsWith('grpc') ? grpc : http).send(payload, manner);
    await settled(house, manner);
    const logged = await house.collect(signal);
    this.tally.sent++;
    this.tally.logged += logged.length;
    this.#checkAnswer(answer, { manner, admitted });
    const taken = arrives(manner) && admitted.kind === 'taken' ? admitted : undefined;
    checkLog(logged, taken);
    return taken !== undefined;
  }

  #checkAnswer(
    answer: SentAnswer | undefined,
    { manner, admitted }: { readonly manner: Manner; readonly admitted: Admitted },
  ): void {
    const due = dueStatus(manner, admitted);
    if (answer?.status !== due)
      throw new FuzzFailure(
        'door',
        `${manner} answers ${answer?.status} to a body that is ${admitted.kind}, not ${due}`,
      );
    if (answer === undefined) this.tally.cut++;
    else if (!arrives(manner) || admitted.kind !== 'taken') this.tally.refused++;
    else {
      this.tally.taken++;
      checkPartialSuccess(answer.body, this.#target, admitted);
    }
  }
}

/** Waits until receivers noticed that a request is over: they hold nothing of it then. */
async function settled(house: House, manner: Manner): Promise<void> {
  const deadline = performance.now() + SETTLE_MILLIS;
  while (house.inFlightBytes() > 0) {
    if (performance.now() > deadline)
      throw new FuzzFailure('door', `${manner} leaves ${house.inFlightBytes()} bytes held`);
    await setTimeout(1);
  }
}

/** The log holds the pieces of what was taken, and nothing else. */
function checkLog(
  logged: readonly Uint8Array[],
  taken: Extract<Admitted, { kind: 'taken' }> | undefined,
): void {
  const pieces = taken === undefined || taken.validation.accepted === 0 ? [] : taken.validation.pieces;
  if (logged.length !== pieces.length)
    throw new FuzzFailure('door', `the log holds ${logged.length} records, not ${pieces.length}`);
  for (const [index, { bytes }] of pieces.entries()) {
    if (!Buffer.from(bytes).equals(logged[index] as Uint8Array))
      throw new FuzzFailure('door', `record ${index} of the log is not what was accepted`);
  }
}
