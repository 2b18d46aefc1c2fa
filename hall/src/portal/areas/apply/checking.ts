/** What is plainly wrong before an application is sent, step by step. Whether a number is right the hall says. */
import { missing, type Application, type Item, type Person } from './application'

export const STEPS = ['situations', 'applicant', 'materials', 'service', 'review'] as const
export type Step = (typeof STEPS)[number]
export type Mistakes = Record<string, string>
/** As vue-i18n's t. */
export type Say = (key: string, named?: Record<string, unknown>) => string

const PHONE = /^\+?[0-9][0-9-]{4,19}$/
const MAIL = /^[^\s@]+@[^\s@]+\.[^\s@.]+$/
const RESIDENT = /^[0-9]{17}[0-9Xx]$/
const CREDIT = /^[0-9A-Za-z]{18}$/

/** Full-width characters, as Chinese input methods type them, and blanks count as the hall reads them. */
const plain = (number: string): string => number.normalize('NFKC').replace(/\s/g, '')

function personMistakes(
  of: string,
  { name, id_number, phone, email }: Person,
  organisation: boolean,
  t: Say,
): Mistakes {
  const found: Mistakes = {}
  const words = (field: string) => t(`apply.field.${field}`)
  if (!name.trim()) found[`${of}.name`] = t('form.required', { what: organisation ? words('firm') : words('name') })
  const number = plain(id_number)
  const wanted = organisation ? words('credit') : words('resident')
  if (!number) found[`${of}.id_number`] = t('form.required', { what: wanted })
  else if (!(organisation ? CREDIT : RESIDENT).test(number))
    found[`${of}.id_number`] = t(organisation ? 'apply.wrong.credit' : 'apply.wrong.resident')
  if (!phone.trim()) found[`${of}.phone`] = t('form.required', { what: words('phone') })
  else if (!PHONE.test(phone.trim())) found[`${of}.phone`] = t('apply.wrong.phone')
  if (email.trim() && !MAIL.test(email.trim())) found[`${of}.email`] = t('apply.wrong.email')
  return found
}

function applicantMistakes({ applicant, organisation, represented, agent }: Application, t: Say): Mistakes {
  const found = personMistakes('applicant', applicant, organisation, t)
  if (!represented) return found
  const mandated = agent.mandate.trim() || agent.mandate_file.file_id
  const without: Mistakes = mandated ? {} : { 'agent.mandate': t('form.required', { what: t('apply.field.mandate') }) }
  return { ...found, ...personMistakes('agent', agent, false, t), ...without }
}

function materialMistakes(item: Item, values: Application, t: Say): Mistakes {
  const found: Mistakes = {}
  for (const { code, name } of item.materials ?? []) {
    const brought = values.materials[code]
    const { way, copies, file_id } = brought ?? { way: 'none', copies: 1, file_id: '' }
    if (way === 'file' && !file_id) found[`materials.${code}`] = t('apply.wrong.noFile', { name })
    if (way === 'paper' && !(Number.isInteger(copies) && copies >= 1 && copies <= 99))
      found[`materials.${code}`] = t('apply.wrong.copies', { name })
  }
  return found
}

function reviewMistakes(item: Item, values: Application, t: Say): Mistakes {
  const names = missing(item, values).map(({ name }) => name)
  if (!names.length || values.as_is) return {}
  return { as_is: t('apply.wrong.missing', { names: names.join(t('apply.comma')) }) }
}

export function mistakesOf(step: Step, item: Item, values: Application, t: Say): Mistakes {
  switch (step) {
    case 'situations':
      return item.situations?.length && !values.situations.length
        ? { situations: t('form.choose', { what: t('apply.situations') }) }
        : {}
    case 'applicant':
      return applicantMistakes(values, t)
    case 'materials':
      return materialMistakes(item, values, t)
    case 'service':
      return {}
    case 'review':
      return reviewMistakes(item, values, t)
  }
}

export const allMistakes = (item: Item, values: Application, t: Say): Mistakes =>
  Object.assign({}, ...STEPS.map((step) => mistakesOf(step, item, values, t))) as Mistakes

/** Where a field stands, as the hall names it too: applicant.id_number, materials.001, situations. */
export function stepOf(field: string): Step {
  const [first] = field.split('.')
  if (first === 'applicant' || first === 'agent' || first === 'language') return 'applicant'
  if (first === 'materials') return 'materials'
  if (first === 'situations' || first === 'renews' || first === 'project') return 'situations'
  if (first === 'electronic_service') return 'service'
  return 'review'
}
