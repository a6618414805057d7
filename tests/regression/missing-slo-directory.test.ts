import { Writable } from 'node:stream';
import pino from 'pino';
import { expect, test } from 'vitest';
import { DefinitionBook } from '../../engine/core/replica/definition-book.ts';
import { DefinitionPublisher } from '../../engine/definitions/definition-publisher.ts';
import { MemoryLog } from '../../log/memory/memory-log.ts';
import { TOPIC_DEFINITIONS } from '../../schemas/names.ts';

test('an SLO directory that stays missing is told of once, not at every look', async () => {
  const messages: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      messages.push((JSON.parse(String(chunk)) as { msg: string }).msg);
      done();
    },
  });
  const log = new MemoryLog();
  await log.ensureTopic(TOPIC_DEFINITIONS, { cleanup: 'compact' });
  const publisher = new DefinitionPublisher({
    log,
    sloDir: '/does/not/exist',
    definitions: new DefinitionBook(),
    hasData: async () => false,
    now: () => 0,
    logger: pino({ level: 'warn' }, stream),
  });
  for (let look = 0; look < 3; look++) await publisher.publish();
  expect(messages.filter((message) => message === 'SLO directory cannot be read')).toHaveLength(1);
  await log.close();
});
