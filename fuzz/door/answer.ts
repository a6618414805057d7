import { GRPC_CODE } from '../../ingest/receiver/grpc-code.ts';
import type { Encoding } from '../../otlp/response/types.ts';
import type { Signal } from '../../schemas/names.ts';
import { jsonName, REJECTED_FIELD } from '../../schemas/otlp.ts';
import { FuzzFailure } from '../failure.ts';
import type { Admitted } from '../oracle/admission.ts';
import type { Manner } from './manner.ts';

/** What came back: an HTTP or a gRPC status, and the message. */
export interface SentAnswer {
  readonly protocol: 'http' | 'grpc';
  readonly status: number;
  readonly body: Uint8Array;
}

/** The status that is due to a body; undefined when none can come. */
export function dueStatus(manner: Manner, admitted: Admitted): number | undefined {
  switch (manner) {
    case 'http-cut':
    case 'grpc-cut':
      return undefined;
    case 'grpc-long':
    case 'grpc-flag':
      return GRPC_CODE.internal;
    case 'grpc-short':
      return GRPC_CODE.unimplemented;
    case 'grpc':
      return {
        taken: GRPC_CODE.ok,
        malformed: GRPC_CODE.invalidArgument,
        'too-large': GRPC_CODE.resourceExhausted,
      }[admitted.kind];
    default:
      return { taken: 200, malformed: 400, 'too-large': 413 }[admitted.kind];
  }
}

/** Whether a body sent in this manner arrives. */
export function arrives(manner: Manner): boolean {
  return manner === 'http' || manner === 'http-chunked' || manner === 'grpc';
}

/** Checks that the answer to a request that was taken tells how many records were rejected, and why. */
export function checkPartialSuccess(
  body: Uint8Array,
  { signal, encoding }: { readonly signal: Signal; readonly encoding: Encoding },
  admitted: Extract<Admitted, { kind: 'taken' }>,
): void {
  const told = encoding === 'json' ? fromJson(body, signal) : fromProtobuf(Buffer.from(body));
  const { rejected, changes } = admitted.validation;
  if (told.rejected !== rejected)
    throw new FuzzFailure('door', `tells of ${told.rejected} rejected records, not ${rejected}`);
  const hasNews = rejected > 0 || changes.length > 0;
  if (hasNews !== (told.message !== ''))
    throw new FuzzFailure('door', `says "${told.message}" of ${rejected} rejected records`);
}

interface Told {
  readonly rejected: number;
  readonly message: string;
}

function fromJson(body: Uint8Array, signal: Signal): Told {
  const { partialSuccess = {} } = JSON.parse(Buffer.from(body).toString()) as {
    partialSuccess?: Record<string, string>;
  };
  return {
    rejected: Number(partialSuccess[jsonName(REJECTED_FIELD[signal])] ?? 0),
    message: partialSuccess['errorMessage'] ?? '',
  };
}

/** `partial_success` = 1 { `rejected_…` = 1: varint, `error_message` = 2: text }; nothing at all when all is well. */
function fromProtobuf(body: Buffer): Told {
  let rejected = 0;
  let message = '';
  const outer = body.length === 0 ? undefined : varintAt(body, 1);
  for (let at = outer?.end ?? body.length; at < body.length; ) {
    const value = varintAt(body, at + 1);
    if (body[at] === 0x08) rejected = value.value;
    else message = body.toString('utf8', value.end, value.end + value.value);
    at = body[at] === 0x08 ? value.end : value.end + value.value;
  }
  return { rejected, message };
}

function varintAt(bytes: Buffer, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = start; ; at++) {
    const byte = bytes[at] as number;
    value += (byte % 128) * 128 ** (at - start);
    if (byte < 128) return { value, end: at + 1 };
  }
}
