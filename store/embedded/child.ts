/**
 * The embedded engine's process: ties itself to its parent's thread, then becomes clickhouse-local with ClickHouse's
 * HTTP server. The call returns only on failure. Arguments: library, data directory, configuration file, port,
 * parent's process id.
 *
 * `ffi-rs` because it calls on the caller's stack, which ClickHouse insists on.
 */
import { DataType, load, open } from 'ffi-rs';

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;
const EXIT_FAILED = 1;

const [library = '', path = '', configFile = '', port = '', parent = ''] = process.argv.slice(2);

open({ library: 'engine', path: library });
tieToParent(Number(parent));
runEngine();
leave(EXIT_FAILED);

/** The kernel kills this process when the thread that started it ends, however it ends. Linux only. */
function tieToParent(parentPid: number): void {
  if (process.platform !== 'linux') return;
  open({ library: 'libc', path: 'libc.so.6' });
  load({
    library: 'libc',
    funcName: 'prctl',
    retType: DataType.I32,
    paramsType: [DataType.I32, DataType.I64, DataType.I64, DataType.I64, DataType.I64],
    paramsValue: [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0],
  });
  // The parent may have ended before the call above.
  if (process.ppid !== parentPid) process.exit(EXIT_FAILED);
}

/** Blocks for as long as the engine serves: the second statement sleeps for nine years. */
function runEngine(): void {
  const argv = [
    'clickhouse',
    '--path',
    path,
    `--config-file=${configFile}`,
    '--multiquery',
    '--query=SYSTEM START LISTEN HTTP; SELECT sum(sleepEachRow(3)) FROM numbers(100000000) ' +
      'SETTINGS max_block_size = 1, max_threads = 1',
    '--',
    `--http_port=${port}`,
  ];
  load({
    library: 'engine',
    funcName: 'query_stable_v2',
    retType: DataType.External,
    paramsType: [DataType.I32, DataType.StringArray],
    paramsValue: [argv.length, argv],
  });
}

/** Without the library's exit handlers, which crash after a failed start. */
function leave(code: number): void {
  if (process.platform !== 'linux') process.exit(code);
  load({
    library: 'libc',
    funcName: '_exit',
    retType: DataType.Void,
    paramsType: [DataType.I32],
    paramsValue: [code],
  });
}
