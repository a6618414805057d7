import { expect, test } from 'vitest';
import type { Cluster } from '../../../../log/kafka/cluster/cluster.ts';
import type { MemberIdentity, Ownership } from '../../../../log/kafka/group/membership.ts';
import { commitAsOwner, groupCommits } from '../../../../log/kafka/offsets/commit-offsets.ts';
import { expectLogError } from '../../contract.ts';

const OF = { topic: 't', partition: 0 };
const COMMIT = { group: 'g', ...OF, offset: 7, metadata: '' };
const MEMBER: MemberIdentity = { memberId: 'm', generation: 3 };
const NOBODY: MemberIdentity = { memberId: '', generation: -1 };
const own = (): Ownership => ({ of: OF, topicId: 'id' });

interface State {
  identity: MemberIdentity;
  owned: Ownership | undefined;
}

/** A commit asked for by a member to which something happens before it is sent; resolves with whom it was sent as. */
async function sentAs(happens: (state: State) => void): Promise<readonly MemberIdentity[]> {
  const state: State = { identity: MEMBER, owned: own() };
  const owner = {
    get identity() {
      return state.identity;
    },
    ownership: () => state.owned,
    wasOutdated: () => false,
  };
  const [commit] = groupCommits({ knownTopic: () => undefined }, { owner: () => owner }, [COMMIT]);
  if (commit === undefined) throw new TypeError('One commit makes one group');
  happens(state);
  const sent: MemberIdentity[] = [];
  const send = async (_: unknown, identity: MemberIdentity) => {
    sent.push(identity);
    return [0];
  };
  await commitAsOwner(cluster, commit, { act: 'commit', send });
  return sent;
}

/** Answers at once. Cast, as nobody looks at the connection and the fake has none. */
const cluster = {
  attempt: (_: string, run: () => Promise<unknown>) => run(),
  atCoordinator: (_: unknown, run: (connection: undefined) => Promise<unknown>) => run(undefined),
} as unknown as Pick<Cluster, 'attempt' | 'atCoordinator'>;

test('commitAsOwner() commits in the name that the member has by then', async () => {
  const next = { ...MEMBER, generation: 4 };
  expect(await sentAs((state) => (state.identity = next))).toEqual([next]);
});

test('commitAsOwner() is fenced once the partition is gone, or was gone and came back', async () => {
  for (const identity of [MEMBER, NOBODY, { memberId: 'new', generation: 1 }]) {
    for (const owned of [undefined, own()])
      await expectLogError(
        sentAs((state) => Object.assign(state, { identity, owned })),
        'fenced',
      );
  }
});

test('commitAsOwner() never commits in the name of nobody, which brokers take in transactions', async () => {
  await expectLogError(
    sentAs((state) => (state.identity = NOBODY)),
    'fenced',
  );
});
