import { expect, test } from 'vitest';
import { parseRoles } from '../../serve/role.ts';

test('parseRoles() takes a list with spaces', () => {
  expect(parseRoles('receiver, query')).toEqual(new Set(['receiver', 'query']));
});

test.each([
  ['', '""'],
  ['writer,', '""'],
  ['reciever', '"reciever"'],
])('parseRoles() refuses %j and names the roles', (list, named) => {
  expect(() => parseRoles(list)).toThrow(
    `Cannot take on a role other than receiver, writer, engine, query: current value is ${named}`,
  );
});
