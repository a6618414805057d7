/**
 * Connections by purpose. A broker answers the requests of one connection one after the other, so whatever makes it
 * wait (a long poll, replicas, the members of a group) has its own and holds up nothing else.
 */
export const Lane = {
  /** Short requests. */
  CONTROL: 'control',
  /** Must not be late. */
  HEARTBEAT: 'heartbeat',
  /** Changes that wait for all brokers. */
  ADMIN: 'admin',
  PRODUCE: 'produce',
  FETCH: 'fetch',
  /** Fetches that wait for records. */
  POLL: 'poll',
  TRANSACTION: 'transaction',
} as const;

/** A group's meetings wait for their slowest member. */
export function meetingLane(group: string): string {
  return `meeting/${group}`;
}
