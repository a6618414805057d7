/** A member that is not heard of for this long has lost its partitions. Brokers take 6 s or more by default. */
export const SESSION_MILLIS = 10_000;
/** A member learns of a rebalance by the answer to a heartbeat. */
export const HEARTBEAT_MILLIS = 500;
/** A coordinator that is silent for so long is looked for elsewhere while the session lasts. */
export const HEARTBEAT_TIMEOUT_MILLIS = 3000;
/** A member that does not come to a rebalance within it, because its work does not stop, loses its partitions. */
export const REBALANCE_MILLIS = 60_000;
/** How often a member looks whether its topics have more partitions or were made anew. */
export const WATCH_MILLIS = 2000;
