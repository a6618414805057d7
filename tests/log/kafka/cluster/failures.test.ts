import { AuthenticationError, MultipleErrors, NetworkError } from '@platformatic/kafka';
import { expect, test } from 'vitest';
import { Code } from '../../../../log/kafka/cluster/codes.ts';
import { isHopeless, reasonOf, refusal } from '../../../../log/kafka/cluster/failures.ts';

const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const untrusted = Object.assign(new Error('self-signed certificate'), {
  code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
});

test('isHopeless() finds wrong credentials and certificates however deep they are', () => {
  const denied = new NetworkError('failed', { cause: new AuthenticationError('denied') });
  expect(
    isHopeless(new MultipleErrors('no broker', [new NetworkError('failed', { cause: refused }), denied])),
  ).toBe(true);
  expect(isHopeless(new NetworkError('failed', { cause: untrusted }))).toBe(true);
  expect(isHopeless(new NetworkError('failed', { cause: refused }))).toBe(false);
  expect(isHopeless('text')).toBe(false);
});

test('reasonOf() tells what it began with', () => {
  expect(reasonOf(new NetworkError('failed', { cause: refused }))).toBe('connect ECONNREFUSED');
  expect(reasonOf('text')).toBe('text');
});

test('refusal() is fenced when somebody else has taken over, log-denied without the right, and log-failed otherwise', () => {
  for (const code of [
    Code.ILLEGAL_GENERATION,
    Code.UNKNOWN_MEMBER_ID,
    Code.PRODUCER_FENCED,
    Code.INVALID_PRODUCER_EPOCH,
  ])
    expect(refusal('act', code)).toMatchObject({ code: 'fenced' });
  for (const [code, name] of [
    [29, 'TOPIC_AUTHORIZATION_FAILED'],
    [30, 'GROUP_AUTHORIZATION_FAILED'],
  ] as const)
    expect(refusal('act', code)).toMatchObject({ code: 'log-denied', message: `Cannot act: ${name}` });
  expect(refusal('act', Code.POLICY_VIOLATION)).toMatchObject({ code: 'log-failed' });
});
