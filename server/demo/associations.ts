// Clubs and schools that could be there: the names are invented, the municipalities are real. Members in every state one can be in.
import type { Kysely } from 'kysely';
import type { AssociationFacts } from '#domain/associations/association.ts';
import { proposedEnd } from '#domain/associations/member-terms.ts';
import { must } from '#domain/kernel/assert.ts';
import {
  addCivilDays,
  addCivilMonths,
  civilDayOf,
  yearsBetween,
  type CivilDay,
} from '#domain/kernel/civil-time.ts';
import type { Database } from '../db/tables.ts';
import westhoek from './data/westhoek.json' with { type: 'json' };
import { createDice, type Dice } from './dice.ts';
import type { DemoPassholder, DemoPeople } from './passholders.ts';

/** Dice of their own: whatever else is in the demo stays as it was. */
const SEED = 8920;
const MEMBERS = 24;
const PUPILS = 8;

type DemoAssociation = Pick<AssociationFacts, 'kind' | 'name' | 'endRule' | 'endMonths'> & {
  readonly municipality?: string;
  /** Key of the organisation whose staff keeps the members. */
  readonly organisation?: string;
};
const club = (
  name: string,
  municipality: string | undefined,
  endRule: AssociationFacts['endRule'],
  endMonths: number | null,
  organisation?: string,
): DemoAssociation => ({
  ...{ kind: 'association', name, endRule, endMonths },
  ...(municipality !== undefined && { municipality }),
  ...(organisation !== undefined && { organisation }),
});
const school = (name: string, municipality: string): DemoAssociation => ({
  ...{ kind: 'school', name, municipality, endRule: 'school-year', endMonths: null },
});

const DEMO_ASSOCIATIONS: readonly DemoAssociation[] = [
  club('Turnkring De Ringen', 'Ieper', 'registration-date', 12),
  club('Harmonie De Katoenklank', 'Ieper', 'custom', null),
  club('Leesclub Het Boekenlint', 'Ieper', 'registration-date', 12, 'bib-ieper'),
  club('Zwemclub De Waterlijn', 'Diksmuide', 'custom', null, 'pool'),
  club('Jeugdbeweging De Vlasvonk', 'Poperinge', 'birth-date', 216),
  club('Seniorennetwerk Westhoek', undefined, 'registration-date', 24),
  school('Basisschool De Wilgentak', 'Ieper'),
  school('Middenschool De Menenpoort', 'Ieper'),
  school('Basisschool De Zandloper', 'Diksmuide'),
  school('Basisschool ’t Hoppeveld', 'Poperinge'),
];

type DemoFacts = {
  readonly organisationId: (key: string) => string;
  readonly people: DemoPeople;
  readonly now: number;
};

export async function insertDemoAssociations(
  db: Kysely<Database>,
  regionId: number,
  { organisationId, people, now }: DemoFacts,
): Promise<void> {
  const dice = createDice(SEED);
  const today = civilDayOf(now);
  const made = { made_at: now, made_by: 'system' };
  const rows = DEMO_ASSOCIATIONS.map(({ municipality, organisation, endRule, endMonths, kind, name }) => ({
    ...{ region_id: regionId, association_id: dice.uuid(), n: 1, kind, name, ended_on: null, ...made },
    nis_code: westhoek.municipalities.find((town) => town.name === municipality)?.nis ?? null,
    organisation_id: organisation === undefined ? null : organisationId(organisation),
    ...{ organisation_reads: organisation !== undefined, organisation_writes: organisation !== undefined },
    ...{ end_rule: endRule, end_months: endMonths, request_digest: Buffer.alloc(0) },
  }));
  await db.insertInto('association').values(rows).execute();

  const entitled = new Set(
    people.memberships
      .filter(({ kansenstatuutUntil }) => kansenstatuutUntil !== null && kansenstatuutUntil >= today)
      .map(({ passholderId }) => passholderId),
  );
  const pupils = new Set<string>();
  for (const row of rows) {
    const isSchool = row.kind === 'school';
    const wanted = people.passholders.filter(({ id, nisCode, dateOfBirth }) => {
      if (row.nis_code !== null && nisCode !== row.nis_code) return false;
      const age = yearsBetween(dateOfBirth, today);
      if (isSchool) return entitled.has(id) && !pupils.has(id) && age < SCHOOL_YEARS;
      return row.end_rule !== 'birth-date' || age < GROWN_YEARS;
    });
    for (let i = 0; i < (isSchool ? PUPILS : MEMBERS) && wanted.length > 0; i++) {
      const [person] = wanted.splice(dice.roll(wanted.length), 1);
      if (isSchool) pupils.add(must(person, 'one of them').id);
      await insertMember(db, dice, row, must(person, 'one of them'), today, now);
    }
  }
}

const SCHOOL_YEARS = 18;
const GROWN_YEARS = 18;

/** Most are members, some for a few more weeks, some no longer. */
async function insertMember(
  db: Kysely<Database>,
  dice: Dice,
  {
    region_id,
    association_id,
    end_rule,
    end_months,
  }: {
    region_id: number;
    association_id: string;
    end_rule: AssociationFacts['endRule'];
    end_months: number | null;
  },
  { id, dateOfBirth }: DemoPassholder,
  today: CivilDay,
  now: number,
): Promise<void> {
  const ago = dice.chance(70) ? 20 + dice.roll(240) : 290 + dice.roll(120);
  const from = end_rule === 'school-year' ? `${startYearOf(today)}-09-01` : addCivilDays(today, -ago);
  const rule = { endRule: end_rule, endMonths: end_months };
  const end = proposedEnd(rule, from, dateOfBirth) ?? addCivilMonths(from, 12);
  await db
    .insertInto('association_term')
    .values({
      ...{ region_id, term_id: dice.uuid(), association_id, passholder_id: id },
      ...{ from_day: from, until_day: end < from ? from : end, renews: null },
      ...{ added_at: now, added_by: 'system' },
      ...{ stopped_on: null, stop_reason: null, stopped_at: null, stopped_by: null },
    })
    .execute();
}

const startYearOf = (today: CivilDay): number =>
  Number(today.slice(0, 4)) - (today.slice(5) >= '09-01' ? 0 : 1);
