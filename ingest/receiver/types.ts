import type { FieldViolation, PartialSuccess } from '../../otlp/response/types.ts';
import type { Signal } from '../../schemas/names.ts';

/** How a request came in: a label of the metrics. */
export type Protocol = 'grpc' | 'http/protobuf' | 'http/json';

/** How a body is compressed. */
export type Compression = 'identity' | 'gzip' | 'deflate' | 'zstd';

/** What became of a request; each transport has its own words for it. */
export type Answer =
  /** Durable, or empty, or seen before: HTTP 200, gRPC OK. */
  | { readonly kind: 'taken'; readonly partial: PartialSuccess }
  /** Not OTLP, or a header that cannot be used: HTTP 400, gRPC INVALID_ARGUMENT. Never worth a retry. */
  | { readonly kind: 'malformed'; readonly message: string; readonly violations: readonly FieldViolation[] }
  /** Beyond the size limit: HTTP 413, gRPC RESOURCE_EXHAUSTED. Never worth a retry. */
  | { readonly kind: 'too-large'; readonly message: string }
  | RetryAnswer;

/** Worth a retry after the delay. */
export interface RetryAnswer {
  readonly kind: /** Too many bytes in flight: HTTP 429, gRPC UNAVAILABLE. */
    | 'overloaded'
    /** The tenant sends too fast: HTTP 429, gRPC RESOURCE_EXHAUSTED. */
    | 'throttled'
    /** It does not arrive fast enough: HTTP 503 and the end of the connection, gRPC DEADLINE_EXCEEDED. */
    | 'too-slow'
    /** The log failed, or the disk is almost full: HTTP 503, gRPC UNAVAILABLE. */
    | 'unavailable';
  readonly message: string;
  readonly retrySeconds: number;
}

/** A body that was read completely. */
export interface Delivery {
  readonly signal: Signal;
  readonly protocol: Protocol;
  readonly compression: Compression;
  /** As sent. */
  readonly body: Uint8Array;
}
