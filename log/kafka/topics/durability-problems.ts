/** How often a topic's records are kept, and how many could be. */
export interface TopicDurability {
  /** Replicas of the partition that has the fewest. */
  readonly replicas: number;
  /** The topic's `min.insync.replicas`. */
  readonly minInSync: number;
  /** Brokers of the cluster. */
  readonly brokers: number;
  /** Replicas that topics are created with. */
  readonly wantedReplicas: number;
}

/** Something about a topic that lets confirmed records be lost, or appends fail. */
export interface DurabilityProblem {
  /** For people: what happens, and what to set. */
  readonly message: string;
  /** The setting that should be changed, and to what. */
  readonly set: { readonly replicas: number } | { readonly 'min.insync.replicas': number };
}

/** What is wrong; nothing with one broker, which cannot do better. */
export function durabilityProblems({
  replicas,
  minInSync,
  brokers,
  wantedReplicas,
}: TopicDurability): readonly DurabilityProblem[] {
  const problems: DurabilityProblem[] = [];
  if (minInSync > replicas)
    problems.push({
      message:
        'the topic takes nothing: it wants more replicas in sync than there are. Lower min.insync.replicas',
      set: { 'min.insync.replicas': Math.max(1, replicas - 1) },
    });
  else if (replicas > 1 && minInSync === 1)
    problems.push({
      message:
        'records are confirmed that only one broker may have, and are lost with it: raise min.insync.replicas' +
        (replicas === 2 ? '; with two replicas nothing is taken while one is away, so have three' : ''),
      set: { 'min.insync.replicas': 2 },
    });
  if (replicas < Math.min(brokers, Math.max(2, wantedReplicas)))
    problems.push({
      message:
        'the topic has fewer replicas than it could: a broker that dies takes records with it. Reassign its ' +
        'partitions to more brokers',
      set: { replicas: Math.min(brokers, Math.max(3, wantedReplicas)) },
    });
  return problems;
}
