import { describe, expect, test } from 'vitest';
import type { Door } from '../../fuzz/door/door.ts';
import { type RunReport, runTarget } from '../../fuzz/run-target.ts';
import type { ShrinkOptions } from '../../fuzz/shrink.ts';
import { createSubject, type Subject } from '../../fuzz/subject.ts';
import { ROUND_PAYLOADS, type Target } from '../../fuzz/types.ts';
import { MalformedRequestError } from '../../otlp/errors.ts';
import type { Validation } from '../../otlp/validate/types.ts';

const TRACES: Target = { signal: 'traces', encoding: 'protobuf' };
/** Rounds enough to meet each kind of verdict, batches of every make-up among them. */
const PAYLOADS = 24 * ROUND_PAYLOADS;

const CLOSED_DOOR: Door = {
  tally: { sent: 0, taken: 0, refused: 0, cut: 0, logged: 0 },
  check: async () => undefined,
  close: async () => {},
};

function run(
  target: Target,
  planted: (subject: Subject) => Partial<Subject>,
  shrinking: ShrinkOptions = { maxTries: 20 },
): Promise<RunReport> {
  const subject = createSubject();
  const tools = { progress: { round: () => {}, payload: () => {} }, door: CLOSED_DOOR, shrinking };
  const plan = { target, seed: 3, from: 0, payloads: PAYLOADS };
  return runTarget(plan, { ...tools, subject: { ...subject, ...planted(subject) } });
}

/** A validation that says something else of every request it takes. */
function saying(change: (validation: Validation, bytes: Uint8Array) => Partial<Validation>) {
  return (subject: Subject): Partial<Subject> => ({
    validate: (signal, bytes, policy) => {
      const validation = subject.validate(signal, bytes, policy);
      return { ...validation, ...change(validation, bytes) };
    },
  });
}

/** A subject with a fault, by what is wrong with it, and the oracle that has to object. */
const PLANTED: Record<string, [(subject: Subject) => Partial<Subject>, string, Target?]> = {
  'stores a request with its rejected records': [
    saying((_, bytes) => ({ bytes, pieces: [{ bytes, storedBytes: 1e6, records: 1 }] })),
    'accepted',
  ],
  'stores a request without its last byte': [
    saying(({ bytes }) => ({
      bytes: bytes.slice(0, -1),
      pieces: [{ bytes: bytes.slice(0, -1), storedBytes: 1, records: 1 }],
    })),
    'accepted',
  ],
  'copies requests it need not change': [
    saying(({ bytes }) => ({
      bytes: bytes.slice(),
      pieces: [{ bytes: bytes.slice(), storedBytes: 1e6, records: 1 }],
    })),
    'accepted',
  ],
  'counts a record of its pieces too few': [
    saying(({ pieces }) => ({ pieces: pieces.map((piece) => ({ ...piece, records: piece.records - 1 })) })),
    'accepted',
  ],
  'counts a record too few': [saying(({ records }) => ({ records: Math.max(0, records - 1) })), 'verdicts'],
  'rejects for another reason': [
    saying(({ rejections }) => ({
      rejections: rejections.map((one) => ({ ...one, reason: 'too-old' as const })),
    })),
    'verdicts',
  ],
  'gives no reasons': [saying(() => ({ rejections: [] })), 'verdicts'],
  'refuses everything': [
    () => ({
      validate: () => {
        throw new MalformedRequestError({ offset: 0, path: 'request', reason: 'of no interest' });
      },
    }),
    'validate',
  ],
  'throws what it does not declare': [
    (subject) => ({
      validate: (signal, bytes, policy) => {
        if (bytes.length % 7 === 3) throw new RangeError('Offset is outside the bounds of the DataView');
        return subject.validate(signal, bytes, policy);
      },
    }),
    'throws',
  ],
  'says nothing of where a fault is': [
    (subject) => ({
      validate: (signal, bytes, policy) => {
        try {
          return subject.validate(signal, bytes, policy);
        } catch {
          throw new MalformedRequestError({ offset: bytes.length + 1, path: '', reason: '' });
        }
      },
    }),
    'fault',
  ],
  'unpacks more than it may': [() => ({ inflate: () => new Uint8Array(2 ** 20) }), 'work'],
  'translates text to nothing': [
    () => ({ translate: () => new Uint8Array(0) }),
    'translate',
    { signal: 'logs', encoding: 'json' },
  ],
  'cannot decode what was taken': [
    (subject) => ({
      createDecoder: (signal) => {
        const decoder = subject.createDecoder(signal);
        return {
          decode: (requests) =>
            decoder.decode(
              requests.map((one) => ({ ...one, bytes: one.bytes.subarray(0, one.bytes.length - 1) })),
            ),
        };
      },
    }),
    'undecodable',
  ],
  'decodes no request but the first': [
    (subject) => ({
      createDecoder: (signal) => {
        const decoder = subject.createDecoder(signal);
        return {
          decode: (requests) =>
            decoder.decode(
              requests.map((one, at) => (at === 0 ? one : { ...one, bytes: new Uint8Array(0) })),
            ),
        };
      },
    }),
    'rows',
  ],
  'remembers a tenant of an earlier batch': [
    (subject) => ({
      createDecoder: (signal) => {
        const decoder = subject.createDecoder(signal);
        let batches = 0;
        return {
          decode: (requests) => {
            const tenant = batches++ > 0 ? 'earlier' : '';
            return decoder.decode(requests.map((one) => ({ ...one, tenant })));
          },
        };
      },
    }),
    'reuse',
  ],
  'writes a row too few': [
    (subject) => ({
      encode: (batch) => {
        const encoded = subject.encode(batch);
        return { ...encoded, blocks: encoded.blocks.slice(1) };
      },
    }),
    'blocks',
  ],
  'writes the head of another block': [
    (subject) => ({
      encode: (batch) => {
        const { blocks, ...rest } = subject.encode(batch);
        const head = Uint8Array.of(1, 1);
        return { ...rest, blocks: blocks.map((block) => ({ ...block, chunks: [head, ...block.chunks] })) };
      },
    }),
    'blocks',
  ],
  'writes more than was announced': [
    (subject) => ({
      encode: (batch) => {
        const { blocks, ...rest } = subject.encode(batch);
        const more = new Uint8Array(2 ** 20);
        return { ...rest, blocks: blocks.map((block) => ({ ...block, chunks: [...block.chunks, more] })) };
      },
    }),
    'work',
  ],
  'does not mind how large rows become': [
    (subject) => ({
      validate: (signal, bytes, { maxStoredBytes: _, ...policy }) => subject.validate(signal, bytes, policy),
    }),
    'validate',
  ],
};

