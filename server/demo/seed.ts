// The demo region: invented people in a real place, made the same way each time, relative to now.
import { must } from '#domain/kernel/assert.ts';
import type { SubmitDeskCommands } from '../checkins/desk-command.ts';
import { writeVersion } from '../activities/policies.ts';
import { insertActivity } from '../activities/repository.ts';
import type { Context } from '../context.ts';
import { insertDemoAssociations } from './associations.ts';
import { DEMO_ACTIVITIES, momentsOf, TEST_REGION, WESTHOEK, demoKindOf } from './activities.ts';
import publiq from './data/publiq-test-dataset.json' with { type: 'json' };
import westhoek from './data/westhoek.json' with { type: 'json' };
import { createDice, type Dice } from './dice.ts';
import { DEMO_ORGANISATIONS } from './organisations.ts';
import { makePeople, publiqPeople } from './passholders.ts';
import { submitPastVisits, type PastActivity } from './past-visits.ts';
import { insertPeople } from './people-store.ts';
import { insertPhones } from './phones.ts';
import { insertDemoPrices } from './prices.ts';
import { insertStaff } from './staff.ts';

export type SeedContext = Pick<Context, 'db' | 'clock' | 'ids'>;

const REGION_ID = 1;
const SEED = 8900;
const AGREED_FROM = '2024-01-01';

/** False when the database holds a region already: then nothing is touched. */
export async function seedDemo(context: SeedContext, submit: SubmitDeskCommands): Promise<boolean> {
  const any = await context.db.selectFrom('region').select('region_id').limit(1).executeTakeFirst();
  if (any) return false;
  const dice = createDice(SEED);
  const now = context.clock.now();
  const { activities, numbers } = await context.db.transaction().execute(async (trx) => {
    const inside = { ...context, db: trx };
    const organisations = await insertPlaces(inside, dice, now);
    await insertStaff(inside, REGION_ID, {
      nisCode: (name) =>
        must(
          westhoek.municipalities.find((m) => m.name === name),
          name,
        ).nis,
      organisationId: (key) => must(organisations.get(key), key).organisationId,
    });
    await insertDemoPrices(inside, REGION_ID);
    const people = makePeople(dice, westhoek.municipalities, now);
    await insertPeople(trx, REGION_ID, people, now);
    await insertPeople(trx, REGION_ID, publiqPeople(dice, now), now);
    await insertDemoAssociations(trx, REGION_ID, {
      organisationId: (key) => must(organisations.get(key), key).organisationId,
      people,
      now,
    });
    const activities = await insertActivities(inside, dice, organisations, now);
    // Not at the activity that visitors of the demo try: theirs is the only phone there.
    const [, library] = activities;
    if (library) {
      const { organisation, activityId } = library;
      await insertPhones(inside, dice, REGION_ID, organisation.organisationId, activityId);
    }
    return {
      activities,
      numbers: people.cards
        .filter(({ state, kind }) => state === 'active' && kind !== 'group-pass')
        .map((c) => c.number),
    };
  });
  await submitPastVisits(context, submit, dice, REGION_ID, activities, numbers);
  return true;
}

type Organisations = ReadonlyMap<string, { readonly organisationId: string; readonly name: string }>;

async function insertPlaces({ db }: SeedContext, dice: Dice, now: number): Promise<Organisations> {
  await db
    .insertInto('region')
    .values({ region_id: REGION_ID, slug: 'westhoek', name: 'Westhoek', demo: true, feed_epoch: dice.uuid() })
    .execute();
  await db
    .insertInto('card_system')
    .values([
      { region_id: REGION_ID, card_system_id: WESTHOEK, name: 'UITPAS Westhoek' },
      { region_id: REGION_ID, card_system_id: TEST_REGION, name: 'Testregio' },
    ])
    .execute();
  await db
    .insertInto('municipality')
    .values(
      westhoek.municipalities.map(({ nis, name, postalCodes, uitpas }) => ({
        region_id: REGION_ID,
        nis_code: nis,
        name,
        postal_codes: postalCodes,
        uitpas,
      })),
    )
    .execute();
  const organisations = DEMO_ORGANISATIONS.map((organisation) => ({
    ...organisation,
    organisationId: organisation.key === 'test' ? publiq.organizer.id : dice.uuid(),
  }));
  await db
    .insertInto('organisation')
    .values(
      organisations.map(({ organisationId, name, kind, municipality }) => ({
        region_id: REGION_ID,
        organisation_id: organisationId,
        name,
        kind,
        nis_code: westhoek.municipalities.find((m) => m.name === municipality)?.nis ?? null,
      })),
    )
    .execute();
  // All but the last organiser, so that a warning can be seen too.
  const organisers = organisations.filter(({ kind }) => kind === 'organiser');
  await db
    .insertInto('organisation_agreement')
    .values(
      organisers.slice(0, -2).map(({ organisationId }) => ({
        region_id: REGION_ID,
        agreement_id: dice.uuid(),
        organisation_id: organisationId,
        from_day: AGREED_FROM,
        until_day: null,
        note: 'Basisovereenkomst',
        made_at: now,
        made_by: 'system',
      })),
    )
    .execute();
  return new Map(organisations.map(({ key, organisationId, name }) => [key, { organisationId, name }]));
}

async function insertActivities(
  { db }: SeedContext,
  dice: Dice,
  organisations: Organisations,
  now: number,
): Promise<PastActivity[]> {
  const made: PastActivity[] = [];
  for (const { organisation: key, schedule, cardSystems, ...facts } of DEMO_ACTIVITIES) {
    const organisation = must(organisations.get(key), key);
    const moments = momentsOf(schedule, now).map((moment) => ({ ...moment, occurrenceId: dice.uuid() }));
    const activity = {
      ...facts,
      activityId: dice.uuid(),
      organisationId: organisation.organisationId,
      version: 1,
      marginBeforeMin: null,
      marginAfterMin: null,
      schedule: { kind: 'dates' as const },
      priceClasses: [{ label: 'Basisprijs', cents: 0 }],
      cardSystemIds: cardSystems,
      kind: demoKindOf(facts.title),
      moments,
      changedAt: now,
      changedBy: 'system',
    };
    await insertActivity(db, REGION_ID, activity);
    await writeVersion(db, REGION_ID, activity);
    made.push({ activityId: activity.activityId, organisation, moments });
  }
  return made;
}
