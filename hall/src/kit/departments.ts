/** Departments by code, as every service names them (yimen/departments.py; a test holds the two against each other). */
export const DEPARTMENTS = {
  planning: { zh: '自然资源和规划局', en: 'Natural Resources and Planning' },
  environment: { zh: '生态环境局', en: 'Ecology and Environment' },
  fire: { zh: '消防救援大队', en: 'Fire and Rescue' },
  housing: { zh: '住房和城乡建设局', en: 'Housing and Construction' },
  market: { zh: '市场监督管理局', en: 'Market Supervision' },
  health: { zh: '卫生健康局', en: 'Health' },
  development: { zh: '发展和改革局', en: 'Development and Reform' },
  religion: { zh: '民族宗教事务局', en: 'Ethnic and Religious Affairs' },
  culture: { zh: '文广体旅局', en: 'Culture and Tourism' },
  forestry: { zh: '林业局', en: 'Forestry' },
  administration: { zh: '行政审批局', en: 'Administrative Approval' },
} as const

export type Department = keyof typeof DEPARTMENTS

export function departmentName(code: string, language: 'zh' | 'en'): string {
  return code in DEPARTMENTS ? DEPARTMENTS[code as Department][language] : code
}
