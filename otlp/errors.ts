/** Conditions of OTLP input a caller branches on, with the status each is answered with. */
export const OTLP_ERRORS = {
  /** Not decodable: HTTP 400, gRPC INVALID_ARGUMENT. */
  'malformed-request': { httpStatus: 400 },
  /** Larger than allowed, as sent, as protobuf or as rows: HTTP 413, gRPC RESOURCE_EXHAUSTED. */
  'request-too-large': { httpStatus: 413 },
} as const;

/** Bytes or text that are not an OTLP request; `code` is stable and listed in docs/errors.md. */
export class MalformedRequestError extends Error {
  readonly code = 'malformed-request';
  /** Byte offset in what was sent (for JSON: in its UTF-8 bytes). */
  readonly offset: number;
  /** Where: `resource_spans[0].scope_spans[2].spans[1].name`, or a JSON path. */
  readonly path: string;
  /** What is wrong there. */
  readonly reason: string;

  constructor(at: { readonly offset: number; readonly path: string; readonly reason: string }) {
    super(`Cannot decode the request: ${at.reason} in ${at.path} at byte ${at.offset}`);
    this.name = 'MalformedRequestError';
    this.offset = at.offset;
    this.path = at.path;
    this.reason = at.reason;
  }
}

/** A request that exceeds a limit as sent, as protobuf or as rows; `code` is stable and listed in docs/errors.md. */
export class RequestTooLargeError extends Error {
  readonly code = 'request-too-large';

  /** `maxBytes`: the limit that was exceeded; `form`: of what, when not of the request itself. */
  constructor(maxBytes: number, form: 'request' | 'rows' = 'request') {
    const what =
      form === 'request' ? 'it is' : 'its rows, with resource, scope and metric repeated in each, are';
    const next = form === 'request' ? ', or raise maxRequestMib' : '';
    super(
      `Cannot take the request as ${what} larger than ${maxBytes} bytes: send fewer records at a time${next}`,
    );
    this.name = 'RequestTooLargeError';
  }
}
