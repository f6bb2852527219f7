import type { MarginStep } from '#domain/checkins/activity-window.ts';
import { marginSteps } from '#domain/settings/margin-steps.ts';
import { listSettings, type Db } from './repository.ts';

/** What holds around an activity that decided nothing itself, by the day on which it begins. */
export const readRegionMargins = async (db: Db, regionId: number): Promise<MarginStep[]> =>
  marginSteps(await listSettings(db, regionId));
