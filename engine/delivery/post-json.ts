/** One request to a target, and what became of it. */
import type { Target } from './parse-targets.ts';

/** Why a target did not take a request. */
export const FAILURE_REASONS = ['timeout', 'unreachable', 'unavailable', 'rejected'] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

/** Undefined when it was taken. */
export interface Failure {
  readonly reason: FailureReason;
  /** In words, without anything of the address. */
  readonly detail: string;
  /** The request itself is refused, not the sender: a part of it may be taken. */
  readonly isOfContent: boolean;
}

export interface PostOptions {
  readonly timeoutMillis: number;
  /** Ends the request; it has then failed as `unreachable`. */
  readonly signal: AbortSignal;
}

/** Answers that speak of what was sent rather than of who sent it, or when. */
const CONTENT_STATUSES = [400, 413, 422];
/** Answers that ask to come back, beside all of 5xx. */
const LATER_STATUSES = [408, 425, 429];
const SHOWN_CHARACTERS = 200;

/** Posts a body as JSON. Never rejects. Redirections are not followed: they would turn a POST into a GET. */
export async function postJson(
  target: Target,
  body: unknown,
  { timeoutMillis, signal }: PostOptions,
): Promise<Failure | undefined> {
  const limit = AbortSignal.timeout(timeoutMillis);
  try {
    const response = await fetch(target.url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(target.authorization === undefined ? {} : { Authorization: target.authorization }),
      },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.any([limit, signal]),
    });
    return await failureOf(response);
  } catch (error) {
    if (limit.aborted) return failure('timeout', `no answer within ${timeoutMillis / 1000} s`);
    return failure('unreachable', causeOf(error));
  }
}

async function failureOf(response: Response): Promise<Failure | undefined> {
  const { ok, status } = response;
  if (ok) {
    await response.body?.cancel();
    return undefined;
  }
  const said = await beginning(response);
  const detail = said === '' ? `HTTP ${status}` : `HTTP ${status}: ${said}`;
  if (status >= 500 || LATER_STATUSES.includes(status)) return failure('unavailable', detail);
  return { reason: 'rejected', detail, isOfContent: CONTENT_STATUSES.includes(status) };
}

/** The first words of an answer, however long it is. */
async function beginning(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const first = await reader?.read();
  await reader?.cancel();
  const text = new TextDecoder().decode(first?.value ?? new Uint8Array(0));
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, SHOWN_CHARACTERS);
}

function failure(reason: FailureReason, detail: string): Failure {
  return { reason, detail, isOfContent: false };
}

/** `fetch` says only that it failed; its cause says why. */
function causeOf(error: unknown): string {
  const { cause, message } = error as Error;
  const { code, message: inner } = (cause ?? {}) as NodeJS.ErrnoException;
  return code ?? inner ?? message;
}
