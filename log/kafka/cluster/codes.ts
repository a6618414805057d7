/** Error codes of the protocol that are told apart here; all others are failures for good. */
export const Code = {
  NONE: 0,
  OFFSET_OUT_OF_RANGE: 1,
  CORRUPT_MESSAGE: 2,
  UNKNOWN_TOPIC_OR_PARTITION: 3,
  LEADER_NOT_AVAILABLE: 5,
  NOT_LEADER_OR_FOLLOWER: 6,
  REQUEST_TIMED_OUT: 7,
  BROKER_NOT_AVAILABLE: 8,
  REPLICA_NOT_AVAILABLE: 9,
  MESSAGE_TOO_LARGE: 10,
  OFFSET_METADATA_TOO_LARGE: 12,
  NETWORK_EXCEPTION: 13,
  COORDINATOR_LOAD_IN_PROGRESS: 14,
  COORDINATOR_NOT_AVAILABLE: 15,
  NOT_COORDINATOR: 16,
  NOT_ENOUGH_REPLICAS: 19,
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 20,
  ILLEGAL_GENERATION: 22,
  UNKNOWN_MEMBER_ID: 25,
  REBALANCE_IN_PROGRESS: 27,
  TOPIC_AUTHORIZATION_FAILED: 29,
  GROUP_AUTHORIZATION_FAILED: 30,
  CLUSTER_AUTHORIZATION_FAILED: 31,
  TOPIC_ALREADY_EXISTS: 36,
  INVALID_PARTITIONS: 37,
  NOT_CONTROLLER: 41,
  POLICY_VIOLATION: 44,
  OUT_OF_ORDER_SEQUENCE_NUMBER: 45,
  DUPLICATE_SEQUENCE_NUMBER: 46,
  INVALID_PRODUCER_EPOCH: 47,
  INVALID_TXN_STATE: 48,
  INVALID_PRODUCER_ID_MAPPING: 49,
  CONCURRENT_TRANSACTIONS: 51,
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 53,
  KAFKA_STORAGE_ERROR: 56,
  UNKNOWN_PRODUCER_ID: 59,
  FENCED_LEADER_EPOCH: 74,
  UNKNOWN_LEADER_EPOCH: 75,
  OFFSET_NOT_AVAILABLE: 78,
  MEMBER_ID_REQUIRED: 79,
  FENCED_INSTANCE_ID: 82,
  UNSTABLE_OFFSET_COMMIT: 88,
  THROTTLING_QUOTA_EXCEEDED: 89,
  PRODUCER_FENCED: 90,
  UNKNOWN_TOPIC_ID: 100,
  INCONSISTENT_TOPIC_ID: 103,
} as const;

/** The partition's leader is elsewhere or not known yet: look it up again and repeat. */
const LEADERSHIP: ReadonlySet<number> = new Set([
  Code.UNKNOWN_TOPIC_OR_PARTITION,
  Code.LEADER_NOT_AVAILABLE,
  Code.NOT_LEADER_OR_FOLLOWER,
  Code.REPLICA_NOT_AVAILABLE,
  Code.KAFKA_STORAGE_ERROR,
  Code.FENCED_LEADER_EPOCH,
  Code.UNKNOWN_LEADER_EPOCH,
  Code.UNKNOWN_TOPIC_ID,
  Code.INCONSISTENT_TOPIC_ID,
]);

/** The coordinator is elsewhere or not ready: look it up again and repeat. */
const COORDINATION: ReadonlySet<number> = new Set([
  Code.COORDINATOR_LOAD_IN_PROGRESS,
  Code.COORDINATOR_NOT_AVAILABLE,
  Code.NOT_COORDINATOR,
]);

/** Time helps. */
const PASSING: ReadonlySet<number> = new Set([
  Code.REQUEST_TIMED_OUT,
  Code.BROKER_NOT_AVAILABLE,
  Code.NETWORK_EXCEPTION,
  Code.NOT_ENOUGH_REPLICAS,
  Code.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
  Code.NOT_CONTROLLER,
  Code.CONCURRENT_TRANSACTIONS,
  Code.OFFSET_NOT_AVAILABLE,
  Code.UNSTABLE_OFFSET_COMMIT,
  Code.THROTTLING_QUOTA_EXCEEDED,
]);

/** The group does not know the member, or not as it says it is. */
const MEMBERSHIP: ReadonlySet<number> = new Set([
  Code.ILLEGAL_GENERATION,
  Code.UNKNOWN_MEMBER_ID,
  Code.FENCED_INSTANCE_ID,
]);

/** The broker's access control. */
const DENIALS: ReadonlySet<number> = new Set([
  Code.TOPIC_AUTHORIZATION_FAILED,
  Code.GROUP_AUTHORIZATION_FAILED,
  Code.CLUSTER_AUTHORIZATION_FAILED,
  Code.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
]);

/** Another producer has taken over. */
const TAKEOVER: ReadonlySet<number> = new Set([Code.INVALID_PRODUCER_EPOCH, Code.PRODUCER_FENCED]);

/** Whether somebody first has to give Valet the right. */
export function isDenial(code: number): boolean {
  return DENIALS.has(code);
}

export function concernsLeader(code: number): boolean {
  return LEADERSHIP.has(code);
}

export function concernsCoordinator(code: number): boolean {
  return COORDINATION.has(code);
}

export function deniesMember(code: number): boolean {
  return MEMBERSHIP.has(code);
}

/** Somebody else has taken over the producer or the membership. */
export function isFencing(code: number): boolean {
  return MEMBERSHIP.has(code) || TAKEOVER.has(code);
}

/** Whether the same request may succeed later. */
export function passes(code: number): boolean {
  return LEADERSHIP.has(code) || COORDINATION.has(code) || PASSING.has(code);
}
