/** The two encodings of OTLP; an answer has the encoding of its request. */
export type Encoding = 'protobuf' | 'json';

/** What a sender is told beside success. */
export interface PartialSuccess {
  /** Records that were not taken; 0 with a message is a warning. */
  readonly rejected: number;
  /** For people; '' for none. */
  readonly message: string;
}

/** What is wrong with one field of a request. */
export interface FieldViolation {
  /** Path of the field. */
  readonly field: string;
  readonly description: string;
}

/** A `google.rpc.Status`. */
export interface RpcStatus {
  /** A gRPC status code. */
  readonly code: number;
  /** For people. */
  readonly message: string;
  /** Become a `google.rpc.BadRequest` in the details. */
  readonly fieldViolations?: readonly FieldViolation[];
  /** Becomes a `google.rpc.RetryInfo` in the details; seconds, fractions allowed. */
  readonly retryDelaySeconds?: number;
}
