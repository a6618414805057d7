/** Conditions the API answers with a problem document: code → status and title. All are in docs/api.md. */
export const API_PROBLEMS = {
  'bad-request': { status: 400, title: 'The request is not valid' },
  'bad-instant': { status: 400, title: 'The instant is not valid' },
  'bad-range': { status: 400, title: 'The range is not valid' },
  'too-many-points': { status: 400, title: 'Too many points' },
  'wrong-host': { status: 403, title: 'The host name is not one of this server' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'unknown-slo': { status: 404, title: 'There is no such SLO' },
  'unknown-objective': { status: 404, title: 'The SLO has no such objective' },
  'no-demo': { status: 404, title: 'No demo runs' },
  'unknown-fault': { status: 404, title: 'The demo has no such fault' },
  'request-too-large': { status: 413, title: 'The request is too large' },
  'unsupported-media-type': { status: 415, title: 'The content type is not taken' },
  'internal-error': { status: 500, title: 'Something failed inside' },
  'demo-unreachable': { status: 502, title: 'The demo does not answer' },
  'not-ready': { status: 503, title: 'Not ready' },
  'too-many-clients': { status: 503, title: 'Too many clients' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly title: string }>>;

export type ApiProblemCode = keyof typeof API_PROBLEMS;

/** Thrown by routes; the error handler writes it as a problem document. */
export class ApiProblem extends Error {
  readonly code: ApiProblemCode;
  readonly statusCode: number;

  /** `detail` says what is wrong and what to do. */
  constructor(code: ApiProblemCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'ApiProblem';
    this.code = code;
    this.statusCode = API_PROBLEMS[code].status;
  }
}
