/** Requests to Valet's API. */

/** @typedef {{ readonly status: number, readonly code: string, readonly message: string }} ApiProblem `status` 0: no answer. */

const TIMEOUT_MILLIS = 15_000;

/** A failed request. `status` is 0 when nobody answered. */
export class ApiError extends Error {
  /** @param {ApiProblem} problem @param {unknown} [cause] */
  constructor(problem, cause) {
    super(problem.message, { cause });
    this.name = 'ApiError';
    this.status = problem.status;
    this.code = problem.code;
  }
}

/** @param {Response} response @returns {Promise<ApiError>} */
async function errorOf(response) {
  /** @type {{ code?: string, detail?: string, title?: string }} */
  const body = await response.json().catch(() => ({}));
  const message = body.detail ?? body.title ?? `The API answered ${response.status}`;
  return new ApiError({ status: response.status, code: body.code ?? 'unknown', message });
}

/**
 * Asks for JSON.
 * @param {string} path below the console's origin
 * @param {RequestInit} [init]
 * @returns {Promise<unknown>}
 * @throws {ApiError} on any other status than 2xx, on a silent server and on an answer that is not JSON
 */
export async function request(path, init) {
  const signal = AbortSignal.timeout(TIMEOUT_MILLIS);
  /** @type {Response} */
  let response;
  try {
    response = await fetch(path, { ...init, signal, cache: 'no-store' });
  } catch (cause) {
    throw new ApiError({ status: 0, code: 'unreachable', message: 'Valet does not answer' }, cause);
  }
  if (!response.ok) throw await errorOf(response);
  return response.json().catch((cause) => {
    throw new ApiError(
      { status: response.status, code: 'not-json', message: 'The answer is not JSON' },
      cause,
    );
  });
}

/** @param {string} path @param {unknown} body */
export function put(path, body) {
  return request(path, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
