// What another region has to do when somebody moves between the two: a task with the number of the card and nothing else, made in the
// transaction of the act. Where the other region is not on this server, the screen has the letter.
import type { Kysely } from 'kysely';
import type { Passholder } from '#domain/passholders/passholder.ts';
import type { PassholderCommand } from '#domain/passholders/passholder-command.ts';
import type { TaskSide } from '#domain/tasks/desk-task.ts';
import type { Context } from '../context.ts';
import type { Database } from '../db/tables.ts';
import { addTask } from '../tasks/service.ts';
import { findCardElsewhere, listOtherTowns, sideOf } from './other-regions.ts';

type Teller = {
  readonly regionId: number;
  /** The municipality of the counter. */
  readonly place: TaskSide;
  readonly at: number;
  readonly actor: string;
};

export async function tellOtherRegion(
  { ids }: Pick<Context, 'ids'>,
  trx: Kysely<Database>,
  command: PassholderCommand,
  before: Passholder,
  { regionId, place, at, actor }: Teller,
): Promise<void> {
  const from = { fromRegionId: regionId, from: place, passholderId: null };
  if (command.kind === 'register' && command.comesWith !== undefined) {
    const card = await findCardElsewhere(trx, regionId, command.comesWith);
    // Nobody is a member there with it: then nothing has to end.
    if (!card || card.passholderId === null) return;
    const to = await sideOf(trx, card, at);
    const task = { ...from, kind: 'went-elsewhere', to, number: command.comesWith } as const;
    await addTask(trx, card.regionId, ids.newId(), task, { at, actor });
  }
  if (command.kind === 'move' && command.leaves === true) {
    const { country, postalCode } = command.person.address;
    const towns = country === 'BE' ? await listOtherTowns(trx, regionId) : [];
    const town = towns.find(({ postalCodes }) => postalCodes.includes(postalCode));
    if (!town) return;
    for (const { number, state } of before.cards) {
      if (state !== 'active') continue;
      const task = { ...from, kind: 'comes-here', to: town.nisCode, number } as const;
      await addTask(trx, town.regionId, ids.newId(), task, { at, actor });
    }
  }
}
