import type { Role } from '#domain/devices/permissions.ts';
import { m } from '../../paraglide/messages.js';

export const ROLE_NAMES: Readonly<Record<Role, () => string>> = {
  'region-admin': m.staff_role_region_admin,
  'municipality-desk': m.staff_role_municipality_desk,
  'youth-worker': m.staff_role_youth_worker,
  'organisation-admin': m.staff_role_organisation_admin,
  'scanner-phone': m.staff_role_scanner_phone,
  auditor: m.staff_role_auditor,
};

/** What one may do with it, in one sentence. */
export const ROLE_TEXTS: Readonly<Record<Role, () => string>> = {
  'region-admin': m.staff_role_region_admin_text,
  'municipality-desk': m.staff_role_municipality_desk_text,
  'youth-worker': m.staff_role_youth_worker_text,
  'organisation-admin': m.staff_role_organisation_admin_text,
  'scanner-phone': m.staff_role_scanner_phone_text,
  auditor: m.staff_role_auditor_text,
};