describe('runTarget()', () => {
  test.each(Object.entries(PLANTED))(
    'finds a product that %s',
    async (_, [planted, oracle, target = TRACES]) => {
      const { failures } = await run(target, planted);
      expect(failures.map((failure) => failure.oracle)).toContain(oracle);
    },
  );

  test('runTarget() finds rejected records in blocks', async () => {
    // Whole requests go into the blocks, while the log has what was accepted.
    let seen: Uint8Array = new Uint8Array(0);
    const { failures } = await run(TRACES, (subject) => ({
      validate: (signal, bytes, policy) => {
        const validation = subject.validate(signal, bytes, policy);
        if (validation.rejected > 0 && validation.accepted > 0) seen = bytes;
        return validation;
      },
      encode: (batch) => {
        const { blocks, ...rest } = subject.encode(batch);
        return { ...rest, blocks: blocks.map((block) => ({ ...block, chunks: [...block.chunks, seen] })) };
      },
    }));
    expect(failures.map(({ oracle }) => oracle)).toContain('rejected');
  });

  test('runTarget() gives the least of a round that fails alike', async () => {
    const marked = 0x5a;
    const { failures } = await run(
      TRACES,
      (subject) => ({
        validate: (signal, bytes, policy) => {
          if (bytes.includes(marked)) throw new TypeError('Cannot read this byte');
          return subject.validate(signal, bytes, policy);
        },
      }),
      {},
    );
    expect(failures).toHaveLength(1);
    expect(failures[0]?.round.map(({ body }) => [...body])).toEqual([[marked]]);
    expect(failures[0]?.message).toContain('run-target.test.ts');
  });

  test('runTarget() keeps one failure of a kind, and stops after many', async () => {
    let calls = 0;
    const letters = (value: number) =>
      value.toString(26).replace(/\d/g, (digit) => 'ghijklmnop'[Number(digit)] as string);
    const { failures, tally } = await run(TRACES, () => ({
      validate: () => {
        throw new TypeError(`Cannot go on: ${letters(calls++)}`);
      },
    }));
    expect(failures).toHaveLength(20);
    expect(tally.payloads).toBeLessThan(PAYLOADS);
  });
});
