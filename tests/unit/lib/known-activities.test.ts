import { expect, it } from 'vitest';
import { knownActivities } from '../../../src/lib/checkins/known-activities.ts';
import { contactOf } from '../../../src/lib/sync/dexie-sync-store.ts';
import { testPhone, testPolicy } from '../../_support/phone-in-test.ts';

it('a phone that was just enrolled does not say that it has no activities', async () => {
  const phone = await testPhone();
  expect(await knownActivities(phone)).toBeUndefined();

  const contact = await contactOf(phone.db, phone.device.id);
  await phone.db.contacts.put({ ...contact, cursor: 'first' });
  expect(await knownActivities(phone)).toEqual([]);
});

it('activities are known by title, also before this start heard anything', async () => {
  const phone = await testPhone({
    policies: [testPolicy({ title: 'Zwemmen' }), testPolicy({ title: 'Boeken' })],
  });
  expect((await knownActivities(phone))?.map(({ title }) => title)).toEqual(['Boeken', 'Zwemmen']);
});
