/** For a form's `check`: what is plainly wrong. Each: whether it is, the field's path, what is said of it. */
export const wrong = (...found: [boolean, string, string][]): Record<string, string> =>
  Object.fromEntries(found.filter(([so]) => so).map(([, field, message]) => [field, message]))
