import type { Migration } from 'kysely';
import * as regionAndCheckIns from './001_region_and_check_ins.ts';
import * as outgoingMail from './002_outgoing_mail.ts';
import * as signIn from './003_sign_in.ts';
import * as deskLists from './004_desk_lists.ts';
import * as accountsFromTheStart from './005_accounts_from_the_start.ts';
import * as invitations from './006_invitations.ts';
import * as cardChanges from './007_card_changes.ts';
import * as quarantineDecisions from './008_quarantine_decisions.ts';
import * as secondStep from './009_second_step.ts';
import * as passkeys from './010_passkeys.ts';
import * as lostAndRescued from './011_lost_and_rescued.ts';
import * as auditBlocks from './012_audit_blocks.ts';
import * as providerLinks from './013_provider_links.ts';
import * as passholders from './014_passholders.ts';
import * as auditBlockReach from './015_audit_block_reach.ts';
import * as passholderSearch from './016_passholder_search.ts';
import * as stock from './017_stock.ts';
import * as settingsAndCash from './018_settings_and_cash.ts';
import * as activitySchedules from './019_activity_schedules.ts';
import * as bulkWork from './020_bulk_work.ts';
import * as organisationFiles from './021_organisation_files.ts';
import * as auditView from './022_audit_view.ts';
import * as figures from './023_figures.ts';
import * as posters from './024_posters.ts';
import * as deskTasks from './025_desk_tasks.ts';
import * as onePersonOneFile from './026_one_person_one_file.ts';
import * as uitdatabank from './027_uitdatabank.ts';
import * as families from './029_families.ts';
import * as groupPasses from './030_group_passes.ts';
import * as associations from './031_associations.ts';
import * as movingBetweenRegions from './033_moving_between_regions.ts';
import * as tillChange from './035_till_change.ts';
import * as cardCounts from './036_card_counts.ts';
import * as passholderPictures from './037_passholder_pictures.ts';
import * as regionMargins from './038_region_margins.ts';

/** Every migration by name, in order: imported here so that the bundled server carries them. Only ever add. */
export const migrations: Readonly<Record<string, Migration>> = {
  '001_region_and_check_ins': regionAndCheckIns,
  '002_outgoing_mail': outgoingMail,
  '003_sign_in': signIn,
  '004_desk_lists': deskLists,
  '005_accounts_from_the_start': accountsFromTheStart,
  '006_invitations': invitations,
  '007_card_changes': cardChanges,
  '008_quarantine_decisions': quarantineDecisions,
  '009_second_step': secondStep,
  '010_passkeys': passkeys,
  '011_lost_and_rescued': lostAndRescued,
  '012_audit_blocks': auditBlocks,
  '013_provider_links': providerLinks,
  '014_passholders': passholders,
  '015_audit_block_reach': auditBlockReach,
  '016_passholder_search': passholderSearch,
  '017_stock': stock,
  '018_settings_and_cash': settingsAndCash,
  '019_activity_schedules': activitySchedules,
  '020_bulk_work': bulkWork,
  '021_organisation_files': organisationFiles,
  '022_audit_view': auditView,
  '023_figures': figures,
  '024_posters': posters,
  '025_desk_tasks': deskTasks,
  '026_one_person_one_file': onePersonOneFile,
  '027_uitdatabank': uitdatabank,
  '029_families': families,
  '030_group_passes': groupPasses,
  '031_associations': associations,
  '033_moving_between_regions': movingBetweenRegions,
  '035_till_change': tillChange,
  '036_card_counts': cardCounts,
  '037_passholder_pictures': passholderPictures,
  '038_region_margins': regionMargins,
};
