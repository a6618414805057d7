/** How to reach a Kafka cluster; plain data, so that it can be handed to a worker thread. */
export interface KafkaAddress {
  readonly kind: 'kafka';
  /** Bootstrap brokers, each `host:port`. */
  readonly brokers: readonly string[];
  /** Name of this process at the brokers, for their logs and quotas. */
  readonly clientId: string;
  /** Absent: no TLS. Files are read when the log is opened. */
  readonly tls?: {
    readonly caFile?: string;
    readonly certFile?: string;
    readonly keyFile?: string;
  };
  /** Absent: no authentication. */
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
  /** Replicas of the topics it creates. */
  readonly replication: number;
  /** `max.message.bytes` of the topics it creates. */
  readonly messageMaxBytes: number;
}
