/** gRPC status codes the receiver answers with; also the `code` of `google.rpc.Status` bodies over HTTP. */
export const GRPC_CODE = {
  ok: 0,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;
