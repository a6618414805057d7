/** Writes docs/formats/slo.schema.json anew from schemas/openslo.ts; a test says when that is due. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openSloJsonSchema } from '../schemas/openslo-json-schema.ts';

const path = fileURLToPath(new URL('../docs/formats/slo.schema.json', import.meta.url));
writeFileSync(path, `${JSON.stringify(openSloJsonSchema())}\n`);
execFileSync('npx', ['biome', 'format', '--write', path], { stdio: 'ignore' });
