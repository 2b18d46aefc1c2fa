/** Who may read what at the desk, as the services let them. */
export const LETTER_ROLES = [
  ...['window_clerk', 'section_officer', 'chief_representative', 'organ_head'],
  ...['station_clerk', 'centre_admin'],
]

/** Whoever has tasks of supervision. */
export const TASK_ROLES = [
  ...['supervisor', 'leader', 'centre_admin', 'discipline_officer'],
  ...['chief_representative', 'organ_head', 'section_officer', 'window_clerk', 'station_clerk'],
]

/** Whoever hears the live stream; others ask again from time to time. */
export const LIVE_ROLES = [
  ...TASK_ROLES,
  ...['government_head', 'fee_officer', 'treasurer', 'village_agent', 'operator'],
]
