import { Done, InvitationFacts } from '#domain/staff-api.ts';
import { api } from '../../api.ts';

/** The token of the link lives in the fragment, so that it reaches no log. */
export const lookAtInvitation = (token: string): Promise<InvitationFacts> =>
  api.post('/api/invitations/look', { token }, InvitationFacts);

export const acceptInvitation = (
  token: string,
  password: string,
  name: string | undefined,
): Promise<unknown> =>
  api.post('/api/invitations/accept', { token, password, ...(name !== undefined && { name }) }, Done);
