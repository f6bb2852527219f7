// Who works at this desk, and for which organisation. The session itself is a cookie that scripts cannot read.
import { notes } from '../../notes.ts';
import { SignInAnswer, SignOutAnswer, type Proof } from '#domain/account-api.ts';
import { Me } from '#domain/desk-api.ts';
import type { Action } from '#domain/devices/permissions.ts';
import * as z from 'zod/mini';
import { api, ApiRefusal } from '../../api.ts';
import { clearDrafts, dropOldDrafts } from '../draft.ts';
import { usePasskey } from './passkey.ts';

const ORGANISATION_KEY = 'streekbalie.organisation';

let me = $state.raw<Me | undefined>();
let state = $state<'unknown' | 'nobody' | 'signed-in'>('unknown');
let providerSignOut = $state<string>();
let chosenId = $state(notes.getItem(ORGANISATION_KEY));

const organisation = $derived(
  me?.organisations.find((known) => known.organisationId === chosenId) ?? me?.organisations[0],
);

export const session = {
  get state(): 'unknown' | 'nobody' | 'signed-in' {
    return state;
  },
  get me(): Me | undefined {
    return me;
  },
  /** The organisation one works for now. */
  get organisation(): Me['organisations'][number] | undefined {
    return organisation;
  },
  /** To leave out what is not allowed; the server decides. */
  can(action: Action): boolean {
    return me?.actions.includes(action) ?? false;
  },
  chooseOrganisation(organisationId: string): void {
    chosenId = organisationId;
    notes.setItem(ORGANISATION_KEY, organisationId);
  },
  async load(): Promise<void> {
    try {
      me = await api.get('/api/me', Me);
      dropOldDrafts();
      providerSignOut = undefined;
      state = 'signed-in';
    } catch (error) {
      if (!(error instanceof ApiRefusal && error.problem.status === 401)) throw error;
      session.forget();
    }
  },
  /** Gives the challenge of the second step, where that one is asked. */
  async signIn(email: string, password: string): Promise<string | undefined> {
    const answer = await api.post('/api/auth/sign-in/email', { email, password }, SignInAnswer);
    if (answer.challenge === undefined) await session.load();
    return answer.challenge;
  },
  async signInWithPasskey(): Promise<void> {
    await api.post('/api/auth/passkey/finish', { answer: await usePasskey() }, SignInAnswer);
    await session.load();
  },
  async signInWithCode(challenge: string, code: string): Promise<void> {
    await api.post('/api/auth/sign-in/second', { challenge, code }, SignInAnswer);
    await session.load();
  },
  async signOut(): Promise<void> {
    const { providerUrl } = await api.post('/api/auth/sign-out', {}, SignOutAnswer);
    providerSignOut = providerUrl;
    clearDrafts();
    session.forget();
  },
  /** Signed out here, and still signed in at the provider: where that ends. */
  get providerSignOut(): string | undefined {
    return providerSignOut;
  },
  /** The session ended at the server: the drafts stay for whoever signs in again in this tab. */
  forget(): void {
    me = undefined;
    state = 'nobody';
  },
};

/** Before a sensitive act: the server takes it as a fresh proof for ten minutes. */
export const prove = (proof: Proof): Promise<unknown> => api.post('/api/auth/prove', proof, z.unknown());

export const proveByPasskey = async (): Promise<unknown> =>
  api.post('/api/auth/prove/passkey', { answer: await usePasskey() }, z.unknown());

export const requestPasswordLink = (email: string): Promise<unknown> =>
  api.post('/api/auth/request-password-reset', { email }, z.unknown());

/** The token of the link lives in the fragment, so that it reaches no log. */
export const setPassword = (token: string, newPassword: string): Promise<unknown> =>
  api.post('/api/auth/reset-password', { token, newPassword }, z.unknown());
