// The people who work here, and what one may do for them. After each act the list is read again: roles hang together.
import { Done, PersonLink, StaffList, type InvitationInput, type StaffMember } from '#domain/staff-api.ts';
import { api } from '../../api.ts';
import { Resource } from '../resource.svelte.ts';

const list = new Resource<StaffList>();

export const staff = {
  list,
  reload: (): Promise<void> => list.load((signal) => api.get('/api/staff', StaffList, { signal })),
  invite: (input: InvitationInput): Promise<PersonLink> =>
    thenReload(api.post('/api/staff/invitations', input, PersonLink)),
  withdrawInvitation: (invitationId: string): Promise<unknown> =>
    thenReload(api.post(`/api/staff/invitations/${invitationId}/withdraw`, {}, Done)),
  withdrawRole: (grantId: string): Promise<unknown> =>
    thenReload(api.post(`/api/staff/grants/${grantId}/withdraw`, {}, Done)),
  signOut: ({ userId }: StaffMember): Promise<unknown> =>
    thenReload(api.post(`/api/staff/${userId}/sign-out`, {}, Done)),
  removeSecondStep: ({ userId }: StaffMember): Promise<unknown> =>
    thenReload(api.post(`/api/staff/${userId}/remove-second-step`, {}, Done)),
  makePasswordLink: ({ userId }: StaffMember): Promise<PersonLink> =>
    api.post(`/api/staff/${userId}/password-link`, {}, PersonLink),
};

async function thenReload<T>(act: Promise<T>): Promise<T> {
  const done = await act;
  await staff.reload();
  return done;
}
