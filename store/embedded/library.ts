import { createRequire } from 'node:module';
import { StoreError } from '../errors.ts';

/** What `chdb/libchdb` exports: it finds the engine's library without loading it. */
interface LibraryFinder {
  libchdbPath(): string;
}

const require = createRequire(import.meta.url);

/** Path of the engine's shared library; throws {@link StoreError} `engine-missing` with what to do next. */
export function engineLibrary(): string {
  try {
    // By `require`, since the package's type declarations name no ESM entry for this path.
    const finder = require('chdb/libchdb') as LibraryFinder;
    return finder.libchdbPath();
  } catch (cause) {
    throw new StoreError(
      'engine-missing',
      `Cannot find the embedded ClickHouse for ${process.platform}-${process.arch}: npm installs it as the optional ` +
        'package @chdb/lib-<platform> (linux-x64-gnu, linux-arm64-gnu, darwin-x64, darwin-arm64); run `npm ci` ' +
        'without --omit=optional on such a machine, or run Valet in server mode with a ClickHouse server',
      { cause },
    );
  }
}
