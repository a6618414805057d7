/** The console's files at `/` and the libraries it uses at `/vendor/`, by a list of what may go out. */
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { TypedApp } from './typed-app.ts';

const CONSOLE_FILE = /\.(html|js|css|svg|png|ico|webp|woff2|webmanifest)$/;
const LIT_FILE = /^\/(lit-html|directive|directive-helpers|async-directive|directives\/[a-z-]+)\.js$/;
const UPLOT_FILE = /^\/(uPlot\.esm\.js|uPlot\.min\.css)$/;

/** Registers the three folders; a file is asked for again each time and answered 304 while it is the same. */
export async function registerStaticFiles(app: TypedApp, consoleDir: string): Promise<void> {
  const folders = [
    { root: consoleDir, prefix: '/', allowed: (path: string) => path === '/' || CONSOLE_FILE.test(path) },
    {
      root: packageFolder('lit-html', '..'),
      prefix: '/vendor/lit-html/',
      allowed: (path: string) => LIT_FILE.test(path),
    },
    {
      root: packageFolder('uplot', '.'),
      prefix: '/vendor/uplot/',
      allowed: (path: string) => UPLOT_FILE.test(path),
    },
  ];
  for (const [i, { root, prefix, allowed }] of folders.entries()) {
    await app.register(fastifyStatic, {
      root,
      prefix,
      decorateReply: i === 0,
      allowedPath: (path) => allowed(path),
      dotfiles: 'ignore',
      schemaHide: true,
      cacheControl: false,
      setHeaders: (reply) => void reply.header('Cache-Control', 'no-cache'),
    });
  }
}

/** The folder of a package's browser files, relative to the file Node itself would load (lit-html keeps that in `node/`). */
function packageFolder(specifier: string, relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.resolve(specifier)));
}
