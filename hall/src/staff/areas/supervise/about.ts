/** Where a thing stands that an order, an appeal or a line is about, by the look of its number. */
const PLACES: [RegExp, string][] = [
  [/^[0-9a-f]{32}$/, '/alerts/'],
  [/^XC\d/, '/inspections/'],
  [/^TS\d/, '/complaints/'],
  [/^DB\d/, '/orders/'],
]

export function aboutPath(number: string): string | undefined {
  const place = PLACES.find(([shape]) => shape.test(number))?.[1]
  return place && place + encodeURIComponent(number)
}
