// Types of what the services answer, from the committed OpenAPI documents. A page that asks for what a service no
// longer has does not compile.
import { mkdir, writeFile } from 'node:fs/promises'
import openapiTS, { astToString } from 'openapi-typescript'

const services = ['intake', 'approval', 'fees', 'monitor', 'notify']
const target = new URL('../src/generated/', import.meta.url)

await mkdir(target, { recursive: true })
await Promise.all(
  services.map(async (service) => {
    const source = new URL(`../../contracts/openapi/${service}.json`, import.meta.url)
    const ast = await openapiTS(source, { emptyObjectsUnknown: true, defaultNonNullable: false })
    await writeFile(new URL(`${service}.ts`, target), astToString(ast))
  }),
)
