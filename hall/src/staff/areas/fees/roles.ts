/** Who reads what of the money, as the service of fees allows it. */
export const FEE_WINDOW = ['fee_officer', 'treasurer', 'supervisor']
export const COUNTY_WIDE = [...FEE_WINDOW, 'leader']
export const RELIEF_READERS = [...COUNTY_WIDE, 'government_head', 'chief_representative']
export const DAY_READERS = ['treasurer', 'supervisor', 'leader']
export const BOOK_READERS = ['treasurer', 'supervisor', 'operator']
