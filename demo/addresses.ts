/** Where the demo's Valet listens. */
export interface Addresses {
  readonly apiUrl: string;
  readonly sqlUrl: string;
  readonly grpcUrl: string;
  readonly httpUrl: string;
}

/** From Valet's own environment variables, with its defaults. */
export function addressesOf(environment: Readonly<Record<string, string | undefined>>): Addresses {
  const host = environment['VALET_HOST'] ?? '127.0.0.1';
  const url = (variable: string, port: number) => `http://${host}:${environment[variable] ?? port}`;
  return {
    apiUrl: url('VALET_API_PORT', 8080),
    sqlUrl: url('VALET_SQL_PORT', 8123),
    grpcUrl: url('VALET_OTLP_GRPC_PORT', 4317),
    httpUrl: url('VALET_OTLP_HTTP_PORT', 4318),
  };
}
