import { expect, test } from 'vitest';
import { describeError } from '#server/logger.ts';

test('what the database says of a row stays out of the log', () => {
  const fault = Object.assign(new Error('duplicate key (email)=(els@gemeente.example) already exists'), {
    code: '23505',
    constraint: 'user_email',
    detail: 'Key (email)=(els@gemeente.example) already exists.',
  });
  const logged = JSON.stringify(describeError(fault));
  expect(logged).not.toContain('els@');
  expect(logged).toContain('23505');
  expect(logged).toContain('user_email');
  expect(logged).toContain('logger.test.ts');
});

test('a fault of our own keeps its message', () => {
  expect(describeError(new Error('Broken invariant: missing key'))).toMatchObject({
    message: 'Broken invariant: missing key',
  });
});
