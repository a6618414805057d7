import { Writable } from 'node:stream';
import pino from 'pino';
import { expect, test } from 'vitest';
import { DefinitionBook } from '../../engine/core/replica/definition-book.ts';
import { DefinitionPublisher } from '../../engine/definitions/definition-publisher.ts';

test('an SLO directory that stays missing is told of once, not at every look', async () => {
  const messages: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      messages.push((JSON.parse(String(chunk)) as { msg: string }).msg);
      done();
    },
  });
  const publisher = new DefinitionPublisher({
    sloDir: '/does/not/exist',
    isStrict: false,
    definitions: new DefinitionBook(),
    hasData: async () => false,
    leadSlices: 0,
    now: () => 0,
    logger: pino({ level: 'warn' }, stream),
  });
  for (let look = 0; look < 3; look++) await publisher.plan();
  expect(messages.filter((message) => message === 'SLO directory cannot be read')).toHaveLength(1);
});
