import { Random } from '../../bench/payload/random.ts';
import { MAX_REQUEST_BYTES } from '../oracle/admission.ts';
import { mixed } from '../payload/seeds.ts';
import type { Payload, Target } from '../types.ts';

/** How a payload is sent. */
export type Manner =
  /** With its length, or in chunks. */
  | 'http'
  | 'http-chunked'
  /** Half of it, then the connection is cut. */
  | 'http-cut'
  | 'grpc'
  /** The frame announces more bytes than come. */
  | 'grpc-long'
  /** The frame announces fewer bytes than come. */
  | 'grpc-short'
  /** The frame's flag is neither 0 nor 1. */
  | 'grpc-flag'
  /** The call is reset before its end. */
  | 'grpc-cut';

const OVER_HTTP = ['http', 'http', 'http', 'http', 'http', 'http', 'http-chunked', 'http-cut'] as const;
const OVER_GRPC = [
  'grpc',
  'grpc',
  'grpc',
  'grpc',
  'grpc-long',
  'grpc-short',
  'grpc-flag',
  'grpc-cut',
] as const;

/** In what manner payload number `number` is sent: always the same. gRPC has neither JSON nor zstd. */
export function chooseManner({ encoding }: Target, { compression, body }: Payload, number: number): Manner {
  const random = new Random(mixed(number));
  const isOnlyHttp = encoding === 'json' || compression === 'zstd' || random.below(2) === 0;
  const manner: Manner = random.pick(isOnlyHttp ? OVER_HTTP : OVER_GRPC);
  // Of a byte there is no half, and what is too large is refused for that alone.
  const isPlain = body.length < 2 || body.length >= MAX_REQUEST_BYTES;
  return isPlain ? (isOnlyHttp ? 'http' : 'grpc') : manner;
}
