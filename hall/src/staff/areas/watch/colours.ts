/** Of charts: those of the pages (kit/styles/base.css), which a canvas cannot read. Patterns tell series apart as well. */
export const COLOURS = {
  accepted: '#0b4fa3',
  closed: '#1b5e20',
  late: '#a8071a',
  red: '#a8071a',
  yellow: '#c98a00',
  blue: '#2f6cb8',
  green: '#1b5e20',
  soft: '#5f6b7d',
} as const
