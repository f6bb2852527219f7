// An empty region: its name, one card system and the organisation of the region itself, for whom the first
// administrator works. Municipalities, organisations and cards follow from there.
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { OperatorError } from '../operator-error.ts';

const NAME_MAX = 80;

export async function makeRegion(
  { db, ids }: Pick<Context, 'db' | 'ids'>,
  givenName: string,
): Promise<{ regionId: number; slug: string; name: string }> {
  const name = givenName.trim();
  const slug = slugOf(name);
  if (slug === '' || name.length > NAME_MAX) {
    throw new OperatorError(`"${name}" is no name for a region: use letters, at most ${NAME_MAX} of them.`);
  }
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ region_id: number }>`
      insert into region (region_id, slug, name, feed_epoch)
      select coalesce(max(region_id), 0) + 1, ${slug}, ${name}, ${ids.token()} from region
      on conflict (slug) do nothing returning region_id
    `.execute(trx);
    const regionId = rows[0]?.region_id;
    if (regionId === undefined) throw new OperatorError(`There is a region ${slug} already.`);
    await trx
      .insertInto('card_system')
      .values({ region_id: regionId, card_system_id: `uitpas-${slug}`, name: `UITPAS ${name}` })
      .execute();
    await trx
      .insertInto('organisation')
      .values({ region_id: regionId, organisation_id: ids.newId(), name, kind: 'region', nis_code: null })
      .execute();
    return { regionId, slug, name };
  });
}

const slugOf = (name: string): string =>
  name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
