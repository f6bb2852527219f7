import { describe, expect, it } from 'vitest';
import { isGuessable } from '#domain/guessable-password.ts';

describe('what others would try first', () => {
  it.each([
    '123456789012',
    '111111111111',
    'aaaaaaaaaaaaaaaa',
    'abababababab',
    'password1234',
    'Password123!',
    'P@ssw0rd2026!',
    'passwordpassword',
    'Wachtwoord123',
    'Welkom2026!!',
    'Zomer2026!!!!',
    'qwertyuiop12',
    'azertyuiop123',
    '1q2w3e4r5t6y',
    'qwerty123456',
    'abcdefghijkl',
    'lkjhgfdsa123',
    'iloveyou1234',
    'administrator',
    'changeme1234',
    'Streekbalie1!',
    'uitpas-westhoek',
    'bibliotheek2026',
    '2026-11-23 12:40',
    '!!!!!!??????',
  ])('%s', (password) => expect(isGuessable(password)).toBe(true));

  it('one’s own name and address', () => {
    const about = ['Els Boekhout', 'els.boekhout@gemeente.example'];
    expect(isGuessable('ElsBoekhout1!', about)).toBe(true);
    expect(isGuessable('boekhout2026', about)).toBe(true);
    expect(isGuessable('boekhout leest graag strips', about)).toBe(false);
  });
});

it.each([
  'een lang testwachtwoord',
  'wachtwoord van de baas',
  'noor kiest iets langs',
  'correct horse battery staple',
  'vier woorden die niemand raadt',
  'fietsbel onder de kerktoren',
  'xK7-mQ2p-vT9z',
  '密码是我自己的长句子没人知道',
])('%s is a password of one’s own', (password) => expect(isGuessable(password)).toBe(false));
